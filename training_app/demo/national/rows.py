"""Rows on their way into the database, written table by table so that none names one that is not there yet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from training_app.attendance.models import Attendance, Correction, Leave, Scan
from training_app.certificates.models import Certificate, Paper, Rule, Serial, SerialCounter
from training_app.core.bulk import Loader
from training_app.learning.models import Score
from training_app.people.models import Organisation, Person, Post
from training_app.registration.models import Enrolment, Registration
from training_app.schedule.models import (
    Event,
    EventHost,
    Facilitation,
    Phase,
    Programme,
    ProgrammeHost,
    Slot,
    Venue,
)

#: What of each table is written, in an order that keeps every key; the rest is null.
COLUMNS: dict[Any, str] = {
    Person: "id name pinyin phone sex division_code link_revision feed_revision unconfirmed created_at",
    Organisation: "id name kind division_code",
    Post: "id division_code kind person_id started_on ended_on appointed",
    Venue: "id name address directions division_code capacity",
    Programme: "id title counting_year division_code organisation_id preset planned_sessions next_line feed_revision"
    " created_at",
    ProgrammeHost: "id programme_id role organisation_id position",
    Rule: "id programme_id version conditions created_at created_by_id",
    Paper: "id programme_id version settings created_at created_by_id",
    Phase: "id programme_id number title nominate_until",
    Event: "id programme_id phase_id kind number title curriculum_area description venue_id capacity seats_taken"
    " registration_opens_at registration_closes_at state cancel_reason revision created_at",
    Slot: "id event_id label starts_at ends_at checkin_opens_at checkin_closes_at late_after credit_hours",
    EventHost: "id event_id role organisation_id position",
    Facilitation: "id event_id person_id unit_and_title",
    Enrolment: "id phase_id person_id state source created_at",
    Registration: "id event_id person_id enrolment_id state source as_whom division_code ticket_code ticket_revision"
    " created_at",
    Leave: "id slot_id person_id state reason actor_id at",
    Correction: "id slot_id person_id status left_early reason actor_id at",
    Scan: "id nonce slot_id registration_id person_id source direction actor_id at received_at outcome reason forced"
    " note",
    Attendance: "id slot_id person_id registration_id as_whom status left_early arrived_at division_code",
    Score: "id programme_id person_id attempt points source entered_by_id entered_at",
    Serial: "serial person_id programme_id verify_code check_code reserved_at state reason",
    Certificate: "id serial verify_code check_code person_id programme_id rule_version paper_version revision kind"
    " facts file_sha256 picture_sha256 issued_at issued_by_id revoke_reason",
    SerialCounter: "prefix next_number",
}
#: Registrations that wait together; keeps memory flat in the largest city.
ENOUGH = 20_000


class Rows:
    """The rows that wait, and the ids of the next ones. Ids follow on those that the database has."""

    def __init__(self) -> None:
        self._loaders = {model: Loader(model, columns.split()) for model, columns in COLUMNS.items()}
        #: The lists stay the same: whoever adds very many rows may keep hold of `append`.
        self.of: dict[Any, list[tuple[Any, ...]]] = {model: [] for model in COLUMNS}
        self.ids: dict[Any, Iterator[int]] = {
            model: count(loader.next_id()) for model, loader in self._loaders.items() if loader.has_id
        }

    def add(self, model: Any, *values: Any) -> int:
        """Add a row, its values in the order of COLUMNS without the id; gives the id."""
        made = next(self.ids[model])
        self.of[model].append((made, *values))
        return made

    def flush(self) -> None:
        """Write what waits."""
        for model, waiting in self.of.items():
            if waiting:
                self._loaders[model].append(waiting)
                waiting.clear()

    def flush_when_many(self) -> None:
        """Write what waits when it is much."""
        if len(self.of[Registration]) >= ENOUGH:
            self.flush()

    def close(self) -> dict[str, int]:
        """Write the rest; gives how many rows each table got."""
        self.flush()
        for loader in self._loaders.values():
            loader.close()
        return {loader.table.name: loader.count for loader in self._loaders.values()}
