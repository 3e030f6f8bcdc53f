"""Coverage and figures of one's area: the supervisor's communities, and the roll-up above them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy import select

from training_app.core import clock
from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.permissions import Permission
from training_app.core.spreadsheets import XLSX_TYPE
from training_app.divisions.models import Division
from training_app.divisions.rules import subdistrict_of
from training_app.people.policy import allows_anywhere
from training_app.schedule.models import Phase, Programme
from training_app.schedule.queries import PHASE_ANNOUNCED
from training_app.web import access
from training_app.web.downloads import download
from training_app.web.pagination import PER_PAGE, Page, requested_page

from . import (  # noqa: F401
    charts,
    listeners,
    service,
    sheets,
    totals,
    upkeep,
    views_behind,
    views_digest,
    views_ledgers,
    views_rollups,
    views_sent,
    words,
)
from .access import (
    NATION,
    VIEW,
    ancestors_for,
    area_for,
    chosen,
    division_for,
    programmes_for,
    roots,
    sees_everything,
)
from .blueprint import bp
from .rules import REASONS

blueprints = (bp,)
#: Levels whose page lists communities; above them the page drills down.
NEAR = ("subdistrict", "community")


@bp.get("/reports")
@access.needs(VIEW)
def index() -> Any:
    """One's own area at once, or a choice of several."""
    who = access.actor()
    if sees_everything(who):
        return redirect(url_for("reports.division", code=NATION))
    found = roots(who)
    if len(found) == 1:
        return redirect(url_for("reports.division", code=found[0].code))
    return render_template("reports/index.html", divisions=found)


def _programme(who: Actor, division: Division) -> tuple[Programme | None, list[Programme]]:
    programmes = programmes_for(who, division)
    asked = request.args.get("programme", type=int)
    return chosen(programmes, division, asked, request.args.get("year", type=int)), programmes


def _year(who: Actor, code: str, division: Division | None) -> tuple[int | None, list[int]]:
    """The counting year asked for, else the newest, and all that there are. None where nothing was announced."""
    if division is not None and "programme" in request.args:
        programme, _programmes = _programme(who, division)
        asked = programme.counting_year if programme else None
    else:
        asked = request.args.get("year", type=int)
    years = totals.years(code)
    return (asked if asked in years else years[0] if years else None), years


def _to_nominate(who: Actor, programme: Programme, now: Any) -> Phase | None:
    """The next phase for which this supervisor may still name directors."""
    if not allows_anywhere(who, Permission.NOMINATION_SUBMIT):
        return None
    return db.session.scalars(
        select(Phase)
        .where(Phase.programme_id == programme.id, Phase.nominate_until > now, PHASE_ANNOUNCED)
        .order_by(Phase.nominate_until, Phase.number)
        .limit(1)
    ).first()


@bp.get("/reports/<code>")
@access.needs(VIEW)
def division(code: str) -> Any:
    """A subdistrict's communities as rows; above it coverage, whom to act on, and the divisions below."""
    who, now = access.actor(), clock.now()
    code, found = area_for(who, code)
    if found is None or found.level not in NEAR:
        return _overview(who, code, found, now)
    programme, programmes = _programme(who, found)
    shared = {
        "division": found,
        "ancestors": ancestors_for(who, found),
        "year": programme.counting_year if programme else None,
        "words": words,
    }
    if programme is None:
        return render_template("reports/nothing.html", **shared)
    number = requested_page()
    report = service.jurisdiction_rows(found.code, programme.id, now, page=number, per_page=PER_PAGE)
    return render_template(
        "reports/communities.html",
        report=report,
        page=Page(report.rows, number, report.summary.posts),
        phase=_to_nominate(who, programme, now),
        programmes=programmes,
        programme=programme,
        **shared,
    )


def _overview(who: Actor, code: str, found: Division | None, now: datetime) -> Any:
    year, years = _year(who, code, found)
    shared = {"ancestors": ancestors_for(who, found), "year": year, "years": years, "words": words, "place": code}
    shared["may_submit"] = allows_anywhere(who, Permission.HANDOVER_SUBMIT)
    if year is None:
        return render_template("reports/nothing.html", division=found, **shared)
    report = service.overview(code, year, now)
    chart = charts.trend([(one.month, one.attended.attendances) for one in report.months])
    return render_template("reports/overview.html", division=found, report=report, chart=chart, **shared)


@bp.get("/reports/<code>/act")
@access.needs(VIEW)
def act(code: str) -> Any:
    """Every post to act on, by reason, a page at a time."""
    who = access.actor()
    code, found = area_for(who, code)
    year, years = _year(who, code, found)
    if year is None:
        raise NotFound()
    reasons = [one for one in REASONS if one in request.args.getlist("reason")] or list(REASONS)
    kind = "supervisor" if request.args.get("kind") == "supervisor" else "director"
    listed = totals.to_act_on(code, year, reasons, request.args.get("page", 1, type=int), kind=kind)
    figures = totals.coverage(code, year)
    return render_template(
        "reports/act.html",
        division=found,
        ancestors=[*ancestors_for(who, found), *([found] if found else [])],
        place=code,
        year=year,
        years=years,
        kind=kind,
        reasons=reasons,
        coverage=figures.supervisors if kind == "supervisor" else figures.directors,
        listed=listed,
        may_submit=allows_anywhere(who, Permission.HANDOVER_SUBMIT),
        words=words,
    )


@bp.get("/reports/<code>/communities.xlsx")
@access.needs(VIEW)
def file(code: str) -> Any:
    """Every community under a code as a workbook."""
    who, now = access.actor(), clock.now()
    found = division_for(who, code)
    programme, _programmes = _programme(who, found)
    if programme is None:
        raise NotFound()
    report = service.jurisdiction_rows(found.code, programme.id, now)
    wanted = {subdistrict_of(row.post.division.code) for row in report.rows}
    above = {d.code: d for d in db.session.scalars(select(Division).where(Division.code.in_(wanted)))}
    data, name = sheets.communities(report, above, actor_id=who.person_id, now=now)
    return download(data, name, XLSX_TYPE)
