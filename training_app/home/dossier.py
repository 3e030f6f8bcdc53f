"""A person's page: posts, registrations with their marks, certificates, training elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, selectinload

from training_app.attendance import service as attendance
from training_app.attendance.service import Mark
from training_app.certificates.models import Certificate
from training_app.core.db import db
from training_app.learning import outside
from training_app.learning.models import OutsideTraining
from training_app.learning.outsiderules import WITHDRAWN
from training_app.people import posts
from training_app.people.models import Person, Post
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Programme

from .mine import same_person


@dataclass(frozen=True)
class Line:
    """A registration with one mark a slot, in the order of the slots."""

    registration: Registration
    marks: tuple[Mark | None, ...]


@dataclass(frozen=True)
class Dossier:
    """Everything on the page but the registrations of its other pages."""

    person: Person
    posts: tuple[Post, ...]
    lines: tuple[Line, ...]
    certificates: tuple[tuple[Certificate, str], ...]
    stands_in_for: dict[int, str]
    #: What was handed in and not taken back, the newest first.
    elsewhere: tuple[OutsideTraining, ...]


def registrations(person: Person) -> Select[Any]:
    """The statement of a person's registrations, the newest first, with all that a line shows."""
    return (
        select(Registration)
        .join(Event, Event.id == Registration.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(Registration.person_id.in_(same_person(person.id)))
        .options(contains_eager(Registration.event).options(contains_eager(Event.programme), selectinload(Event.slots)))
        .order_by(Programme.counting_year.desc(), Event.kind, Event.number.desc(), Registration.id.desc())
    )


def dossier(person: Person, found: Sequence[Registration]) -> Dossier:
    """What is known of a person and of these registrations of theirs, in a fixed number of statements.

    The caller has proven that the person may be seen.
    """
    people = {person.id, *(r.person_id for r in found)}
    slots = [slot.id for r in found for slot in r.event.slots]
    marks = {slot: mark for (_person, slot), mark in attendance.marks(slots, people).items()}
    papers = db.session.execute(
        select(Certificate, Programme.title)
        .join(Programme, Programme.id == Certificate.programme_id)
        .where(Certificate.person_id.in_(same_person(person.id)))
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    )
    absent = [r.stand_in_for_id for r in found if r.stand_in_for_id is not None]
    names = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(absent)))
    return Dossier(
        person=person,
        posts=tuple(posts.history(person.id)),
        lines=tuple(Line(r, tuple(marks.get(slot.id) for slot in r.event.slots)) for r in found),
        certificates=tuple((row[0], row[1]) for row in papers),
        stands_in_for={row.id: row.name for row in names},
        elsewhere=tuple(row for row in outside.of_person(person.id) if row.state != WITHDRAWN),
    )
