"""The token against forged requests, as Flask-WTF checks it; a token's signature is checked once in a process.

Whatever is not known to be right is decided by Flask-WTF alone, with its own refusals.
"""

from __future__ import annotations

import hmac
import time
from functools import lru_cache

from flask import Flask, Request, current_app, g, request, session
from flask_wtf.csrf import CSRFProtect, same_origin
from itsdangerous import BadData, URLSafeTimedSerializer

#: Tokens that are remembered, a few hundred bytes each.
REMEMBERED = 4096


class Tokens(CSRFProtect):
    """Flask-WTF's protection, for one application."""

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        serializer = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token")

        @lru_cache(maxsize=REMEMBERED)
        def prove(token: str) -> tuple[str, float]:
            """What was signed, and when. Raises BadData, of which nothing is remembered."""
            value, signed_at = serializer.loads(token, return_timestamp=True)
            return value, signed_at.timestamp()

        self._proven = prove

    def protect(self, apply_exemptions: bool = False) -> None:
        if self._is_known():
            g.csrf_valid = True
        else:
            super().protect(apply_exemptions)

    def _is_known(self) -> bool:
        """Whether a script of ours sent the token of this very session, in time and from this very site."""
        asked: Request = request._get_current_object()  # type: ignore[attr-defined]
        sent, expected = asked.headers.get("X-CSRFToken"), session.get("csrf_token")
        if not sent or not expected or "csrf_token" in asked.form:
            return False
        try:
            value, signed_at = self._proven(sent)
        except BadData:
            return False
        limit = current_app.config["WTF_CSRF_TIME_LIMIT"]
        if limit is not None and not 0 <= int(time.time()) - signed_at <= limit:
            return False
        if asked.is_secure and not same_origin(asked.referrer or "", f"https://{asked.host}/"):
            return False
        return hmac.compare_digest(expected, value)
