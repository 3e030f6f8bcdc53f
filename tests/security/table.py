"""Rows of the access table: who gets which status from which endpoint.

Each room keeps its rows in `tests/security/access_<room>.py` as `ROWS: dict[str, list[Row]]`, endpoint →
one row for each method that the endpoint accepts. `test_access_table.py` merges them and fails on any
endpoint or method of the URL map that no row covers.

    ROWS = {
        "schedule.event": [row("/events/4", anyone=200, director=200, visitor=302, foreign="/events/7")],
        "schedule.cancel_event": [
            row("/events/4/cancel", method="POST", data={"reason": "雨"}, anyone=403, administrator=302,
                organiser=302, visitor=403, foreign="/events/7/cancel"),
        ],
    }

`anyone` is the status of every role that is not named; a scanner fares as the volunteer, a program as the visitor. `foreign` is the same address with an id that
belongs to another office (event, slot and phase 7, programme 2): the organiser must get 404 there. An
endpoint with an integer in its address must name one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Role → whose browser asks: a key of the cast, "volunteer", "scanner", "program", or "visitor" who is not logged in.
ROLES = {
    "administrator": "administrator",
    "organiser": "organiser",
    "facilitator": "facilitator",
    "volunteer": "volunteer",
    "supervisor": "supervisor_kaiyuan",
    "auditor": "auditor",
    "director": "chen",
    "stranger": "stranger",
    "visitor": "visitor",
    "scanner": "scanner",
    "program": "program",
}
#: Who fares as another does unless a row says otherwise: a scanner is a volunteer, and a token is nothing on a page.
_AS = {"scanner": "volunteer", "program": "visitor"}


@dataclass(frozen=True)
class Row:
    """One request, and the status that each role gets."""

    path: str
    method: str
    statuses: dict[str, int]
    data: dict[str, Any] | None = None
    foreign: str | None = None
    json: dict[str, Any] | None = None

    @property
    def body(self) -> dict[str, Any]:
        """What the test client sends."""
        return {"data": self.data} if self.json is None else {"json": self.json}


def row(
    path: str,
    *,
    method: str = "GET",
    anyone: int,
    data: dict[str, Any] | None = None,
    foreign: str | None = None,
    json: dict[str, Any] | None = None,
    **statuses: int,
) -> Row:
    """A row; roles that are not named get `anyone`."""
    unknown = set(statuses) - set(ROLES)
    assert not unknown, f"no such role: {unknown}"
    found = {role: statuses.get(role, statuses.get(_AS.get(role, role), anyone)) for role in ROLES}
    return Row(path, method, found, data, foreign, json)
