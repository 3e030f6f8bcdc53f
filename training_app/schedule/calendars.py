"""The request's side of calendar feeds: the language asked for, and the answer as calendars take it."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, request

from training_app.web.addresses import public_base
from training_app.web.language import LANGUAGES, choose


def language_asked() -> str:
    """The language that the feed's address asks for (`?lang=en`, `?lang=zh`), else the device's."""
    asked = {"zh": "zh_Hans", "en": "en"}.get(request.args.get("lang", ""), request.args.get("lang", ""))
    return asked if asked in LANGUAGES else choose()


def answer(calendar: bytes) -> Response:
    """A calendar as the response."""
    response = Response(calendar, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="fulei.ics"'
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def host() -> str:
    """The name that makes calendar entries unique in the world."""
    return urlsplit(public_base()).hostname or "localhost"
