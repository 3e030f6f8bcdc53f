"""Satisfaction forms: opened by an event's last slot, given once by whoever was there, shown when nothing can change.

Nothing here is put on the audit with a person's name when an answer is given: that would be a time to match it with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import Exists, exists, func, or_, select

from training_app.attendance.models import Attendance
from training_app.attendance.rules import HERE
from training_app.core import signals
from training_app.core.db import db, insert_unless_there, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.people.merging import HOLDER, records
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

from .feedbackmodels import FeedbackBox, FeedbackForm, FeedbackGiven
from .feedbackrules import BUILT_IN, Answer, Asked, Stage, Window, added, checked, texts_with
from .service import FOR_ONESELF


def answered(programme_id: int, person_ids: Collection[int]) -> dict[int, set[int]]:
    """The ids of a programme's events for which each of these persons has given feedback, in one statement.

    A make-up for this programme at another one's event counts here too. A person without any is left out. What a
    record gave that was merged counts for the one who stays.
    """
    found: dict[int, set[int]] = defaultdict(set)
    for person_id, event_id in db.session.execute(
        select(HOLDER, FeedbackGiven.event_id)
        .join(Person, Person.id == FeedbackGiven.person_id)
        .join(Event, Event.id == FeedbackGiven.event_id)
        .where(
            FeedbackGiven.person_id.in_(records(person_ids)),
            or_(
                Event.programme_id == programme_id,
                exists().where(
                    Registration.event_id == FeedbackGiven.event_id,
                    Registration.person_id == FeedbackGiven.person_id,
                    Registration.make_up_for_id == programme_id,
                ),
            ),
        )
    ):
        found[person_id].add(event_id)
    return dict(found)


@dataclass(frozen=True, slots=True)
class Sheet:
    """An event's form as it stands: what is asked, since when and until when, and how many have answered."""

    event: Event
    asked: Asked
    window: Window
    box: FeedbackBox | None

    @property
    def answers(self) -> int:
        """How many have answered by phone."""
        return self.box.answers if self.box else 0

    def stage(self, now: datetime) -> Stage:
        """Whether it is to come, open, or over."""
        return self.window.stage(self.event.state, now)


def sheets(event_ids: Collection[int]) -> dict[int, Sheet]:
    """The forms of these events, in two statements; one without slots has none."""
    times = (
        select(Slot.event_id, func.max(Slot.starts_at).label("opens"), func.max(Slot.ends_at).label("ends"))
        .where(Slot.event_id.in_(event_ids))
        .group_by(Slot.event_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Event, times.c.opens, times.c.ends, FeedbackBox)
        .join(times, times.c.event_id == Event.id)
        .outerjoin(FeedbackBox, FeedbackBox.event_id == Event.id)
    ).all()
    forms = _forms(rows)
    found = {}
    for event, opens, ends, box in rows:
        key = -event.programme_id if box is None else box.form_id or 0
        asked = forms.get(key, BUILT_IN)
        window = Window(opens, ends + Window.OPEN_FOR) if box is None else _kept(opens, box)
        found[event.id] = Sheet(event, asked, window, box)
    return found


def _kept(opens_at: datetime, box: FeedbackBox) -> Window:
    return Window(opens_at, box.closed_at or box.closes_at, box.closed_at is not None)


def _forms(rows: Collection[tuple[Event, datetime, datetime, FeedbackBox | None]]) -> dict[int, Asked]:
    """What was or is asked: by a form's id, and by a programme's id less than nothing the newest version."""
    kept = {box.form_id for _event, _opens, _ends, box in rows if box is not None and box.form_id}
    open_ = {event.programme_id for event, _opens, _ends, box in rows if box is None}
    if not kept and not open_:
        return {}
    found: dict[int, Asked] = {}
    for form in db.session.scalars(
        select(FeedbackForm)
        .where(or_(FeedbackForm.id.in_(kept), FeedbackForm.programme_id.in_(open_)))
        .order_by(FeedbackForm.version)
    ):
        asked = Asked(form.id, form.version, tuple((key, label) for key, label in form.items))
        found[form.id] = found[-form.programme_id] = asked
    return found


def sheet(event_id: int) -> Sheet:
    """The form of one event. Raises NotFound."""
    found = sheets([event_id]).get(event_id)
    if found is None:
        raise NotFound()
    return found


def _there(event_id: int, person_id: int) -> Exists:
    return exists().where(
        Slot.event_id == event_id,
        Attendance.slot_id == Slot.id,
        Attendance.person_id.in_(records([person_id])),
        Attendance.status.in_(HERE),
        Attendance.as_whom.in_(FOR_ONESELF),
    )


def _given(event_id: int, person_id: int) -> Exists:
    return exists().where(FeedbackGiven.event_id == event_id, FeedbackGiven.person_id.in_(records([person_id])))


def _seated(event_id: int, person_id: int) -> Exists:
    return exists().where(
        Registration.event_id == event_id,
        Registration.person_id.in_(records([person_id])),
        Registration.state == "confirmed",
    )


