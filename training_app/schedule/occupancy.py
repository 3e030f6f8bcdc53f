"""A venue and a person are in one place at a time: decided inside the transaction that writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select

from training_app.core.db import db
from training_app.core.errors import Invalid, Refusal
from training_app.people.models import Person
from training_app.web.filters import span

from .models import Event, Facilitation, Slot, Venue
from .rules import Clash, Occupation, Span, clashes


def hold_events(event_id: int) -> list[Event]:
    """Lock an event with all of its phase, in the order of their ids; none for an unknown id.

    One order for all: two who need several events of a phase never wait for each other in a circle.
    Events are locked before venues and persons.
    """
    phase = select(Event.phase_id).where(Event.id == event_id).scalar_subquery()
    return _locked(or_(Event.id == event_id, Event.phase_id == phase))


def hold_phase(phase_id: int) -> list[Event]:
    """Lock all events of a phase, as `hold_events` does."""
    return _locked(Event.phase_id == phase_id)


def _locked(which: ColumnElement[bool]) -> list[Event]:
    fresh = select(Event).where(which).order_by(Event.id).execution_options(populate_existing=True)
    return list(db.session.scalars(fresh.with_for_update(key_share=True)))


def hold_venue(venue_id: int | None) -> Venue | None:
    """Lock the venue's row, so that no other transaction decides about it meanwhile.

    Raises Invalid when there is no such venue. Venues are locked before persons, persons by their ids:
    one order for all, so that two transactions never wait for each other.
    """
    if venue_id is None:
        return None
    venue = db.session.scalar(select(Venue).where(Venue.id == venue_id).with_for_update(key_share=True))
    if venue is None:
        sentence = _l("Please choose a venue from the list.")
        raise Invalid("venue_unknown", sentence, {"venue_id": sentence})
    return venue


def hold_persons(person_ids: Iterable[int]) -> None:
    """Lock the persons' rows against other decisions about their time; registrations go on."""
    ids = sorted(set(person_ids))
    if ids:
        locked = select(Person.id).where(Person.id.in_(ids)).order_by(Person.id)
        db.session.execute(locked.with_for_update(key_share=True)).all()


def others(wanted: Occupation) -> list[Occupation]:
    """What other events that are not cancelled take up of the same venue and persons around the same time."""
    if not wanted.spans or (wanted.venue_id is None and not wanted.person_ids):
        return []
    led = select(Facilitation.event_id).where(Facilitation.person_id.in_(wanted.person_ids))
    rows = db.session.execute(
        select(Event.id, Event.title, Event.venue_id, Slot.starts_at, Slot.ends_at)
        .join(Slot, Slot.event_id == Event.id)
        .where(
            Event.state != "cancelled",
            Slot.starts_at < max(span.ends_at for span in wanted.spans),
            Slot.ends_at > min(span.starts_at for span in wanted.spans),
            or_(Event.venue_id == wanted.venue_id, Event.id.in_(led)),
        )
    ).all()
    spans: dict[int, list[Span]] = defaultdict(list)
    for row in rows:
        spans[row.id].append(Span(row.starts_at, row.ends_at))
    persons: dict[int, set[int]] = defaultdict(set)
    for event_id, person_id in db.session.execute(
        select(Facilitation.event_id, Facilitation.person_id).where(Facilitation.event_id.in_(spans))
    ):
        persons[event_id].add(person_id)
    facts = {row.id: (row.title, row.venue_id) for row in rows}
    return [
        Occupation(id_, title, tuple(spans[id_]), venue_id, frozenset(persons[id_]))
        for id_, (title, venue_id) in sorted(facts.items())
    ]


def sentence_of(clash: Clash) -> Refusal:
    """The refusal that names the clashing event; its id stands in the details."""
    name, when = None, span(clash.span.starts_at, clash.span.ends_at)
    if clash.person_id is None:
        code = "venue_taken"
        sentence = _l(
            "The venue is taken by “%(title)s” (%(when)s). Choose another time or venue.",
            title=clash.title,
            when=when,
        )
    else:
        code = "facilitator_taken"
        name = db.session.scalar(select(Person.name).where(Person.id == clash.person_id))
        sentence = _l(
            "%(name)s leads “%(title)s” at that time (%(when)s). Choose another time or facilitator.",
            name=name,
            title=clash.title,
            when=when,
        )
    return Refusal(code, sentence, event_id=clash.event_id, title=clash.title, when=when, name=name)


def unnamed(code: str, details: dict[str, Any]) -> Any:
    """The same refusal for someone who may not know the other event: when, but not what."""
    if code == "venue_taken":
        return _l(
            "The venue is taken by another organisation (%(when)s). Choose another time or venue.",
            when=details["when"],
        )
    return _l(
        "%(name)s is busy elsewhere at that time (%(when)s). Choose another time or facilitator.",
        name=details["name"],
        when=details["when"],
    )


def refuse_clash(wanted: Occupation) -> None:
    """Raise Refusal when another event has the venue or a facilitator then. Call with both held."""
    found = clashes(wanted, others(wanted))
    if found:
        raise sentence_of(found[0])
