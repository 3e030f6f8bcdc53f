"""Requests as the real server hands them over: the gate in front of an application that says what it got."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import serve
from benchmarks.servers import environment, free_port, running
from tests.web import echo
from training_app.web.gate import Gate


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    port = free_port()
    values = environment(tmp_path_factory.mktemp("echo"), "", port) | {
        "SERVED": "tests.web.echo:create_app",
        "WEB_WORKERS": "1",
    }
    with running(serve.commands("127.0.0.1", port, tls=False)["web"], values) as server:
        yield server.port


def _ask(port, method, path, body=None, headers=None, **options):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    link.request(method, path, body, headers or {}, **options)
    answer = link.getresponse()
    found = answer.status, answer.headers, answer.read()
    link.close()
    return found


def _seen(port, method, path, body=None, headers=None, **options):
    status, _headers, data = _ask(port, method, path, body, headers, **options)
    assert status == 200
    return json.loads(data)


def _exchange(port, sent: bytes, *, leaving: bool = False) -> bytes:
    """What the server answers to these bytes before it hangs up. `leaving`: the client says that no more will come."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        link.sendall(sent)
        if leaving:
            link.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: link.recv(65536), b""))


def test_a_path_and_a_query_arrive_as_they_were_typed(port):
    seen = _seen(port, "GET", "/echo/%E9%BE%8D%20a%2Fb?q=%E6%9E%97&x=1+2")
    assert seen["path"] == "龍 a/b"
    assert seen["query"] == "q=%E6%9E%97&x=1+2"
    assert (seen["remote"], seen["host"]) == ("127.0.0.1", f"127.0.0.1:{port}")


@pytest.mark.parametrize("length", [0, 1, 65_536, 65_537, 3_000_000])
def test_a_body_arrives_whole_however_long_it_is(port, length):
    body = bytes(n * 7 % 251 for n in range(length))
    seen = _seen(port, "POST", "/echo/x", body, {"Content-Type": "application/x-thing"})
    assert (seen["length"], seen["digest"]) == (length, hashlib.sha256(body).hexdigest())
    assert seen["kind"] == "application/x-thing"


def test_several_photos_arrive_whole_where_a_page_takes_them(port):
    body = b"photo" * 2_000_000
    seen = _seen(port, "POST", "/echo/events/4/sheets", body, {"Content-Type": "application/x-thing"})
    assert (seen["length"], seen["digest"]) == (len(body), hashlib.sha256(body).hexdigest())


def test_a_body_of_unknown_length_arrives_whole(port):
    parts = [b"a" * 1000, b"b" * 70_000, b"c"]
    seen = _seen(port, "POST", "/echo/x", iter(parts), encode_chunked=True)
    assert seen["digest"] == hashlib.sha256(b"".join(parts)).hexdigest()


def test_a_body_that_is_too_long_is_refused_by_the_application_unread(port):
    sent = b"POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\nConnection: close\r\n\r\nonly this much"
    assert _exchange(port, sent).startswith(b"HTTP/1.1 413 ")


def test_a_body_without_end_is_refused_by_the_application(port):
    sent = b"POST /echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    sent += (b"100000\r\n" + b"z" * 0x100000 + b"\r\n") * 9
    try:
        answer = _exchange(port, sent)
    except ConnectionError:
        # Hung up on while still sending: that too is a refusal.
        answer = b"HTTP/1.1 413 "
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_half_a_body_never_reaches_the_application(port):
    answer = _exchange(port, b"POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf", leaving=True)
    assert b" 200 " not in answer
    assert _seen(port, "GET", "/echo/after")["path"] == "after"


def test_cookies_of_several_lines_are_one_header(port):
    sent = b"GET /echo/x HTTP/1.1\r\nHost: x\r\nCookie: a=1\r\nCookie: b=2\r\nConnection: close\r\n\r\n"
    assert json.loads(_exchange(port, sent).partition(b"\r\n\r\n")[2])["cookies"] == {"a": "1", "b": "2"}


def test_a_file_is_sent_whole_in_part_and_not_at_all(port):
    whole = Path(echo.__file__).read_bytes()
    status, headers, data = _ask(port, "GET", "/file")
    assert (status, data, headers["Content-Length"]) == (200, whole, str(len(whole)))
    assert _ask(port, "GET", "/file", headers={"Range": "bytes=3-9"})[::2] == (206, whole[3:10])
    status, headers, data = _ask(port, "HEAD", "/file")
    assert (status, data, headers["Content-Length"]) == (200, b"", str(len(whole)))
    assert _ask(port, "GET", "/file", headers={"If-None-Match": headers["ETag"]})[::2] == (304, b"")


def test_an_answer_in_parts_arrives_whole(port):
    assert _ask(port, "GET", "/parts")[2] == b"one two three"


def test_a_fault_is_a_plain_500(port):
    status, _headers, data = _ask(port, "GET", "/fault")
    assert status == 500
    assert b"nothing that" not in data


class Stalling:
    """A request whose body never ends, and what it was answered."""

    method, path, query_string, scheme, http_version = "POST", "/echo/x", "", "http", "1.1"
    server, client = "127.0.0.1:1", "127.0.0.1:2"

    def __init__(self, length: str) -> None:
        self.headers = {"content-length": length}
        self.status = 0
        self.sent = 0

    def __call__(self):
        return asyncio.get_running_loop().create_future()

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.sent < 3:
            self.sent += 1
            return b"part"
        return await self()

    def response_bytes(self, status, _headers, _body):
        self.status = status


@pytest.mark.parametrize("length", ["10", "100000"])
def test_whoever_stalls_is_let_go(length):
    request = Stalling(length)
    gate = Gate(echo.create_app(), largest=1 << 20, stalled_s=0.05)
    # A thread of its own: a browser that an earlier test drove keeps its event loop in this one.
    with ThreadPoolExecutor(1) as loop:
        loop.submit(asyncio.run, gate.__rsgi__(request, request)).result()
    assert request.status == 408