def was_there(event_id: int, person_id: int) -> bool:
    """Whether this person, under any record, was present or late at the event for herself."""
    return bool(db.session.scalar(select(_there(event_id, person_id))))


def has_given(event_id: int, person_id: int) -> bool:
    """Whether this person, under any record, has answered for the event."""
    return bool(db.session.scalar(select(_given(event_id, person_id))))


@dataclass(frozen=True, slots=True)
class Own:
    """An event's form for one person."""

    sheet: Sheet
    #: Whether she was there for herself, and whether she has answered.
    there: bool
    given: bool


def own(event_id: int, person_id: int) -> Own:
    """The form for whoever was there, has answered or has a seat. Raises NotFound for anyone else."""
    # One question for any number: an event of others takes no more than one that there is not.
    there, given, seated = db.session.execute(
        select(_there(event_id, person_id), _given(event_id, person_id), _seated(event_id, person_id))
    ).one()
    if not (there or given or seated):
        raise NotFound()
    found = sheet(event_id)
    if found.event.state == "draft":
        raise NotFound()
    return Own(found, bool(there), bool(given))


def give(event_id: int, person_id: int, answer: Answer, *, version: int, now: datetime) -> bool:
    """Put a person's answers into the event's box; False when she had answered already, which changes nothing.

    `version`: of the form that she was shown. Raises NotFound for who was not there, Invalid with `fields`,
    Refusal "not_open", "closed" or "form_changed".
    """
    with transaction():
        asked_for = sheet(event_id)
        if has_given(event_id, person_id):
            return False
        if not was_there(event_id, person_id):
            raise NotFound()
        _must_be_open(asked_for, now)
        if insert_unless_there(FeedbackGiven, {"event_id": event_id, "person_id": person_id}, _GIVEN_KEY) is None:
            return False
        box, asked = held(asked_for)
        if box.closed_at is not None:
            raise _over()
        if asked.version != version:
            raise Refusal(
                "form_changed", _l("The questions were changed meanwhile. Please look at them once more, then send.")
            )
        plain = checked(answer, asked)
        box.answers += 1
        box.counts = added(box.counts, plain.steps)
        box.texts = texts_with(box.texts, plain.text)
        db.session.flush()
        signals.feedback_given.send(None, person_ids=[person_id], now=now)
        return True


_GIVEN_KEY = ["event_id", "person_id"]


def _must_be_open(asked_for: Sheet, now: datetime) -> None:
    stage = asked_for.stage(now)
    if stage is Stage.AHEAD:
        raise Refusal("not_open", _l("The form opens when the event's last part begins."))
    if stage is not Stage.OPEN:
        raise _over()


def _over() -> Refusal:
    return Refusal("closed", _l("This form is closed. Thank you all the same."))


def held(asked_for: Sheet) -> tuple[FeedbackBox, Asked]:
    """The event's box, made if there is none, held until the open transaction ends, and what it asks."""
    event_id = asked_for.event.id
    insert_unless_there(
        FeedbackBox,
        {
            "event_id": event_id,
            "form_id": asked_for.asked.form_id,
            "answers": 0,
            "counts": {},
            "texts": [],
            "closes_at": asked_for.window.closes_at,
        },
        ["event_id"],
    )
    box = db.session.scalars(
        select(FeedbackBox)
        .where(FeedbackBox.event_id == event_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if box.form_id == asked_for.asked.form_id:
        return box, asked_for.asked
    return box, sheet(event_id).asked


def open_for(person_id: int, now: datetime) -> list[Sheet]:
    """The forms that are open for a person who was there and has not answered, the latest event first."""
    mine = records([person_id])
    recent = select(Slot.event_id).where(Slot.ends_at > now - Window.OPEN_FOR - Window.LONGEST)
    attended = (
        select(Slot.event_id)
        .join(Attendance, Attendance.slot_id == Slot.id)
        .where(
            Attendance.person_id.in_(mine),
            Attendance.status.in_(HERE),
            Attendance.as_whom.in_(FOR_ONESELF),
            Slot.event_id.in_(recent),
            ~exists().where(FeedbackGiven.event_id == Slot.event_id, FeedbackGiven.person_id.in_(mine)),
        )
        .distinct()
    )
    ids = list(db.session.scalars(attended))
    found = sheets(ids) if ids else {}
    waiting = [one for one in found.values() if one.stage(now) is Stage.OPEN]
    return sorted(waiting, key=lambda one: one.window.opens_at, reverse=True)


def how_many_were_there(event_ids: Collection[int]) -> Mapping[int, int]:
    """How many people were at each event for themselves, in one statement."""
    rows = db.session.execute(
        select(Slot.event_id, func.count(func.distinct(HOLDER)))
        .join(Attendance, Attendance.slot_id == Slot.id)
        .join(Person, Person.id == Attendance.person_id)
        .where(
            Slot.event_id.in_(event_ids),
            Attendance.status.in_(HERE),
            Attendance.as_whom.in_(FOR_ONESELF),
        )
        .group_by(Slot.event_id)
    )
    return {row[0]: row[1] for row in rows}
