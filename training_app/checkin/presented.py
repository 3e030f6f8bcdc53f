"""How something came to the door: all of a scan but what was shown and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

#: By which ways a phone at the door comes to a ticket, and what a scan may mean.
BY_PHONE = ("camera", "typed", "search")
DIRECTIONS = ("in", "out", "undo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """One scan as its sender tells it.

    `nonce` (8 to 64 letters, digits, - or _) is chosen by the sender; the same one gets the first answer again.
    `source` and `direction` as in the record `Scan`. `device_time` is by the sender's own clock, which
    `clock_offset_ms` brings to the server's; without it the scan happened when it arrived. `said` is the code that
    the device had shown by itself meanwhile. `forced` lets in against a refusal, with the reason in `note`: whoever
    calls has proven that this actor may.
    """

    nonce: str
    source: str
    direction: str = "in"
    login_id: int | None = None
    actor_id: int | None = None
    device_id: int | None = None
    phone_key: str | None = None
    device_time: datetime | None = None
    clock_offset_ms: int | None = None
    said: str | None = None
    forced: bool = False
    note: str = ""

    def at(self, now: datetime) -> datetime:
        """When the scan counts, never after it was received; a wrong clock cannot make it later than now."""
        if self.device_time is None:
            return now
        return min(self.device_time + timedelta(milliseconds=self.clock_offset_ms or 0), now)
