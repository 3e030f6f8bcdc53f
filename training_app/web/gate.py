"""Between the server and the application: a request goes in when it is whole, and one at a time.

The server speaks RSGI on an event loop. A request whose body is still on its way waits there and
holds nothing but its bytes, so a phone with a bad network, or a hundred of them, keeps nobody
waiting. A whole one is answered at once on the loop's own thread: database work gains nothing from
threads in one process, and pays for them in its slowest answers. Answers go out behind the gate too,
as fast as each client reads.
"""

from __future__ import annotations

import os
import sys
import time
from asyncio import timeout
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast
from wsgiref.util import FileWrapper

#: Seconds without a byte after which a client is let go, and the most that one body may take.
STALLED_S, LONGEST_S = 20.0, 300.0
#: Bytes of a body that is read in one go; beyond the second, it waits on disk.
_AT_ONCE, _IN_MEMORY = 1 << 16, 1 << 20
_PLAIN = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]


class _Broken(Exception):
    """The client went away in the middle of the body."""


class Gate:
    """A WSGI application as the RSGI server calls it. `largest`: the bytes of the longest body that it takes.

    A longer one is not read to its end: the application sees that and refuses it in its own words. `larger`: what
    an address ends in, and the bytes that it takes instead.
    """

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        *,
        largest: int,
        larger: Mapping[str, int] | None = None,
        stalled_s: float = STALLED_S,
    ) -> None:
        self.application = application
        self.largest = largest
        self.larger = larger or {}
        self.stalled_s = stalled_s

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        environ = _environ(scope)
        if scope.method not in ("GET", "HEAD"):
            try:
                environ["wsgi.input"], length = await self._body(scope.headers, proto, self._largest(scope.path))
            except TimeoutError:
                proto.response_bytes(408, _PLAIN, b"The request took too long to arrive. Please send it again.")
                return
            except _Broken:
                proto.response_empty(400, _PLAIN)
                return
            # However it came, from here on it is a body of known length.
            environ["CONTENT_LENGTH"] = str(length)
            environ.pop("HTTP_TRANSFER_ENCODING", None)
        self._answer(environ, proto)

    def _largest(self, path: str) -> int:
        return next((size for end, size in self.larger.items() if path.endswith(end)), self.largest)

    async def _body(self, headers: Any, proto: Any, largest: int) -> tuple[IO[bytes], int]:
        """The whole body and its length. Raises TimeoutError and _Broken."""
        said = headers.get("content-length")
        length = None if said is None else int(said)
        if length == 0 or (length is not None and length > largest):
            return BytesIO(), length
        if length is None or length > _AT_ONCE:
            return await self._long_body(length, proto, largest)
        try:
            async with timeout(self.stalled_s):
                return BytesIO(await proto()), length
        except RuntimeError as fault:
            raise _Broken from fault

    async def _long_body(self, length: int | None, proto: Any, largest: int) -> tuple[IO[bytes], int]:
        body = cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - closed with the request
        read, end = 0, time.monotonic() + LONGEST_S
        async with timeout(self.stalled_s) as patience:
            async for chunk in proto:
                read += body.write(chunk)
                if read > largest:
                    break
                patience.reschedule(min(time.monotonic() + self.stalled_s, end))
        if length is not None and read < length:
            raise _Broken
        body.seek(0)
        return body, read

    def _answer(self, environ: dict[str, Any], proto: Any) -> None:
        said: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _fault: Any = None) -> None:
            said[:] = int(status[:3]), headers

        parts = self.application(environ, start_response)
        try:
            path = parts.path if isinstance(parts, _File) else None
            if path is not None:
                proto.response_file(*said, path)
            else:
                whole = b"".join(parts)
                proto.response_bytes(*said, whole)
        finally:
            if hasattr(parts, "close"):
                parts.close()


class _File(FileWrapper):
    """A file as the answer: sent from its path, chunk by chunk, where it is a whole file on disk."""

    @property
    def path(self) -> str | None:
        name = getattr(self.filelike, "name", None)
        return name if isinstance(name, str) and os.path.isfile(name) and self.filelike.tell() == 0 else None


def _environ(scope: Any) -> dict[str, Any]:
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": _File,
    }
    for name, value in scope.headers.items():
        key = _KEYS.get(name) or _key(name)
        if key in environ:
            value = f"{environ[key]}{'; ' if name == 'cookie' else ','}{value}"
        environ[key] = value
    return environ


def _key(name: str) -> str:
    return "HTTP_" + name.upper().replace("-", "_")


_KEYS = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"} | {
    name: _key(name)
    for name in (
        "accept", "accept-encoding", "accept-language", "connection", "cookie", "host", "if-none-match", "origin",
        "referer", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "user-agent", "x-csrftoken",
        "x-requested-with",
    )
}  # fmt: skip
