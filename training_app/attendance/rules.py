"""What the facts of one person in one slot amount to. Pure, and blind to the order of arrival."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

#: Statuses that count as having been there.
HERE = ("present", "late")
#: Who is expected (应到); walk-ins, guests and staff sign in outside that number.
EXPECTED = ("trainee", "stand_in")
STATUSES = ("present", "late", "excused", "absent")
#: Of several seats that one person turns out to have, the first of these is the one that counts.
SEATS = ("trainee", "stand_in", "walk_in", "guest", "staff")


def seat_rank(as_whom: str) -> int:
    """The place of a seat's kind in `SEATS`; the lowest counts."""
    return SEATS.index(as_whom) if as_whom in SEATS else len(SEATS)


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """A slot as far as attendance needs it. `closed`: absent rows are due."""

    starts_at: datetime
    ends_at: datetime
    late_after: datetime
    closed: bool = False


@dataclass(frozen=True, slots=True)
class ScanFact:
    """An accepted scan. `at` is the device's corrected time, or the server's where there is none.

    `timed`: someone was there at that minute; a signature on paper says only that she came.
    """

    nonce: str
    at: datetime
    direction: str = "in"
    timed: bool = True


@dataclass(frozen=True, slots=True)
class CorrectionFact:
    """A status set by hand; "scans" takes an earlier one back. `id` breaks ties of time."""

    id: int
    at: datetime
    status: str
    left_early: bool = False


@dataclass(frozen=True, slots=True)
class LeaveFact:
    """Leave asked, granted or refused."""

    id: int
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class AttendanceFacts:
    """The derived attendance. `minutes` inside the slot's hours; None while nobody checked out."""

    status: str
    left_early: bool
    arrived_at: datetime | None
    left_at: datetime | None
    minutes: int | None


_ORDER = {"in": 0, "out": 1, "undo": 2}


#: The source of a scan that says that someone came, and not when.
UNTIMED = "paper"


def is_timed(source: str) -> bool:
    """Whether a scan of this source tells the minute."""
    return source != UNTIMED


def _stays(scans: Iterable[ScanFact]) -> list[tuple[datetime, datetime | None]]:
    """Intervals inside, by time: a second "in" changes nothing, "undo" takes back what came before it."""
    stays: list[tuple[datetime, datetime | None]] = []
    for scan in sorted(set(scans), key=lambda s: (s.at, _ORDER[s.direction], s.nonce)):
        if scan.direction == "undo":
            stays.clear()
        elif scan.direction == "in" and (not stays or stays[-1][1] is not None):
            stays.append((scan.at, None))
        elif scan.direction == "out" and stays and stays[-1][1] is None:
            stays[-1] = (stays[-1][0], scan.at)
    return stays


def _minutes(stays: list[tuple[datetime, datetime | None]], slot: SlotFacts) -> int | None:
    if not stays or all(end is None for _start, end in stays):
        return None
    seconds = 0.0
    for start, end in stays:
        inside = min(end or slot.ends_at, slot.ends_at) - max(start, slot.starts_at)
        seconds += max(0.0, inside.total_seconds())
    return int(seconds // 60)


def derive(
    scans: Iterable[ScanFact],
    corrections: Iterable[CorrectionFact],
    leaves: Iterable[LeaveFact],
    slot: SlotFacts,
    *,
    expected: bool = False,
) -> AttendanceFacts | None:
    """The attendance that these facts give, the same in whatever order and however often they come.

    The latest correction wins over scans, scans over granted leave. Paper counts where no scan that tells
    the minute says that she was there. Who is expected and left no fact is absent once the slot is closed;
    else there is no attendance (None).
    """
    scans = list(scans)
    stays = _stays(scan for scan in scans if scan.timed) or _stays(scans)
    arrived = stays[0][0] if stays else None
    left = stays[-1][1] if stays else None
    left_early = left is not None and left < slot.ends_at
    minutes = _minutes(stays, slot)
    correction = max(corrections, key=lambda c: (c.at, c.id), default=None)
    if correction is not None and correction.status != "scans":
        return AttendanceFacts(correction.status, correction.left_early, arrived, left, minutes)
    if arrived is not None:
        return AttendanceFacts("late" if arrived > slot.late_after else "present", left_early, arrived, left, minutes)
    leave = max(leaves, key=lambda fact: (fact.at, fact.id), default=None)
    if leave is not None and leave.state == "granted":
        return AttendanceFacts("excused", False, None, None, None)
    if slot.closed and expected:
        return AttendanceFacts("absent", False, None, None, None)
    return None
