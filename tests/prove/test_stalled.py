"""Phones whose network dies in the middle of a request stand beside a door that goes on."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, contextmanager
from statistics import median

import pytest

from benchmarks import hall, servers
from benchmarks.door import Device
from benchmarks.load import Order

CLIENTS, STALLED = 8, 10
#: Check-ins of one round, and pairs of rounds.
COUNT, WARM_UP, PAIRS = 200, 20, 7
HALVES = {
    "body": b"POST /checkin/4/scan HTTP/1.1\r\nHost: door\r\nContent-Length: 500000\r\n\r\nnonce=half-of-a-body",
    "header": b"POST /checkin/4/scan HTTP/1.1\r\nHost: door\r\nUser-Ag",
}


@contextmanager
def stalled(port: int, half: bytes):
    """Ten clients that have sent half a request, and send nothing more until the block ends."""
    with ExitStack() as open_links:
        for _ in range(STALLED):
            link = open_links.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            link.sendall(half)
        yield


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    instance = tmp_path_factory.mktemp("stalled")
    app = hall.application(instance, "")
    hall.fill(app, (len(HALVES) * 2 * PAIRS) * (COUNT + WARM_UP))
    with servers.production(instance, "") as running:
        yield running, iter(hall.ticket_tokens(app))


@pytest.mark.prove
@pytest.mark.parametrize("half", HALVES)
def test_ten_stalled_clients_do_not_slow_the_others(server, half):
    running, tickets = server
    device = Device(running)

    def slowest() -> float:
        requests = [device.scan(next(tickets)) for _ in range(COUNT + WARM_UP)]
        return servers.send(Order("127.0.0.1", running.port, CLIENTS, requests, WARM_UP))["p99_ms"]

    alone, beside = [], []
    for number in range(PAIRS):
        # Each goes first in turn, so that neither always has the warmer machine.
        for crowded in (number % 2 == 0, number % 2 == 1):
            if crowded:
                with stalled(running.port, HALVES[half]):
                    beside.append(slowest())
            else:
                alone.append(slowest())
    assert median(beside) <= 1.5 * median(alone), (beside, alone)


@pytest.mark.prove
@pytest.mark.parametrize("half", HALVES)
def test_whoever_stalls_for_long_is_hung_up_on(server, half):
    running, _tickets = server
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", running.port), timeout=60) as link:
        link.sendall(HALVES[half])
        answer = b"".join(iter(lambda: link.recv(65536), b""))
    assert 15 < time.monotonic() - began < 40
    assert b" 200 " not in answer
