"""Ledgers and tables of an area as files: asked for, watched while they are made, fetched, stopped."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock, jobs
from training_app.core.actors import Actor
from training_app.core.errors import NotFound, Refusal
from training_app.core.permissions import Permission
from training_app.divisions.models import Division
from training_app.divisions.rules import lies_in
from training_app.people.policy import jurisdictions
from training_app.schedule.models import Programme
from training_app.web import access
from training_app.web.downloads import download

from . import exports, totals, words
from .access import NATION, ancestors_for, area_for, programmes_for
from .blueprint import bp
from .ledgerrules import COVERAGE, FORMATS, Wanted

#: From here up there are more programmes than a list can name.
_WIDE = 4


def _place(code: str) -> str:
    return code or NATION


def _area(who: Actor, place: str) -> tuple[str, Division | None]:
    """The area, if the actor may take its ledgers away. Raises NotFound."""
    code, division = area_for(who, place)
    if not any(lies_in(code, one) for one in jurisdictions(who, Permission.LEDGER_EXPORT)):
        raise NotFound()
    return code, division


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _programmes(who: Actor, division: Division | None, year: int | None) -> list[Programme]:
    if division is None or len(division.code) < _WIDE:
        return []
    return [one for one in programmes_for(who, division) if one.counting_year == year]


def _chosen(who: Actor, code: str, division: Division | None, asked: Any) -> tuple[int | None, list[int], int | None]:
    """Year, years and programme asked for. Raises NotFound for a programme that is not among them."""
    years = totals.years(code)
    programme_id = _number(asked.get("programme"))
    year = _number(asked.get("year"))
    if programme_id is not None and division is not None:
        found = next((one for one in programmes_for(who, division) if one.id == programme_id), None)
        if found is None:
            raise NotFound()
        year = found.counting_year
    return (year if year in years else years[0] if years else None), years, programme_id


@bp.get("/reports/<code>/ledgers")
@access.needs(Permission.LEDGER_EXPORT)
def ledgers_of(code: str) -> Any:
    """What there is for a division, a year and a programme, in which formats, and what is being made."""
    who = access.actor()
    code, division = _area(who, code)
    year, years, programme_id = _chosen(who, code, division, request.args)
    return render_template(
        "reports/ledgers.html",
        division=division,
        place=_place(code),
        ancestors=[*ancestors_for(who, division), division],
        year=year,
        years=years,
        programmes=_programmes(who, division, year),
        programme_id=programme_id,
        papers=words.PAPERS,
        formats=words.FORMATS,
        **_list(who),
    )


def _list(who: Actor) -> dict[str, Any]:
    found = exports.listed(who.person_id)
    return {
        "listed": found,
        "stage": "-".join(f"{one.export.id}.{one.job.state}.{one.job.done}.{one.job.failed}" for one in found[:5]),
        "active": any(one.active for one in found),
        "words": words,
        "days": exports.KEPT.days,
    }


@bp.get("/reports/exports/progress")
@access.needs(Permission.LEDGER_EXPORT)
def export_progress() -> Any:
    """The list of one's own files; 204 while it is what the page shows already."""
    shown = _list(access.actor())
    if request.args.get("seen") == shown["stage"]:
        return "", 204
    return render_template("reports/_exports.html", **shown)


@bp.post("/reports/<code>/ledgers")
@access.needs(Permission.LEDGER_EXPORT)
def make_ledger(code: str) -> Any:
    """A small ledger at once; a large one is put in line."""
    who, now = access.actor(), clock.now()
    code, division = _area(who, code)
    year, _years, programme_id = _chosen(who, code, division, request.form)
    if year is None:
        raise NotFound()
    kind, format_ = request.form.get("kind", ""), request.form.get("format", "")
    phones = any(lies_in(code, one) for one in jurisdictions(who, Permission.PERSON_VIEW))
    programme_id = None if kind == COVERAGE else programme_id
    wanted = Wanted(kind, code, year, clock.local_date(now), programme_id, phones)
    back = redirect(url_for("reports.ledgers_of", code=_place(code), year=year, programme=programme_id))
    try:
        made = exports.ask(wanted, format_, actor_id=who.person_id or 0, now=now)
    except Refusal as refusal:
        flash(str(refusal.sentence), "error")
        return back
    if isinstance(made, exports.Made):
        return download(made.data, made.name, made.media_type)
    flash(_("The file is being made. It appears below, for you alone."))
    return back


def _own(who: Actor, export_id: int) -> exports.Listed:
    """One's own export of an area that one may still see. Raises NotFound."""
    found = exports.own(export_id, who.person_id)
    _area(who, _place(found.export.division_code))
    return found


@bp.get("/reports/exports/<int:export_id>/file")
@access.needs(Permission.LEDGER_EXPORT)
def export_file(export_id: int) -> Any:
    """The file that a job made, for whoever asked for it."""
    export = _own(access.actor(), export_id).export
    return download(exports.fetched(export), export.name, FORMATS[export.format])


@bp.post("/reports/exports/<int:export_id>/drop")
@access.needs(Permission.LEDGER_EXPORT)
def drop_export(export_id: int) -> Any:
    """Stop one's own export, or delete its file."""
    who = access.actor()
    export = exports.own(export_id, who.person_id).export
    place = _place(export.division_code)
    exports.drop(export.id, actor_id=who.person_id, now=clock.now())
    flash(_("Removed. Nothing of it is kept."))
    return redirect(url_for("reports.ledgers_of", code=place))


@bp.post("/reports/exports/<int:export_id>/retry")
@access.needs(Permission.LEDGER_EXPORT)
def retry_export(export_id: int) -> Any:
    """Try again what failed."""
    who = access.actor()
    found = _own(who, export_id)
    jobs.retry(found.job.id, actor_id=who.person_id, now=clock.now())
    return redirect(url_for("reports.ledgers_of", code=_place(found.export.division_code)))
