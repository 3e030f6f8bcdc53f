"""What came of the forms, of many events in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from training_app.core import audit, spreadsheets
from training_app.core.clock import local_date
from training_app.core.db import db, transaction
from training_app.schedule.models import Event
from training_app.schedule.queries import FIRST_START

from .feedback import Sheet, how_many_were_there, sheets
from .feedbackrules import STEPS, Asked, Result, Stage, result, summed


@dataclass(frozen=True)
class Outcome:
    """An event's form, where it stands, and what may be shown of it."""

    sheet: Sheet
    stage: Stage
    result: Result | None
    #: How many people were there, and so may answer.
    there: int

    @property
    def event(self) -> Event:
        """The session or salon."""
        return self.sheet.event

    @property
    def paper_forms(self) -> int:
        """How many forms on paper were entered."""
        paper = self.sheet.box.paper if self.sheet.box else None
        return sum((paper or {}).get("overall", ()))


def outcomes(event_ids: Sequence[int], now: datetime) -> list[Outcome]:
    """The outcomes of these events in the order given, those without slots left out; in four statements."""
    found = sheets(event_ids)
    there = how_many_were_there(event_ids)
    return [_outcome(found[one], there.get(one, 0), now) for one in event_ids if one in found]


def _outcome(sheet: Sheet, there: int, now: datetime) -> Outcome:
    return Outcome(sheet, _seen(sheet, now), _result(sheet, now), there)


def _seen(sheet: Sheet, now: datetime) -> Stage:
    return sheet.window.seen(sheet.event.state, now)


def _result(sheet: Sheet, now: datetime) -> Result | None:
    box = sheet.box
    if box is None:
        return result(_seen(sheet, now), {}, (), None)
    return result(_seen(sheet, now), box.counts, box.texts, box.paper)


def satisfaction(event_ids: Collection[int], now: datetime) -> dict[int, float]:
    """满意率 of each of these events of which one may be shown, from 0 to 1, in two statements."""
    found = {one: _result(sheet, now) for one, sheet in sheets(event_ids).items()}
    return {one: made.rate for one, made in found.items() if made is not None and made.rate is not None}


def of_programme(programme_id: int, now: datetime) -> list[Outcome]:
    """The outcomes of what a programme held, earliest first; what is not yet open is left out."""
    ids = db.session.scalars(
        select(Event.id)
        .where(Event.programme_id == programme_id, Event.state.in_(("published", "closed")), now >= FIRST_START)
        .order_by(FIRST_START, Event.id)
    ).all()
    return [one for one in outcomes(ids, now) if one.stage in (Stage.OPEN, Stage.OVER)]


@dataclass(frozen=True)
class File:
    """A file on its way out."""

    data: bytes
    name: str
    media_type: str


def file_of_programme(
    programme_id: int, title: str, found: Sequence[Outcome], names: Sequence[str], *, kind: str, actor_id: int | None,
    now: datetime,
) -> File:  # fmt: skip
    """A programme's outcomes as xlsx or csv, a row an event and question, on record. `names`: one an outcome."""
    steps = [spreadsheets.Column(str(step), 10) for step in STEPS]
    columns = (
        spreadsheets.Column(_("Event"), 16),
        spreadsheets.Column(_("Title"), 24),
        spreadsheets.Column(_("Day"), 12),
        spreadsheets.Column(_("Item asked"), 18),
        *steps,
        spreadsheets.Column(_("Valid answers"), 10),
        spreadsheets.Column(_("Satisfaction rate"), 10),
    )
    rows: list[list[Any]] = []
    for one, name in zip(found, names, strict=True):
        rows += _lines(one, name)
    rows += _total_lines(found)
    sheet = spreadsheets.Sheet(_("Satisfaction"), columns, rows, title=f"{title} · {_('Satisfaction')}")
    data = spreadsheets.xlsx([sheet]) if kind == "xlsx" else spreadsheets.csv_text(sheet)
    with transaction():
        audit.record(
            audit.Action.EXPORT_MADE,
            ("programme", programme_id),
            actor_id=actor_id,
            now=now,
            after={"what": "feedback", "kind": kind},
        )
    media_type = spreadsheets.XLSX_TYPE if kind == "xlsx" else spreadsheets.CSV_TYPE
    return File(data, spreadsheets.file_name(title, _("Satisfaction"), local_date(now), extension=kind), media_type)


def _lines(one: Outcome, name: str) -> list[list[Any]]:
    if one.result is None or not one.result.valid:
        return []
    head: list[Any] = [name, one.event.title, local_date(one.sheet.window.opens_at)]
    return [[*head, *line] for line in _numbers(one.result, one.sheet.asked)]


def _numbers(shown: Result, asked: Asked) -> list[list[Any]]:
    found: list[list[Any]] = []
    for key in asked.keys:
        numbers = shown.counts.get(key)
        if numbers:
            forms = sum(numbers)
            found.append([str(asked.label(key)), *numbers, forms, round(sum(numbers[:2]) / forms, 4)])
    return found


def _total_lines(found: Sequence[Outcome]) -> list[list[Any]]:
    """Every question that any event asked, summed over the programme."""
    shown = summed(one.result for one in found)
    return [[_("All events"), "", None, *line] for line in _numbers(shown, every_question(found))]


def every_question(found: Sequence[Outcome]) -> Asked:
    """The questions of all these forms, in the order in which they were first asked."""
    items: dict[str, str] = {}
    for one in found:
        for key, label in one.sheet.asked.items:
            items.setdefault(key, label)
    return Asked(None, 0, tuple(items.items()))
