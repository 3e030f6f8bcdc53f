"""Who came: seats, scans, leave and corrections, and the attendance that they amount to.

Each row of attendance is what `attendance.rules.derive` makes of the facts beside it; a test counts them again.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta

from training_app.attendance.models import Attendance, Correction, Leave, Scan
from training_app.registration.models import Enrolment, Registration

from .courses import City, Course, Session
from .rows import Rows
from .townsfolk import Member

#: Arrivals, from the start of the session: in time, and late.
_EARLY = [timedelta(minutes=minute, seconds=minute * 7 % 60) for minute in range(-27, 4)]
_LATE = [timedelta(minutes=minute, seconds=minute * 11 % 60) for minute in range(17, 41)]
#: Of those who came, who was late. Of those who did not, who had leave, and who came and was not scanned.
LATE, EXCUSED, FORGOTTEN = 0.055, 0.35, 0.04


class Door:
    """Lets members into the sessions of their phase."""

    def __init__(self, rows: Rows, tickets: Iterator[str], nonces: Iterator[str]) -> None:
        self._rows, self._tickets, self._nonces = rows, tickets, nonces

    def hold(
        self, city: City, course: Course, phase_id: int, sessions: Sequence[Session], members: Sequence[Member],
        chance: random.Random,
    ) -> None:  # fmt: skip
        """Write a phase's enrolments, and for each session the seats, and what happened once it is over."""
        rows, registered_at = self._rows, course.began_at + timedelta(days=1)
        for member in members:
            member.comes = 0.55 if chance.random() < 0.05 else 0.95
            source = "nomination"
            member.enrolment_id = rows.add(Enrolment, phase_id, member.person_id, "confirmed", source, registered_at)
        numbers, seat = rows.ids[Registration], rows.of[Registration].append
        for bit, session in enumerate(sessions):
            seats = []
            for member in members:
                number = next(numbers)
                seats.append((number, member))
                seat(
                    (number, session.event_id, member.person_id, member.enrolment_id, "confirmed", source, "trainee",
                     member.code, next(self._tickets), 0, registered_at)
                )  # fmt: skip
            if session.over:
                self._arrive(city, session, 1 << bit, seats, chance)

    def _arrive(
        self, city: City, session: Session, bit: int, seats: Sequence[tuple[int, Member]], chance: random.Random
    ) -> None:
        rows, nonces, luck = self._rows, self._nonces, chance.random
        scan, scans = rows.of[Scan].append, rows.ids[Scan]
        attend, attendances = rows.of[Attendance].append, rows.ids[Attendance]
        slot_id, starts_at, organiser = session.slot_id, session.starts_at, city.organiser_id
        for number, member in seats:
            person_id, arrived_at = member.person_id, None
            if luck() < member.comes:
                late = luck() < LATE
                status = "late" if late else "present"
                arrived_at = starts_at + (_LATE[int(luck() * 24)] if late else _EARLY[int(luck() * 31)])
                source, actor = ("camera", organiser) if luck() < 0.6 else ("venue_code", None)
                scan(
                    (next(scans), next(nonces), slot_id, number, person_id, source, "in", actor, arrived_at, arrived_at,
                     "accepted", status if late else None, False, "")
                )  # fmt: skip
                member.came |= bit
            else:
                status = self._without_scan(session, person_id, organiser, luck())
                if status == "present":
                    member.came |= bit
            attend((next(attendances), slot_id, person_id, number, "trainee", status, False, arrived_at, member.code))

    def _without_scan(self, session: Session, person_id: int, organiser: int, luck: float) -> str:
        slot_id = session.slot_id
        if luck < EXCUSED:
            asked_at = session.starts_at - timedelta(days=1)
            self._rows.add(Leave, slot_id, person_id, "granted", "村里有工作", organiser, asked_at)
            return "excused"
        if luck < EXCUSED + FORGOTTEN:
            reason, at = "手机没电，纸质签到表上有本人签名", session.visit.ends_at
            self._rows.add(Correction, slot_id, person_id, "present", False, reason, organiser, at)
            return "present"
        return "absent"
