"""Search over people and events: by Chinese, by pinyin, by initials, by the last digits of a phone."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from training_app.core.actors import Actor
from training_app.core.db import db
from training_app.core.permissions import Permission as P
from training_app.people import persons, policy, posts
from training_app.people.models import Person, Post
from training_app.people.names import pinyin_of
from training_app.schedule.models import Event
from training_app.schedule.queries import Filters, events
from training_app.schedule.visibility import visible_events

#: Events are few; so many of the newest are compared one by one.
EVENTS = 400
MOST = 20


@dataclass(frozen=True)
class Found:
    """What was found; `posts` are the present ones of each person."""

    people: list[Person]
    posts: dict[int, list[Post]]
    events: list[Event]

    @property
    def total(self) -> int:
        """How many things were found."""
        return len(self.people) + len(self.events)


def _fits(title: str, typed: str) -> bool:
    if typed in title.lower():
        return True
    if not typed.isascii() or len(typed) < 2:
        return False
    whole, _, initials = pinyin_of(title).partition(" ")
    return typed in whole or typed in initials


def find(actor: Actor, text: str) -> Found:
    """People and events of the actor's areas that match what was typed; nothing for an empty text."""
    typed = "".join(text.split()).lower()[:60]
    if not typed:
        return Found([], {}, [])
    people: list[Person] = []
    if policy.allows_anywhere(actor, P.PERSON_VIEW):
        people = persons.search(text[:60], policy.jurisdictions(actor, P.PERSON_VIEW), MOST)
    newest = select(Event.id).order_by(Event.id.desc()).limit(EVENTS)
    visible = events(visible_events(actor, P.SCHEDULE_VIEW), Filters()).where(Event.id.in_(newest))
    found = [event for event in db.session.scalars(visible) if _fits(event.title, typed)]
    return Found(people, posts.present_posts(person.id for person in people), found[:MOST])
