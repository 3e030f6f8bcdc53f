"""Reports sent upward: the list with a form to freeze one, and each as it was."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.actors import Actor
from training_app.core.errors import Refusal
from training_app.core.permissions import Permission
from training_app.divisions.models import Division
from training_app.web import access

from . import sent, totals
from .access import NATION, VIEW, ancestors_for, area_for, may_freeze, programmes_for, sent_for
from .blueprint import bp
from .forms import FreezeForm


def _form(who: Actor, code: str, division: Division | None, years: list[int]) -> FreezeForm:
    form = FreezeForm()
    form.year.choices = [(year, str(year)) for year in years]
    programmes = programmes_for(who, division) if division is not None and len(code) > sent.LARGE else []
    form.programme.choices = [
        (0, _("All programmes of the year")),
        *((one.id, f"{one.counting_year} · {one.title}") for one in programmes),
    ]
    form.replaces.choices = [
        (0, _("None")),
        *(
            (one.id, _("No. %(number)s of %(year)s", number=one.number, year=one.counting_year))
            for one in sent.listed(code)
        ),
    ]
    if form.as_of.data is None and not form.is_submitted():
        form.as_of.data = clock.local_date(clock.now())
    return form


def _page(who: Actor, code: str, division: Division | None, form: FreezeForm | None, status: int = 200) -> Any:
    reports = sent.listed(code)
    return (
        render_template(
            "reports/sent_list.html",
            division=division,
            place=code or NATION,
            ancestors=[*ancestors_for(who, division), division],
            year=None,
            reports=reports,
            replaced=sent.replaced(reports),
            form=form,
        ),
        status,
    )


@bp.get("/reports/<code>/sent")
@access.needs(VIEW)
def sent_list(code: str) -> Any:
    """What was sent upward of a division; who may freeze finds the form there."""
    who = access.actor()
    code, division = area_for(who, code)
    years = totals.years(code)
    return _page(who, code, division, _form(who, code, division, years) if years and may_freeze(who, code) else None)


@bp.post("/reports/<code>/sent")
@access.needs(Permission.REPORT_FREEZE)
def freeze(code: str) -> Any:
    """Freeze a report and show it."""
    who, now = access.actor(), clock.now()
    code, division = area_for(who, code, Permission.REPORT_FREEZE)
    form = _form(who, code, division, totals.years(code))
    if not form.validate_on_submit() or form.as_of.data is None or who.person_id is None:
        return _page(who, code, division, form, 422)
    try:
        report = sent.freeze(
            code,
            form.year.data,
            form.as_of.data,
            programme_id=form.programme.data or None,
            note=form.note.data or "",
            replaces_id=form.replaces.data or None,
            author_id=who.person_id,
            now=now,
        )
    except Refusal as refusal:
        if not refusal.sentence:
            raise
        form.as_of.errors = [refusal.sentence]
        return _page(who, code, division, form, refusal.status)
    flash(_("Frozen. It stays as it is from now on."))
    return redirect(url_for("reports.sent_report", report_id=report.id))


@bp.get("/reports/sent/<int:report_id>")
@access.needs(VIEW)
def sent_report(report_id: int) -> Any:
    """One report as it was frozen, to read and to print."""
    who = access.actor()
    report = sent_for(who, report_id)
    _code, division = area_for(who, report.division_code or NATION)
    others = {one.id: one for one in sent.listed(report.division_code, report.counting_year)}
    return render_template(
        "reports/sent_report.html",
        report=report,
        figures=report.figures,
        place=report.division_code or NATION,
        ancestors=[*ancestors_for(who, division), division],
        year=report.counting_year,
        replaces=others.get(report.replaces_id) if report.replaces_id else None,
        replaced_by=sent.replaced(list(others.values())).get(report.id),
    )
