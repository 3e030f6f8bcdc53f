"""Check-ins a second at the door, and their ratio to the floor."""

from __future__ import annotations

import http.client
import re
import secrets
from statistics import median
from urllib.parse import urlencode

from benchmarks import hall
from benchmarks.load import Order
from benchmarks.servers import Server, send
from tests import cast

#: Requests of one run that is measured, and before it of the warm-up.
COUNT, WARM_UP = 600, 50
PAIRS = 9
CLIENTS = 8


class Device:
    """A browser that is logged in by password, with the page's own token: a volunteer's at the door, or another's."""

    def __init__(self, server: Server, name: str = "organiser", password: str = cast.PASSWORD) -> None:
        self.port = server.port
        self.cookies: dict[str, str] = {}
        self.token = ""
        self._fetch_token()
        self.send("POST", "/login", {"name": name, "password": password, "csrf_token": self.token})
        self._fetch_token()

    def _fetch_token(self) -> None:
        self.token = re.findall(r'"token":\s*"([^"]+)"', self.send("GET", "/csrf"))[0]

    def send(self, method: str, path: str, data: dict[str, str] | None = None) -> str:
        """The page that answers a request. Raises RuntimeError for an error."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        link.request(method, path, urlencode(data) if data else None, headers)
        answer = link.getresponse()
        body = answer.read().decode(errors="replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        link.close()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {body[:300]}")
        return body

    @property
    def cookie(self) -> str:
        return "; ".join(f"{key}={value}" for key, value in self.cookies.items())

    def get(self, path: str) -> str:
        """A whole GET request, as the load generator sends it."""
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n\r\n"

    def scan(self, ticket: str, slot_id: int = hall.SLOT) -> str:
        """A whole scan of one ticket, as the door's page sends it."""
        body = urlencode({"nonce": secrets.token_urlsafe(12), "ticket": ticket, "source": "camera"})
        head = [
            f"POST /checkin/{slot_id}/scan HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Cookie: {self.cookie}",
            f"X-CSRFToken: {self.token}",
            "Accept: application/json",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(head) + "\r\n\r\n" + body


def floor_post() -> str:
    """One insert of the floor."""
    body = urlencode({"nonce": secrets.token_urlsafe(12)})
    return (
        "POST /scan HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )


def needed() -> int:
    """Tickets that one measurement uses up; each is scanned once."""
    return (PAIRS + 1) * (COUNT + WARM_UP)


def measure(kind: str, product: Server, floor: Server, tickets: list[str]) -> dict[str, float]:
    """One client, `PAIRS` interleaved runs of product, floor and duplicates at eight clients; medians.

    Figures are named `<kind>_…`: requests a second, waiting times in ms, and the ratio of the two.
    """
    device = Device(product)
    left = iter(tickets)
    # Whoever is inside already: what the first run checks in is shown again and again.
    inside = tickets[:COUNT]

    def duplicates() -> dict[str, float]:
        requests = [device.scan(ticket) for ticket in inside[:WARM_UP] + inside]
        return send(Order("127.0.0.1", product.port, CLIENTS, requests, WARM_UP))

    def scans(clients: int) -> dict[str, float]:
        requests = [device.scan(next(left)) for _ in range(COUNT + WARM_UP)]
        return send(Order("127.0.0.1", product.port, clients, requests, WARM_UP))

    def floors(clients: int) -> dict[str, float]:
        requests = [floor_post() for _ in range(COUNT + WARM_UP)]
        return send(Order("127.0.0.1", floor.port, clients, requests, WARM_UP))

    alone = scans(1)
    pairs, again = [], []
    kinds = [lambda: scans(CLIENTS), lambda: floors(CLIENTS), duplicates]
    for number in range(PAIRS):
        # Each goes first, second and third in turn, so that none always has the warmer or the wearier machine.
        found = {}
        for place in range(3):
            which = (number + place) % 3
            found[which] = kinds[which]()
        pairs.append((found[0], found[1]))
        again.append(found[2])
    ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return {
        f"{kind}_checkin_c1_per_s": alone["per_s"],
        f"{kind}_checkin_c1_p99_ms": alone["p99_ms"],
        f"{kind}_checkin_c8_per_s": median(one["per_s"] for one in ours),
        f"{kind}_checkin_c8_p99_ms": median(one["p99_ms"] for one in ours),
        f"{kind}_floor_c8_per_s": median(one["per_s"] for one in theirs),
        f"{kind}_floor_c8_p99_ms": median(one["p99_ms"] for one in theirs),
        f"{kind}_checkin_c8_ratio": median(a["per_s"] / b["per_s"] for a, b in pairs),
        f"{kind}_checkin_c8_p99_ratio": median(a["p99_ms"] / b["p99_ms"] for a, b in pairs),
        f"{kind}_duplicate_c8_per_s": median(one["per_s"] for one in again),
        f"{kind}_duplicate_c8_ratio": median(
            one["per_s"] / a["per_s"] for one, (a, _) in zip(again, pairs, strict=True)
        ),
    }
