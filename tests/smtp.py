"""A real mail server on loopback that keeps what it takes, and refuses what it is told to."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any


class Mailbox(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a client needs. `refuse` maps an address to the answer that it gets."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.taken: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}
        self.connections = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Talk(socketserver.StreamRequestHandler):
    server: Any

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.server.connections += 1
        self._say("220 mailbox")
        while line := self.rfile.readline():
            word = line.decode().strip()
            verb = word[:4].upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            if verb == "RCPT":
                address = word.split("<")[1].rstrip(">")
                self._say(self.server.refuse.get(address, "250 ok"))
            elif verb == "DATA":
                self._say("354 go on")
                data = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    data += part[1:] if part.startswith(b"..") else part
                self.server.taken.append(email.message_from_bytes(data, policy=email.policy.default))
                self._say("250 taken")
            else:
                self._say("250 ok")


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """The server, running."""
    with Mailbox() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
