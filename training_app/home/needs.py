"""What waits for an organiser, each kind counted in one statement, with the page where it is settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from sqlalchemy import ColumnElement, and_, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from training_app.attendance.models import Leave, Scan, Settlement
from training_app.core.actors import Actor
from training_app.core.clock import local_date
from training_app.core.db import db
from training_app.core.permissions import Permission as P
from training_app.divisions.models import Division
from training_app.divisions.rules import within_any
from training_app.learning import outside
from training_app.learning.quizmodels import Quiz, QuizTry
from training_app.people import persons, policy
from training_app.people.models import Claim, Handover, Person, PostChange
from training_app.registration.models import Nomination, Registration, StandIn
from training_app.schedule.models import Event, Facilitation, Phase, Programme, Slot
from training_app.schedule.visibility import visible_programmes

from .rules import LONGEST, event_name

#: A draft is brought up so long before its start, a missing facilitator likewise.
DRAFT_AHEAD = timedelta(days=21)
LEADER_AHEAD = timedelta(days=45)
#: Whoever has not taken a quiz is brought up so long before it closes.
QUIZ_AHEAD = timedelta(days=3)
#: At most so many lines of one kind; the page behind the link has all.
MOST = 6


@dataclass(frozen=True)
class Need:
    """One line of "needs you": what, about what, and where it is settled."""

    title: Any
    note: Any
    label: Any
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)


_EVENT = (Event.id, Event.kind, Event.number, Event.title)
_START = func.min(Slot.starts_at)


def _about(row: Any) -> str:
    return f"{event_name(row.kind, row.number)} · {row.title}"


def _days_left(start: datetime, now: datetime) -> Any:
    days = (local_date(start) - local_date(now)).days
    return _l("today") if days <= 0 else lazy_ngettext("%(num)d day left", "%(num)d days left", days)


def _rows(statement: Any) -> list[Any]:
    return list(db.session.execute(statement.limit(MOST)).all())


def nominations(visible: ColumnElement[bool], _now: datetime) -> list[Need]:
    """Directors whom supervisors named and nobody has answered yet, by phase."""
    rows = _rows(
        select(Phase.id, Phase.number, Programme.title, func.count().label("found"))
        .select_from(Nomination)
        .join(Phase, Phase.id == Nomination.phase_id)
        .join(Programme, Programme.id == Phase.programme_id)
        .where(visible, Nomination.state == "proposed")
        .group_by(Phase.id, Phase.number, Programme.title)
        .order_by(Phase.number)
    )
    return [
        Need(
            lazy_ngettext("%(num)d nomination to decide", "%(num)d nominations to decide", row.found),
            f"{event_name('phase', row.number)} · {row.title}",
            _l("Decide"),
            "registration.nominate",
            {"phase_id": row.id},
        )
        for row in rows
    ]


def stand_ins(visible: ColumnElement[bool], _now: datetime) -> list[Need]:
    """Stand-ins that directors propose."""
    rows = _rows(
        select(*_EVENT, func.count().label("found"))
        .select_from(StandIn)
        .join(Registration, Registration.id == StandIn.registration_id)
        .join(Event, Event.id == Registration.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(visible, StandIn.state == "proposed", Event.state == "published")
        .group_by(*_EVENT)
        .order_by(Event.id)
    )
    return [
        Need(
            lazy_ngettext("%(num)d stand-in to decide", "%(num)d stand-ins to decide", row.found),
            _about(row),
            _l("Decide"),
            "registration.event",
            {"event_id": row.id, "_anchor": "stand-ins"},
        )
        for row in rows
    ]


def waiting(visible: ColumnElement[bool], now: datetime) -> list[Need]:
    """People who wait for a seat at an event that is not over."""
    ahead = select(Slot.event_id).where(Slot.starts_at > now - LONGEST, Slot.ends_at > now)
    rows = _rows(
        select(*_EVENT, func.count().label("found"))
        .select_from(Registration)
        .join(Event, Event.id == Registration.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(visible, Registration.state == "waiting", Event.state == "published", Event.id.in_(ahead))
        .group_by(*_EVENT)
        .order_by(Event.id)
    )
    return [
        Need(
            lazy_ngettext("%(num)d person waits for a seat", "%(num)d people wait for a seat", row.found),
            _about(row),
            _l("View"),
            "registration.event",
            {"event_id": row.id},
        )
        for row in rows
    ]


def _ahead(visible: ColumnElement[bool], now: datetime, until: timedelta, *conditions: Any) -> list[Any]:
    # Found by an index; whatever began before is left out below.
    near = Event.id.in_(select(Slot.event_id).where(Slot.starts_at.between(now, now + until)))
    return _rows(
        select(*_EVENT, _START.label("start"))
        .select_from(Event)
        .join(Programme, Programme.id == Event.programme_id)
        .join(Slot, Slot.event_id == Event.id)
        .where(visible, near, *conditions)
        .group_by(*_EVENT)
        .having(now < _START, now + until > _START)
        .order_by(_START)
    )


def without_facilitator(visible: ColumnElement[bool], now: datetime) -> list[Need]:
    """Events ahead that nobody leads yet."""
    nobody = ~exists().where(Facilitation.event_id == Event.id)
    return [
        Need(
            _l("%(event)s: no facilitator yet", event=event_name(row.kind, row.number)),
            _days_left(row.start, now),
            _l("Assign"),
            "schedule.edit_event",
            {"event_id": row.id},
        )
        for row in _ahead(visible, now, LEADER_AHEAD, Event.state.in_(("draft", "published")), nobody)
    ]


def drafts(visible: ColumnElement[bool], now: datetime) -> list[Need]:
    """Events that start soon and are not published."""
    return [
        Need(
            _l("%(event)s is still a draft", event=event_name(row.kind, row.number)),
            _days_left(row.start, now),
            _l("Publish"),
            "schedule.event",
            {"event_id": row.id},
        )
        for row in _ahead(visible, now, DRAFT_AHEAD, Event.state == "draft")
    ]


def to_close(visible: ColumnElement[bool], now: datetime) -> list[Need]:
    """Events that are over and not closed: nobody is absent until they are."""
    rows = _rows(
        select(*_EVENT)
        .select_from(Event)
        .join(Programme, Programme.id == Event.programme_id)
        .join(Slot, Slot.event_id == Event.id)
        .where(visible, Event.state == "published")
        .group_by(*_EVENT)
        .having(func.max(Slot.ends_at) < now)
        .order_by(func.max(Slot.ends_at))
    )
    return [
        Need(
            _l("%(event)s is over and not closed", event=event_name(row.kind, row.number)),
            _l("Who did not come is marked absent when you close it"),
            _l("Close"),
            "attendance.reconcile",
            {"event_id": row.id},
        )
        for row in rows
    ]


def came_in_late(visible: ColumnElement[bool], _now: datetime) -> list[Need]:
    """Closed events for which a phone delivered scans afterwards, on which nobody has decided."""
    rows = _rows(
        select(*_EVENT, func.count().label("found"))
        .select_from(Scan)
        .join(Slot, Slot.id == Scan.slot_id)
        .join(Event, Event.id == Slot.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(
            visible,
            Scan.outcome == "refused",
            # As the partial index has it: a bound value would not find it.
            Scan.reason == literal_column("'event_closed'"),
            ~exists().where(Settlement.scan_id == Scan.id),
        )
        .group_by(*_EVENT)
        .order_by(Event.id)
    )
    return [
        Need(
            lazy_ngettext("%(num)d scan came in after the close", "%(num)d scans came in after the close", row.found),
            _about(row),
            _l("Look"),
            "attendance.reconcile",
            {"event_id": row.id},
        )
        for row in rows
    ]


def leave_asked(visible: ColumnElement[bool], _now: datetime) -> list[Need]:
    """Leave that was asked for and not answered: no later word for the same slot and person."""
    later = aliased(Leave)
    answered = exists().where(later.slot_id == Leave.slot_id, later.person_id == Leave.person_id, later.id > Leave.id)
    rows = _rows(
        select(*_EVENT, func.count().label("found"))
        .select_from(Leave)
        .join(Slot, Slot.id == Leave.slot_id)
        .join(Event, Event.id == Slot.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(visible, Leave.state == "asked", ~answered)
        .group_by(*_EVENT)
        .order_by(Event.id)
    )
    return [
        Need(
            lazy_ngettext("%(num)d person asks for leave", "%(num)d people ask for leave", row.found),
            _about(row),
            _l("Decide"),
            "attendance.event",
            {"event_id": row.id},
        )
        for row in rows
    ]


def quizzes_ending(visible: ColumnElement[bool], now: datetime) -> list[Need]:
    """Quizzes that close within days: who has not taken them yet can still be reminded."""
    taken = func.count(QuizTry.person_id.distinct())
    rows = _rows(
        select(Quiz.id, Quiz.title, Quiz.closes_at, Programme.title.label("programme"), taken.label("taken"))
        .join(Programme, Programme.id == Quiz.programme_id)
        .outerjoin(QuizTry, and_(QuizTry.quiz_id == Quiz.id, QuizTry.handed_in_at.is_not(None)))
        .where(
            visible,
            Quiz.state == "published",
            Quiz.closes_at > now,
            Quiz.closes_at <= now + QUIZ_AHEAD,
            or_(Quiz.opens_at.is_(None), Quiz.opens_at <= now),
        )
        .group_by(Quiz.id, Quiz.title, Quiz.closes_at, Programme.title)
        .order_by(Quiz.closes_at, Quiz.id)
    )
    return [
        Need(
            _l("“%(title)s” closes soon", title=row.title),
            lazy_ngettext(
                "%(num)d person has handed in on the phone; remind the others",
                "%(num)d people have handed in on the phone; remind the others",
                row.taken,
            ),
            _l("View"),
            "learning.quiz",
            {"quiz_id": row.id, "show": "open"},
        )
        for row in rows
    ]


def handovers(codes: tuple[str, ...]) -> list[Need]:
    """Changes of post that supervisors submitted."""
    rows = _rows(
        select(Handover.id, Division.name, func.count(PostChange.id).label("found"))
        .join(Division, Division.code == Handover.division_code)
        .join(PostChange, PostChange.handover_id == Handover.id)
        .where(Handover.state == "submitted", within_any(Handover.division_code, codes))
        .group_by(Handover.id, Division.name)
        .order_by(Handover.id)
    )
    return [
        Need(
            lazy_ngettext(
                "%(place)s: %(num)d post changes hands",
                "%(place)s: %(num)d posts change hands",
                row.found,
                place=row.name,
            ),
            _l("Confirm the new directors"),
            _l("Confirm"),
            "people.handovers",
        )
        for row in rows
    ]


def claims(codes: tuple[str, ...]) -> list[Need]:
    """Second phones that claim to be someone."""
    found = db.session.scalar(
        select(func.count())
        .select_from(Claim)
        .join(Person, Person.id == Claim.person_id)
        .where(Claim.state == "waiting", persons.in_area(codes))
    )
    if not found:
        return []
    return [
        Need(
            lazy_ngettext("%(num)d phone waits for your nod", "%(num)d phones wait for your nod", found),
            _l("They used the group's link for somebody whose phone is known already"),
            _l("View"),
            "people.waiting_claims",
        )
    ]


def walk_ins(codes: tuple[str, ...]) -> list[Need]:
    """People who registered at the door and whom nobody has confirmed."""
    found = db.session.scalar(
        select(func.count())
        .select_from(Person)
        .where(and_(Person.unconfirmed, Person.merged_into_id.is_(None)), persons.in_area(codes))
    )
    if not found:
        return []
    return [
        Need(
            lazy_ngettext("%(num)d walk-in to confirm", "%(num)d walk-ins to confirm", found),
            _l("Check name and number, or merge with the person whom you know"),
            _l("Check"),
            "people.index",
            {"show": "unconfirmed"},
        )
    ]


def training_elsewhere(codes: tuple[str, ...]) -> list[Need]:
    """Training elsewhere that was handed in and waits for a word."""
    found = outside.waiting(codes)
    if not found:
        return []
    return [
        Need(
            lazy_ngettext("%(num)d training elsewhere to confirm", "%(num)d trainings elsewhere to confirm", found),
            _l("Look at the proof"),
            _l("Decide"),
            "learning.outside_list",
            {"state": "asked"},
        )
    ]


#: Which permission settles each kind that belongs to a programme.
_OF_PROGRAMMES: tuple[tuple[P, Callable[[ColumnElement[bool], datetime], list[Need]]], ...] = (
    (P.REGISTRATION_MANAGE, nominations),
    (P.REGISTRATION_MANAGE, stand_ins),
    (P.ATTENDANCE_CORRECT, leave_asked),
    (P.REGISTRATION_MANAGE, waiting),
    (P.SCHEDULE_PLAN, drafts),
    (P.SCHEDULE_PLAN, without_facilitator),
    (P.ATTENDANCE_CORRECT, to_close),
    (P.ATTENDANCE_CORRECT, came_in_late),
    (P.SCORE_MANAGE, quizzes_ending),
)
_OF_AREAS: tuple[tuple[P, Callable[[tuple[str, ...]], list[Need]]], ...] = (
    (P.HANDOVER_DECIDE, handovers),
    (P.PERSON_EDIT, claims),
    (P.PERSON_EDIT, walk_ins),
    (P.OUTSIDE_DECIDE, training_elsewhere),
)


def needs(actor: Actor, now: datetime, *, programme_id: int | None = None) -> list[Need]:
    """Everything that this actor may settle; with a programme, only what belongs to it.

    One statement a kind, and none for a kind that the actor may not settle.
    """
    found: list[Need] = []
    for permission, list_of in _OF_PROGRAMMES:
        if policy.allows_anywhere(actor, permission):
            visible = visible_programmes(actor, permission)
            if programme_id is not None:
                visible = and_(visible, Programme.id == programme_id)
            found += list_of(visible, now)
    if programme_id is None:
        for permission, list_in in _OF_AREAS:
            codes = policy.jurisdictions(actor, permission)
            if codes:
                found += list_in(codes)
    return found
