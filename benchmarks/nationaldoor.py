"""Check-ins while the database holds the whole country: against an empty one's, and how soon they are counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from flask import Flask
from sqlalchemy import func, insert, select

from benchmarks import hall
from benchmarks.door import CLIENTS, Device
from benchmarks.load import Order
from benchmarks.servers import Server, send
from training_app.core.db import db, transaction
from training_app.demo.stage import PASSWORD
from training_app.people.models import Post
from training_app.registration.models import Registration
from training_app.reports.models import Dirty, DivisionTotal
from training_app.schedule.models import Event, Programme, Slot

#: How often one check-in is followed until it is counted.
FOLLOWED = 7
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Runs:
    """How much is measured: pairs of runs, and in each requests that are measured and that warm up."""

    pairs: int
    count: int
    warm_up: int

    @property
    def needed(self) -> int:
        """Tickets that are used up in one database, by an unmeasured run too; each is scanned once."""
        return (self.pairs + 1) * (self.count + self.warm_up) + FOLLOWED


@dataclass(frozen=True)
class Door:
    """An open check-in: whose turn it is, by signed ticket, and the counting year it belongs to."""

    slot_id: int
    year: int
    tickets: Iterator[str]


def open_hall(app: Flask, people: int) -> Door:
    """Open the check-in of a session of today, with `people` more directors from its city on in the order of codes.

    They hold their posts as the demo wrote them: rows from the middle of large tables, as a hall meets them.
    Raises RuntimeError when there are too few.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    with app.app_context():
        slot_id, event_id, year, city = db.session.execute(
            select(Slot.id, Slot.event_id, Programme.counting_year, Programme.division_code)
            .join(Event, Event.id == Slot.event_id)
            .join(Programme, Programme.id == Event.programme_id)
            # The session that is open is the first city's: whoever organises there may stand at its door.
            .where(Event.state == "published", Slot.checkin_closes_at > now - timedelta(days=1))
            .order_by(Slot.id)
            .limit(1)
        ).one()
        there = select(Registration.person_id).where(Registration.event_id == event_id)
        rows = db.session.execute(
            select(Post.person_id, Post.division_code)
            .where(Post.kind == "director", Post.ended_on.is_(None), Post.division_code >= city)
            .where(Post.person_id.not_in(there))
            .order_by(Post.division_code)
            .limit(people)
        ).all()
        if len(rows) < people:
            raise RuntimeError(f"{len(rows)} directors from {city} on, {people} are needed")
        db.session.remove()
        hall.open_door(slot_id, now)
        hall.register(event_id, {row.person_id: row.division_code for row in rows}, now)
        with transaction() as session:
            # As registering leaves it: who has a seat is in training before the door opens.
            session.execute(insert(Dirty), [{"kind": "person", "key": str(row.person_id)} for row in rows])
        db.session.remove()
        db.engine.dispose()
    # Those whom the demo registered stand first; some of them are there already.
    return Door(slot_id, year, iter(hall.ticket_tokens(app, event_id)[-people:]))


def counted(app: Flask, year: int) -> int:
    """Attendances (人次) of the nation in a year, as the pages read them."""
    with app.app_context():
        total = select(func.sum(DivisionTotal.attendances)).where(
            DivisionTotal.division_code == "", DivisionTotal.counting_year == year
        )
        found = db.session.scalar(total) or 0
        db.session.remove()
    return found


def until_counted(app: Flask, year: int, wanted: int) -> float:
    """Seconds until the nation's attendances are `wanted`. Raises TimeoutError after `PATIENCE_S` seconds."""
    began = time.perf_counter()
    while (now := counted(app, year)) != wanted:
        if time.perf_counter() - began > PATIENCE_S:
            raise TimeoutError(f"{now} attendances are counted, not {wanted}")
        time.sleep(0.02)
    return time.perf_counter() - began


def follow(app: Flask, server: Server, door: Door) -> dict[str, float]:
    """`counted_after_s`, `…_most_s`: from one check-in's answer until the nation's total has it, and the longest."""
    device = Device(server, "organiser", PASSWORD)
    took = []
    for number in range(FOLLOWED):
        # The upkeep looks every two seconds: asked at another moment between two looks each time.
        time.sleep(2 * number / FOLLOWED)
        before = counted(app, door.year)
        send(Order("127.0.0.1", server.port, 1, [device.scan(next(door.tickets), door.slot_id)]))
        took.append(until_counted(app, door.year, before + 1))
    return {"counted_after_s": median(took), "counted_after_most_s": max(took)}


def measure(app: Flask, nation: Server, door: Door, empty: Server, tickets: list[str], runs: Runs) -> dict[str, float]:
    """Interleaved runs at eight clients on both, after one that is not measured; medians.

    `checkin_c8_per_s`, `empty_c8_per_s`, `checkin_c8_to_empty`; and `caught_up_s`, from the last answer until the
    nation's total has every check-in.
    """
    before, left = counted(app, door.year), iter(tickets)
    inside, outside = Device(nation, "organiser", PASSWORD), Device(empty)

    def run(server: Server, next_request: Callable[[], str]) -> float:
        requests = [next_request() for _ in range(runs.count + runs.warm_up)]
        return float(send(Order("127.0.0.1", server.port, CLIENTS, requests, runs.warm_up))["per_s"])

    def on_nation() -> float:
        return run(nation, lambda: inside.scan(next(door.tickets), door.slot_id))

    def on_empty() -> float:
        return run(empty, lambda: outside.scan(next(left)))

    on_empty(), on_nation()
    pairs = []
    for number in range(runs.pairs):
        # Each goes first in turn, so that neither always has the warmer machine.
        first, second = (on_nation, on_empty) if number % 2 else (on_empty, on_nation)
        one, other = first(), second()
        pairs.append((one, other) if number % 2 else (other, one))
    scanned = (runs.pairs + 1) * (runs.count + runs.warm_up)
    return {
        "caught_up_s": until_counted(app, door.year, before + scanned),
        "checkin_c8_per_s": median(one for one, _ in pairs),
        "empty_c8_per_s": median(other for _, other in pairs),
        "checkin_c8_to_empty": median(one / other for one, other in pairs),
    }
