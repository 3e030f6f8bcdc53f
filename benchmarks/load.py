"""A closed-loop load generator on raw keep-alive sockets.

Each client holds one connection, sends its next request when the last answer is complete, and
notes how long it waited. Everything runs in one thread on `selectors`, so that the generator
takes as little as it can of the processors that the server under test needs; the same generator
drives the application and the floor it is compared with.

It runs in its own process: `python -m benchmarks.load` takes a JSON object on standard input
(see `Order`) and answers with one on standard output.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field


@dataclass
class Order:
    """What to send: `requests` are whole HTTP/1.1 requests as text, used up in turn.

    `clients` connections are kept busy until every request has been answered; the first
    `warmup` answers are left out of the figures.
    """

    host: str
    port: int
    clients: int
    requests: list[str]
    warmup: int = 0
    timeout_s: float = 120.0


@dataclass
class Outcome:
    """What came back: answers per status, requests a second, and waiting times in milliseconds."""

    statuses: dict[str, int] = field(default_factory=dict)
    measured: int = 0
    seconds: float = 0.0
    per_s: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0
    first_refusal: str = ""


class Connection:
    """One client: a socket, the answer read so far and the moment its request left."""

    def __init__(self, host: str, port: int) -> None:
        self.address = (host, port)
        self.buffer = b""
        self.sent_at = 0.0
        self.socket = self._connect()

    def _connect(self) -> socket.socket:
        link = socket.create_connection(self.address, timeout=10)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return link

    def send(self, request: bytes) -> None:
        self.buffer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The whole answer once it is complete, None while parts are missing."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the server closed a connection in the middle of an answer")
        self.buffer += part
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        lowered = head.lower()
        at = lowered.find(b"content-length:")
        if at >= 0:
            length = int(lowered[at + 15 :].split(b"\r\n", 1)[0])
            return self.buffer if len(body) >= length else None
        if b"transfer-encoding: chunked" in lowered:
            return self.buffer if body.endswith(b"0\r\n\r\n") else None
        return self.buffer


def percentile(ordered: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the `ordered` values lie, by nearest rank."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def run(order: Order) -> Outcome:
    """Send everything that the order holds.

    Raises ConnectionError when the server hangs up and TimeoutError when it stops answering.
    """
    waiting = [text.encode() for text in reversed(order.requests)]
    selector = selectors.DefaultSelector()
    statuses: Counter[str] = Counter()
    waits: list[float] = []
    first_refusal = ""
    answered = 0
    started = time.perf_counter()
    for _ in range(min(order.clients, len(waiting))):
        connection = Connection(order.host, order.port)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(waiting.pop())
    while selector.get_map():
        ready = selector.select(timeout=order.timeout_s)
        if not ready:
            raise TimeoutError(f"no answer for {order.timeout_s:.0f} s after {answered} answers")
        for key, _ in ready:
            connection = key.data
            answer = connection.receive()
            if answer is None:
                continue
            now = time.perf_counter()
            answered += 1
            status = answer[9:12].decode()
            statuses[status] += 1
            if status[0] != "2" and not first_refusal:
                first_refusal = answer[-600:].decode(errors="replace")
            if answered == order.warmup:
                started = now
            elif answered > order.warmup:
                waits.append((now - connection.sent_at) * 1000)
            if waiting:
                connection.send(waiting.pop())
            else:
                selector.unregister(connection.socket)
                connection.socket.close()
    seconds = time.perf_counter() - started
    waits.sort()
    return Outcome(
        statuses=dict(statuses),
        measured=len(waits),
        seconds=seconds,
        per_s=len(waits) / seconds,
        p50_ms=percentile(waits, 0.50),
        p95_ms=percentile(waits, 0.95),
        p99_ms=percentile(waits, 0.99),
        max_ms=waits[-1] if waits else 0.0,
        first_refusal=first_refusal,
    )


if __name__ == "__main__":
    json.dump(asdict(run(Order(**json.load(sys.stdin)))), sys.stdout)
