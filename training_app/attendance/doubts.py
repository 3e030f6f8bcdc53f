"""Which scans of an event want a human's look, and why. Pure, and blind to the order of arrival.

What was decided about a scan later changes nothing here: a doubt stays a doubt, settled or not.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

#: Every kind of doubt, in the order in which they are listed; a scan stands under its first.
KINDS = ("closed", "forced", "overruled", "twice", "clock", "shared", "out", "unknown", "unconfirmed")
#: Scans of one person by two devices so far apart are no double scan.
FAR = timedelta(minutes=10)
#: A device's clock may be so wrong, in milliseconds.
SKEW_MS = 120_000
#: A scan may lie so far after its own arrival, for the rounding of clocks.
AHEAD = timedelta(seconds=5)
#: A scan may lie so far outside the slot, and so far before its own arrival.
AROUND = timedelta(hours=12)
#: What a phone keeps goes out within so long, once the network is back.
PROMPT = timedelta(minutes=10)
#: Ways in by which a volunteer's phone sends what it has kept.
BY_HAND = frozenset({"camera", "typed", "search"})
#: Codes by which a device let someone in, or out, by itself.
LET_IN = frozenset({"ok", "late", "duplicate", "out", "undo"})
_ORDER = {"in": 0, "out": 1, "undo": 2}


@dataclass(frozen=True, slots=True)
class Shown:
    """A scan as far as its doubts need it. `device`: whose hand it was, None for paper and programs."""

    id: int
    slot_id: int
    person_id: int | None
    device: str | None
    phone_key: str | None
    source: str
    direction: str
    at: datetime
    device_time: datetime | None
    clock_offset_ms: int | None
    received_at: datetime
    accepted: bool
    reason: str | None
    said: str | None
    forced: bool
    #: The person was typed at the door and nobody has confirmed who it is.
    unconfirmed: bool
    #: The same person was scanned at another event at the same hours.
    elsewhere: bool


def wrong_clock(scan: Shown, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the time by the device cannot be trusted: its clock is wrong, or the time is not possible.

    A scan that comes later than a night without network explains is as good as a correction, which takes a reason.
    """
    if scan.source == "paper":
        return False
    if scan.device_time is None:
        return scan.said is not None
    offset = scan.clock_offset_ms or 0
    told = scan.device_time + timedelta(milliseconds=offset)
    possible = starts_at - AROUND <= told <= ends_at + AROUND
    late = scan.received_at - told > AROUND
    return abs(offset) > SKEW_MS or told > scan.received_at + AHEAD or late or not possible


def _held_back(scans: Iterable[Shown]) -> Iterable[int]:
    """The scans of one hand that it had network to send long before it did: nobody made them when it says.

    A phone sends what it keeps, the oldest first, so whatever it sent meanwhile gives the lie to the time told.
    """
    sent: list[datetime] = []
    for scan in sorted(scans, key=lambda one: (one.received_at, one.id)):
        after = bisect(sent, scan.at + PROMPT)
        if after < len(sent) and sent[after] + PROMPT < scan.received_at:
            yield scan.id
        sent.append(scan.received_at)


def _of_one_person(scans: Iterable[Shown]) -> Iterable[tuple[int, str]]:
    """The doubts that show only beside a person's other scans in the slot."""
    inside: Shown | None = None
    come = named = False
    for scan in sorted(scans, key=lambda one: (one.at, _ORDER[one.direction], one.id)):
        if scan.direction == "out":
            if not come:
                yield scan.id, "out"
            inside = None
        elif scan.direction == "undo":
            inside = None
        else:
            come = True
            if scan.unconfirmed and not named:
                named = True
                yield scan.id, "unconfirmed"
            if inside is None:
                inside = scan
            elif scan.device and inside.device and scan.device != inside.device and scan.at - inside.at > FAR:
                yield scan.id, "twice"


def doubts(scans: Collection[Shown], hours: Mapping[int, tuple[datetime, datetime]]) -> dict[int, tuple[str, ...]]:
    """The kinds of doubt of each scan that has any, in the order of `KINDS`.

    `hours` are start and end of each slot.
    """
    found: dict[int, set[str]] = defaultdict(set)
    by_person: dict[tuple[int, int], list[Shown]] = defaultdict(list)
    by_phone: dict[tuple[int, str], list[Shown]] = defaultdict(list)
    by_hand: dict[tuple[int, str], list[Shown]] = defaultdict(list)
    for scan in scans:
        if scan.forced:
            found[scan.id].add("forced")
        if wrong_clock(scan, *hours[scan.slot_id]):
            found[scan.id].add("clock")
        if scan.device and scan.source in BY_HAND:
            by_hand[scan.slot_id, scan.device].append(scan)
        if not scan.accepted:
            if scan.reason == "event_closed":
                found[scan.id].add("closed")
            if scan.said in LET_IN:
                found[scan.id].add("overruled")
            if scan.person_id is None:
                found[scan.id].add("unknown")
        elif scan.person_id is not None:
            by_person[scan.slot_id, scan.person_id].append(scan)
            if scan.elsewhere:
                found[scan.id].add("twice")
            if scan.phone_key and scan.source != "kiosk":
                by_phone[scan.slot_id, scan.phone_key].append(scan)
    for group in by_phone.values():
        if len({scan.person_id for scan in group}) > 1:
            for scan in group:
                found[scan.id].add("shared")
    for group in by_hand.values():
        for scan_id in _held_back(group):
            found[scan_id].add("clock")
    for group in by_person.values():
        for scan_id, kind in _of_one_person(group):
            found[scan_id].add(kind)
    return {scan_id: tuple(kind for kind in KINDS if kind in kinds) for scan_id, kinds in found.items()}
