"""What may be typed to plan a whole programme in one go: shape only; the services decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField, StringField
from wtforms.validators import Length

from . import daysoff, words
from .forms import (
    ChoiceSelectField,
    ClockField,
    DayField,
    HoursField,
    NumberField,
    complain,
    filled,
    need,
    needed,
    number_or_none,
    optional,
    options,
)
from .presets import Hours, SessionRow
from .rules import series

TITLE_KW = {"maxlength": 120}


class SessionRowForm(Form):
    """One phase of one session."""

    day = DayField(_l("Date"), [optional()])
    title = StringField(_l("Title"), [Length(max=120)], render_kw=TITLE_KW)
    curriculum_area = ChoiceSelectField(_l("Curriculum area"), default="policies", choices=options(words.AREAS.items()))


class FirstDayRowForm(Form):
    """The first day of one phase of a class."""

    day = DayField(_l("First day"), [optional()])


class _PlanForm(FlaskForm):
    first_day = DayField(_l("First date"), [optional()])
    weeks = NumberField(_l("Weeks between"), [optional()], render_kw={"inputmode": "numeric"})
    venue_id = ChoiceSelectField(_l("Venue"), coerce=number_or_none)
    capacity = NumberField(
        _l("Capacity"),
        [optional()],
        description=_l("Seats in each session. Empty: no limit."),
        render_kw={"inputmode": "numeric"},
    )
    preset = HiddenField()

    def keep_a_row(self) -> None:
        """A plan without any row has one in which to say so."""
        if not self["rows"].entries:
            self["rows"].append_entry()

    def propose(self) -> None:
        """Fill the dates anew from the first one and the weeks between."""
        rows = self["rows"].entries
        if self.first_day.data is None:
            return
        days = ordinary(series(self.first_day.data, len(rows), max(1, self.weeks.data or 1)))
        for row, day in zip(rows, days, strict=True):
            row.form.day.data, row.form.day.raw_data = day, None


class SessionsPlanForm(_PlanForm):
    """Six one-session phases."""

    rows = FieldList(FormField(SessionRowForm), max_entries=60)
    starts = ClockField(_l("Start"), [needed()])
    ends = ClockField(_l("End"), [needed()])
    credit_hours = HoursField(_l("Credit hours"), [needed()], render_kw={"inputmode": "decimal"})

    def used(self) -> list[Any]:
        """The rows that were filled in, in the order in which the service gets them."""
        return filled(self.rows, "day", "title")

    def plan(self) -> tuple[list[SessionRow], Hours] | None:
        """What was typed; None when something is wrong, which then stands beside its field."""
        self.keep_a_row()
        fine = self.validate()
        for row in self.used():
            fine = need(row.form.day, row.form.title) and fine
        if not fine:
            return None
        rows = [SessionRow(r.form.day.data, r.form.title.data, r.form.curriculum_area.data) for r in self.used()]
        return rows, half(self.starts.data, self.ends.data, self.credit_hours.data)

    def names(self) -> dict[str, Any]:
        """Field names of the service → fields."""
        return {
            f"rows-{place}-{name}": row.form[name]
            for place, row in enumerate(self.used())
            for name in ("day", "title", "curriculum_area")
        } | ({} if self.used() else {"rows-0-day": self.rows.entries[0].form.day})


class ClassPlanForm(_PlanForm):
    """One class of one to three days, repeated in phases."""

    title = StringField(_l("Title of the class"), [needed(), Length(max=120)], render_kw=TITLE_KW)
    curriculum_area = ChoiceSelectField(_l("Curriculum area"), default="policies", choices=options(words.AREAS.items()))
    days = ChoiceSelectField(_l("Days"), coerce=number_or_none, choices=options((n, str(n)) for n in (1, 2, 3)))
    rows = FieldList(FormField(FirstDayRowForm), max_entries=60)
    morning_starts = ClockField(_l("Morning from"), [needed()])
    morning_ends = ClockField(_l("to"), [needed()])
    morning_hours = HoursField(_l("Credit hours"), [needed()], render_kw={"inputmode": "decimal"})
    afternoon_starts = ClockField(_l("Afternoon from"), [needed()])
    afternoon_ends = ClockField(_l("to"), [needed()])
    afternoon_hours = HoursField(_l("Credit hours"), [needed()], render_kw={"inputmode": "decimal"})

    def used(self) -> list[Any]:
        """The rows that were filled in."""
        return filled(self.rows, "day")

    def plan(self) -> tuple[list[date], Hours, Hours] | None:
        """What was typed; None when something is wrong, which then stands beside its field."""
        self.keep_a_row()
        fine = self.validate()
        for row in self.used():
            fine = need(row.form.day) and fine
        for name in ("morning", "afternoon"):
            start, end = self[f"{name}_starts"], self[f"{name}_ends"]
            if fine and start.data >= end.data:
                complain(end, _l("The end must come after the start."))
                fine = False
        if not fine:
            return None
        morning = half(self.morning_starts.data, self.morning_ends.data, self.morning_hours.data)
        afternoon = Hours(self.afternoon_starts.data, self.afternoon_ends.data, self.afternoon_hours.data, "afternoon")
        return [row.form.day.data for row in self.used()], morning, afternoon

    def names(self) -> dict[str, Any]:
        """Field names of the service → fields."""
        rows = self.used() or self.rows.entries[:1]
        return {f"rows-{place}-day": row.form.day for place, row in enumerate(rows)} | {
            "credit_hours": self.morning_hours,
            "starts": self.morning_starts,
            "ends": self.morning_ends,
        }


def half(starts: Any, ends: Any, hours: Any) -> Hours:
    """Hours with the label that the clock gives them."""
    label = "whole" if starts.hour < 12 < ends.hour else "morning" if starts.hour < 12 else "afternoon"
    return Hours(starts, ends, hours, "evening" if starts.hour >= 18 else label)


def ordinary(days: Sequence[date | None]) -> list[date]:
    """The same days, each holiday and make-up workday put off by a week or more."""
    found: list[date] = []
    for day in days:
        while day is not None and (day in found or daysoff.note(day, "en")):
            day += timedelta(weeks=1)
        if day is not None:
            found.append(day)
    return found


def next_weekday(after: date, weekday: int, days_ahead: int = 14) -> date:
    """The first such weekday (0 = Monday) at least `days_ahead` days after a date."""
    day = after + timedelta(days=days_ahead)
    return day + timedelta(days=(weekday - day.weekday()) % 7)
