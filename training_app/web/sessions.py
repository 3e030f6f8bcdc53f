"""The browser's session in its signed cookie, as Flask keeps it; a cookie's signature is checked once in a process.

A signature says the same about the same text for ever, so what was proven and read is remembered by the text itself.
Each request has a copy of its own, and how old the cookie may be is asked every time.
"""

from __future__ import annotations

import time
from copy import deepcopy
from functools import lru_cache
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer

#: Cookies that are remembered, a few hundred bytes each.
REMEMBERED = 4096


class Sessions(SecureCookieSessionInterface):
    """Flask's own sessions, for one application."""

    def __init__(self, app: Flask) -> None:
        serializer = super().get_signing_serializer(app)
        if serializer is None:
            raise RuntimeError("an application without a secret key keeps no sessions")
        self._serializer = serializer
        self._proven = lru_cache(maxsize=REMEMBERED)(self._prove)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        return self._serializer

    def _prove(self, cookie: str) -> tuple[dict[str, Any], float]:
        """What was signed, and when. Raises BadSignature, of which nothing is remembered."""
        signer = next(self._serializer.iter_unsigners())
        payload, signed_at = signer.unsign(cookie, return_timestamp=True)
        return self._serializer.load_payload(payload), signed_at.timestamp()

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        cookie = request.cookies.get(self.get_cookie_name(app))
        if not cookie:
            return self.session_class()
        try:
            held, signed_at = self._proven(cookie)
            if not 0 <= int(time.time()) - signed_at <= app.permanent_session_lifetime.total_seconds():
                return self.session_class()
            return self.session_class(deepcopy(held))
        except BadSignature:
            return self.session_class()


def init_app(app: Flask) -> None:
    """Keep sessions this way."""
    app.session_interface = Sessions(app)
