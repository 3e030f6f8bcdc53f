"""The people and events that are measured with: the cast of the tests, and a hall full of directors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, update

from config import Config
from tests import cast
from training_app import create_app
from training_app.attendance.models import Attendance
from training_app.core.db import db, transaction
from training_app.divisions.models import Division
from training_app.migrating import upgrade
from training_app.people.models import Person, Post
from training_app.registration import tickets
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

#: The event and slot at whose door is scanned; phase n has event n and slot n.
SLOT = cast.TODAY_SLOT
_FAMILIES = "陈林黄张李王吴刘蔡杨许郑谢郭洪邱曾廖赖徐"
_GIVEN = "丽华晓燕淑英秀兰美玲雅婷志强文静春梅玉珍"


class BenchConfig(Config):
    """As `make run` has it, on a database and a folder of one's own."""

    def __init__(self, instance: Path, database_url: str) -> None:
        super().__init__()
        self.INSTANCE, self.FILES = instance, instance / "files"
        self.DATABASE_URL = database_url or f"sqlite:///{instance / 'fulei.db'}"


def application(instance: Path, database_url: str) -> Flask:
    """An application beside the server, to fill and to read its database."""
    return create_app(BenchConfig(instance, database_url))


def fill(app: Flask, people: int) -> None:
    """Migrate, settle the cast, open today's slot for three hours and register `people` directors for it."""
    now = datetime.now(UTC).replace(microsecond=0)
    with app.app_context():
        upgrade()
        cast.settle()
        open_door(SLOT, now)
        _register(SLOT, _people(people, now), now)
        db.session.remove()
        db.engine.dispose()


def open_door(slot_id: int, now: datetime) -> None:
    """Let a slot's check-in be open for some hours around `now`; who comes in the first is in time."""
    with transaction() as session:
        session.execute(
            update(Slot)
            .where(Slot.id == slot_id)
            .values(
                starts_at=now + timedelta(hours=1),
                ends_at=now + timedelta(hours=4),
                checkin_opens_at=now - timedelta(hours=1),
                checkin_closes_at=now + timedelta(hours=4),
                late_after=now + timedelta(hours=1),
            )
        )


def _people(count: int, now: datetime) -> list[int]:
    """New persons, spread over the communities of Licheng; gives their ids."""
    with transaction() as session:
        codes = list(
            session.scalars(
                select(Division.code).where(Division.level == "community", Division.code.like(f"{cast.LICHENG}%"))
            )
        )
        rows = [
            {
                "name": _FAMILIES[n % 20] + _GIVEN[n % 20] + _GIVEN[n // 20 % 20],
                "pinyin": "",
                "phone": f"+86139{n:08}",
                "division_code": codes[n % len(codes)],
                "link_revision": 0,
                "unconfirmed": False,
                "created_at": now,
            }
            for n in range(count)
        ]
        ids = list(session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows))
        held = set(session.scalars(select(Post.division_code).where(Post.ended_on.is_(None))))
        free = [code for code in codes if code not in held]
        posts = [
            {
                "division_code": code,
                "kind": "director",
                "person_id": person,
                "started_on": now.date(),
                "appointed": "elected",
            }
            for code, person in zip(free, ids, strict=False)
        ]
        session.execute(insert(Post), posts)
        return ids


def _register(event_id: int, person_ids: list[int], now: datetime) -> None:
    with transaction() as session:
        lived = session.execute(select(Person.id, Person.division_code).where(Person.id.in_(person_ids[:900])))
        places = {row.id: row.division_code for row in lived}
    register(event_id, {person: places.get(person, cast.KAIYUAN_COMMUNITY) for person in person_ids}, now)


def register(event_id: int, places: Mapping[int, str], now: datetime) -> None:
    """Give any number of persons, by id with their community, seats as trainees in an event, and tickets."""
    with transaction() as session:
        rows = [
            {
                "event_id": event_id,
                "person_id": person,
                "state": "confirmed",
                "source": "roster",
                "as_whom": "trainee",
                "division_code": code,
                "ticket_code": _code(event_id * 1_000_000 + person),
                "ticket_revision": 0,
                "created_at": now,
            }
            for person, code in places.items()
        ]
        session.execute(insert(Registration), rows)
        taken = Event.seats_taken + len(rows)
        session.execute(update(Event).where(Event.id == event_id).values(capacity=None, seats_taken=taken))


def _code(number: int) -> str:
    text = ""
    for _ in range(tickets.CODE_LENGTH):
        number, digit = divmod(number, len(tickets.ALPHABET))
        text += tickets.ALPHABET[digit]
    return text


def ticket_tokens(app: Flask, event_id: int = SLOT) -> list[str]:
    """The signed ticket of everyone who is registered for an event, in the order of registration."""
    with app.app_context():
        rows = db.session.scalars(
            select(Registration).where(Registration.event_id == event_id).order_by(Registration.id)
        ).all()
        made = [tickets.token_of(row) for row in rows]
        db.session.remove()
        return made


def a_class(app: Flask, people: int) -> None:
    """Put `people` of today's event into all six sessions, with attendance: a matrix of people × 6."""
    now = datetime.now(UTC).replace(microsecond=0)
    with app.app_context():
        with transaction() as session:
            chosen = list(
                session.scalars(
                    select(Registration.person_id)
                    .where(Registration.event_id == SLOT)
                    .order_by(Registration.id)
                    .limit(people)
                )
            )
        for event_id in (1, 2, 3, 5, 6):
            _register(event_id, chosen, now)
        with transaction() as session:
            rows: list[dict[str, Any]] = [
                {
                    "slot_id": slot,
                    "person_id": person,
                    "as_whom": "trainee",
                    "status": ("present", "late", "absent")[(slot + person) % 3],
                    "left_early": False,
                    "division_code": cast.KAIYUAN_COMMUNITY,
                }
                for slot in (1, 2, 3, 5, 6)
                for person in chosen
            ]
            session.execute(insert(Attendance), rows)
        db.session.remove()
