"""A program with its token, and people with tickets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests import cast
from tests.checkin.conftest import ticket_of  # noqa: F401 - the door's fixture serves the API too

V1 = "/api/v1"
SLOT = f"{V1}/slots/{cast.TODAY_SLOT}"


@dataclass
class Program:
    """Someone else's scanner: a token and nothing besides."""

    app: Any
    token: str | None = cast.PROGRAM_TOKEN

    def call(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Accept-Language": "en"} | more.pop("headers", {})
        # A context of its own: the test's would keep its first user.
        with self.app.app_context():
            return self.app.test_client(use_cookies=False).open(path, method=method, headers=headers, **more)

    def get(self, path: str, **more: Any) -> Any:
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any, **more: Any) -> Any:
        return self.call("POST", path, json=body, **more)

    def scan(self, nonce: str = "nonce-0001", **body: Any) -> Any:
        """Send one scan; gives its answer as JSON."""
        return self.post(f"{SLOT}/scans", {"nonce": nonce, **body}).get_json()


@pytest.fixture
def program(app: Any, now: Any) -> Program:
    return Program(app)


@pytest.fixture
def program_with(app: Any, now: Any) -> Callable[[str | None], Program]:
    """`program_with(token)`: the same program with another token."""
    return lambda token: Program(app, token)
