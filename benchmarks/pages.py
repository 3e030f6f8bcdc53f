"""How long the heavy pages take, asked of the running server one at a time."""

from __future__ import annotations

import http.client
from statistics import median
from time import perf_counter

from benchmarks import hall
from benchmarks.door import Device
from benchmarks.servers import Server
from tests import cast

WARM_UP, COUNT = 3, 15
MATRIX = f"/programmes/{cast.PROGRAMME}/attendance"
REGISTRATIONS = f"/events/{hall.SLOT}/registrations"
EXPORT = f"/events/{hall.SLOT}/attendance.xlsx"


def seconds(server: Server, device: Device, path: str, *, rounds: int, at_least: int) -> float:
    """The median time to the last byte. Raises when the answer is not 200 or shorter than `at_least` bytes."""
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    took = []
    for number in range(rounds + (WARM_UP if rounds > 1 else 0)):
        start = perf_counter()
        link.request("GET", path, headers={"Cookie": device.cookie, "Accept": "text/html"})
        answer = link.getresponse()
        body = answer.read()
        took.append(perf_counter() - start)
        if answer.status != 200 or len(body) < at_least:
            raise RuntimeError(f"{path}: {answer.status}, {len(body)} bytes")
        if rounds > 1 and number < WARM_UP:
            took.clear()
    return median(took)


def measure(server: Server) -> dict[str, float]:
    """`matrix_120x6_ms`, `registrations_page_ms` (the first 50 of 5,000) and `xlsx_5000_s`, on SQLite."""
    device = Device(server)
    return {
        "matrix_120x6_ms": 1000 * seconds(server, device, MATRIX, rounds=COUNT, at_least=20_000),
        "registrations_page_ms": 1000 * seconds(server, device, REGISTRATIONS, rounds=COUNT, at_least=10_000),
        "xlsx_5000_s": seconds(server, device, EXPORT, rounds=3, at_least=100_000),
    }
