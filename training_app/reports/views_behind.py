"""Falling behind: whom to call, what would help, and the text for the group."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from sqlalchemy import select

from training_app.core import clock
from training_app.core.db import db
from training_app.core.permissions import Permission
from training_app.divisions.rules import lies_in
from training_app.people.models import Person
from training_app.people.policy import allows, jurisdictions
from training_app.schedule.access import programme_scope
from training_app.web import access
from training_app.web.pagination import PER_PAGE, Page, requested_page

from . import behind
from .access import VIEW, ancestors_for, chosen, division_for, programmes_for
from .blueprint import bp


def _phones(person_ids: list[int]) -> dict[int, str | None]:
    rows = db.session.execute(select(Person.id, Person.phone).where(Person.id.in_(person_ids)))
    return {row[0]: row[1] for row in rows}


@bp.get("/reports/<code>/behind", endpoint="behind")
@access.needs(VIEW)
def falling_behind(code: str) -> Any:
    """Who cannot reach the rule any more, who has no miss left, who is under way."""
    who, now = access.actor(), clock.now()
    division = division_for(who, code)
    programmes = programmes_for(who, division)
    asked = request.args.get("programme", type=int)
    programme = chosen(programmes, division, asked, request.args.get("year", type=int))
    shared = {
        "division": division,
        "ancestors": [*ancestors_for(who, division), division],
        "programmes": programmes,
        "programme": programme,
        "year": programme.counting_year if programme else None,
    }
    if programme is None:
        return render_template("reports/nothing.html", **shared)
    state, text = request.args.get("state", ""), request.args.get("q", "")
    if behind.participants(programme.id, division.code) > behind.MOST:
        return render_template("reports/behind_below.html", below=behind.below(division), **shared)
    everyone = behind.lines(programme, division.code, now, text=text)
    wanted = [line for line in everyone if not state or line.state == state]
    number = requested_page()
    shown = behind.completed(programme, wanted[(number - 1) * PER_PAGE : number * PER_PAGE], now)
    call = jurisdictions(who, Permission.PERSON_VIEW)
    may_call = [line.person.id for line in shown if any(lies_in(line.person.division_code, one) for one in call)]
    return render_template(
        "reports/behind.html",
        page=Page(shown, number, len(wanted)),
        counts=behind.count(everyone),
        total=len(everyone),
        states=behind.STATES,
        tones=behind.TONES,
        group_text=behind.text_for_the_group(programme, wanted) if wanted else "",
        phones=_phones(may_call),
        may_book=allows(who, Permission.MAKE_UP_BOOK, programme_scope(programme)),
        filters={"state": state, "q": text},
        **shared,
    )
