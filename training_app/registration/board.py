"""What is to be said about an event now, and what was said: read for the page, and ticked off there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import and_, func, select, update

from training_app.core.clock import local_date
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound
from training_app.core.outgoing import Channel, Outgoing, OutgoingState
from training_app.divisions.models import Division
from training_app.people.models import Person
from training_app.schedule.models import Event

from . import messagefacts as facts
from . import messagetexts as texts
from .models import Registration

#: Calls, names and failures that a page shows of each kind; the next appear as these are done.
SHOWN = 50
#: Names that one text for the group holds.
NAMED = 300


@dataclass(frozen=True)
class Line:
    """One person's line: a call to make or made, or an e-mail that failed."""

    id: int
    kind: str
    state: str
    name: str
    phone: str | None
    place: str
    problem: str


@dataclass
class Section:
    """One kind of message of an event."""

    kind: str
    counts: Counter[tuple[str, str]]
    text: texts.Text | None = None
    #: The highest id of the group's rows in the text: what comes later is not ticked off with it.
    upto: int = 0
    calls: list[Line] = field(default_factory=list)
    called: list[Line] = field(default_factory=list)
    failures: list[Line] = field(default_factory=list)

    def count(self, channel: str, *states: str) -> int:
        """How many messages of a channel are in these states."""
        return sum(self.counts[channel, state] for state in states)

    @property
    def to_do(self) -> bool:
        """Whether anything waits for a hand."""
        return bool(self.text or self.calls or self.failures)


def sections(event: Event, *, language: str, now: datetime, only: str | None = None) -> list[Section]:
    """The kinds of messages that an event has, the most urgent first, in six statements at most.

    `language` is that of the texts; `only` narrows to one kind.
    """
    found: dict[str, Section] = {}
    counted = db.session.execute(
        select(Outgoing.kind, Outgoing.channel, Outgoing.state, func.count())
        .where(Outgoing.event_id == event.id, Outgoing.state != OutgoingState.DROPPED.value)
        .group_by(Outgoing.kind, Outgoing.channel, Outgoing.state)
    )
    for kind, channel, state, count in counted:
        if kind in texts.KINDS and only in (None, kind):
            found.setdefault(kind, Section(kind, Counter())).counts[channel, state] = count
    if not found:
        return []
    _put_texts(found, event, language, now)
    _put_lines(found, event.id)
    return [found[kind] for kind in texts.KINDS if kind in found]


def _place(name: str | None) -> str:
    """A community as people say it."""
    return (name or "").removesuffix("居委会").removesuffix("委会")


def _of_event(event_id: int) -> Any:
    """Messages with their persons and the communities that they are registered for."""
    return (
        select(Outgoing, Person.name, Person.phone, Division.name)
        .outerjoin(Person, Person.id == Outgoing.person_key)
        .outerjoin(Registration, and_(Registration.event_id == Outgoing.event_id, Registration.person_id == Person.id))
        .outerjoin(Division, Division.code == Registration.division_code)
        .where(Outgoing.event_id == event_id)
    )


def _put_texts(found: dict[str, Section], event: Event, language: str, now: datetime) -> None:
    rows = db.session.execute(
        _of_event(event.id)
        .where(Outgoing.channel == Channel.GROUP.value, Outgoing.state == OutgoingState.WAITING.value)
        .order_by(Outgoing.id)
        .limit(NAMED)
    ).all()
    by_kind: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_kind[row[0].kind].append(row)
    about, link = facts.about(event), facts.event_link(event)
    for kind, waiting in by_kind.items():
        if kind not in found:
            continue
        changed = waiting[-1][0].subject.split(":")[3:]
        with force_locale(language):
            names = [_named(name, _place(place)) for _row, name, _phone, place in waiting if name]
            found[kind].text = texts.for_group(
                kind,
                about,
                names=names,
                changed=changed[0].split(",") if changed else (),
                link=link,
                today=local_date(now),
            )
        found[kind].upto = max(row[0].id for row in waiting)


def _named(name: str, place: str) -> str:
    return str(_("%(name)s (%(place)s)", name=name, place=place)) if place else name


def _put_lines(found: dict[str, Section], event_id: int) -> None:
    numbered = (
        select(
            Outgoing.id,
            func.row_number()
            .over(
                partition_by=(Outgoing.kind, Outgoing.channel, Outgoing.state),
                order_by=(Outgoing.done_at.desc(), Outgoing.id),
            )
            .label("place"),
        )
        .where(
            Outgoing.event_id == event_id,
            Outgoing.channel.in_([Channel.CALL.value, Channel.EMAIL.value]),
            Outgoing.kind.in_(found),
        )
        .subquery()
    )
    shown = select(numbered.c.id).where(numbered.c.place <= SHOWN)
    rows: Iterable[Any] = db.session.execute(
        _of_event(event_id).where(Outgoing.id.in_(shown)).order_by(Outgoing.id)
    ).all()
    for row, name, phone, place in rows:
        line = Line(row.id, row.kind, row.state, name or "", phone, _place(place), row.problem or "")
        section = found[row.kind]
        if row.channel == Channel.EMAIL.value:
            if row.state == OutgoingState.FAILED.value:
                section.failures.append(line)
        elif row.state == OutgoingState.WAITING.value:
            section.calls.append(line)
        elif row.state == OutgoingState.DONE.value:
            section.called.append(line)


def group_told(event_id: int, kind: str, upto: int, *, actor_id: int, now: datetime) -> None:
    """Tick off the text for the group, as far as it was shown."""
    with transaction():
        _settle(
            [
                Outgoing.event_id == event_id,
                Outgoing.kind == kind,
                Outgoing.channel == Channel.GROUP.value,
                Outgoing.id <= upto,
            ],
            done=True,
            actor_id=actor_id,
            now=now,
        )


def called(event_id: int, message_id: int, *, done: bool, actor_id: int, now: datetime) -> str:
    """Tick a call off, or take the tick back; harmless to repeat. Gives its kind. Raises NotFound."""
    with transaction() as session:
        which = [
            Outgoing.id == message_id,
            Outgoing.event_id == event_id,
            Outgoing.channel == Channel.CALL.value,
        ]
        kind = session.scalar(select(Outgoing.kind).where(*which))
        if kind is None:
            raise NotFound()
        _settle(which, done=done, actor_id=actor_id, now=now)
        return kind


def _settle(which: Sequence[Any], *, done: bool, actor_id: int, now: datetime) -> None:
    before, after = (OutgoingState.WAITING, OutgoingState.DONE) if done else (OutgoingState.DONE, OutgoingState.WAITING)
    db.session.execute(
        update(Outgoing)
        .where(*which, Outgoing.state == before.value)
        .values(state=after.value, done_at=now if done else None, done_by_id=actor_id if done else None)
        .execution_options(synchronize_session=False)
    )
