"""Calendars (.ics) of events, for whoever subscribes to them: one entry for each slot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from training_app.core.clock import local
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.core.links import Purpose, make_token, proves, subject_of

from . import words
from .models import Event, Programme, Slot

if TYPE_CHECKING:
    from icalendar import Event as Entry

#: How often a calendar asks again. A phone that asks more often would not learn more.
REFRESH = timedelta(hours=1)


@dataclass(frozen=True)
class Item:
    """An event in a calendar: where its page is, and whether the place in it is only hoped for."""

    event: Event
    url: str = ""
    tentative: bool = False


def token_of(programme: Programme) -> str:
    """The secret part of the address of a programme's calendar."""
    return make_token(Purpose.PROGRAMME_FEED, programme.id, programme.feed_revision)


def programme_of(token: str) -> Programme:
    """The programme whose present calendar link this is. Raises NotFound for any other token."""
    subject = subject_of(token)
    programme = db.session.get(Programme, subject) if subject is not None else None
    # Proven against a revision that never was, when there is none: the same work.
    revision = programme.feed_revision if programme else -1
    if not proves(token, Purpose.PROGRAMME_FEED, subject or 0, revision) or programme is None:
        raise NotFound()
    return programme


def events_of(programme_id: int) -> list[Event]:
    """A programme's events that people may know of, slots and venues loaded."""
    return list(
        db.session.scalars(
            select(Event)
            .where(Event.programme_id == programme_id, Event.state != "draft")
            .options(joinedload(Event.venue), selectinload(Event.slots))
            .order_by(Event.id)
        )
    )


def calendar_of(items: Iterable[Item], *, name: str, language: str, host: str, now: datetime) -> bytes:
    """The calendar as iCalendar text (RFC 5545).

    `language` is "en" or "zh_Hans"; `host` makes the entries' ids unique in the world. An entry keeps its id
    as long as its slot exists; its SEQUENCE is the event's revision, so that a move replaces the old time.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Fulei Academy//Schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    with force_locale(language):
        for item in items:
            for slot in item.event.slots:
                calendar.add_component(_entry(item, slot, host, now))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _title(event: Event, slot: Slot) -> str:
    number = (
        _("Session %(number)s", number=event.number)
        if event.kind == "session"
        else _("Salon %(number)s", number=event.number)
    )
    label = f" · {words.LABELS[slot.label]}" if len(event.slots) > 1 and slot.label in words.LABELS else ""
    return f"{number} {event.title}{label}"


def _entry(item: Item, slot: Slot, host: str, now: datetime) -> Entry:
    event = item.event
    cancelled = event.state == "cancelled"
    title = _title(event, slot)
    if cancelled:
        title = _("Cancelled: %(title)s", title=title)
    elif item.tentative:
        title = _("Waiting list: %(title)s", title=title)
    from icalendar import Event as Entry

    entry = Entry()
    entry.add("uid", f"slot-{slot.id}-event-{event.id}@{host}")
    entry.add("dtstamp", now)
    entry.add("dtstart", local(slot.starts_at))
    entry.add("dtend", local(slot.ends_at))
    entry.add("summary", title)
    entry.add("sequence", event.revision)
    entry.add("status", "CANCELLED" if cancelled else "TENTATIVE" if item.tentative else "CONFIRMED")
    lines = [event.cancel_reason] if cancelled else [event.description]
    if event.venue is not None:
        entry.add("location", " · ".join(part for part in (event.venue.name, event.venue.address) if part))
        lines.append(event.venue.directions)
    if item.url:
        entry.add("url", item.url)
        lines.append(item.url)
    text = "\n".join(line for line in lines if line)
    if text:
        entry.add("description", text)
    return entry
