"""Calendar feeds (.ics) that phones and computers subscribe to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.permissions import Permission as P
from training_app.web import access
from training_app.web.addresses import public_base
from training_app.web.language import LANGUAGES, choose

from . import feeds
from . import programmes as service
from .access import programme_for
from .blueprint import bp


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


@bp.get("/feeds/programme/<token>.ics")
@access.public
def programme_feed(token: str) -> Any:
    """A programme's published and cancelled events, for whoever has the link."""
    programme = feeds.programme_of(token)
    return answer(
        feeds.calendar_of(
            [feeds.Item(event) for event in feeds.events_of(programme.id)],
            name=programme.title,
            language=language_asked(),
            host=host(),
            now=clock.now(),
        )
    )


@bp.post("/programmes/<int:programme_id>/feed")
@access.needs(P.SCHEDULE_PLAN)
def renew_programme_feed(programme_id: int) -> Any:
    """Another link; whoever subscribed to the old one sees no further changes."""
    who = access.actor()
    programme_for(who, programme_id, P.SCHEDULE_PLAN)
    service.renew_feed(programme_id, actor_id=who.person_id or 0, now=clock.now())
    flash(_("The calendar has a new link. The old one is dead."))
    return redirect(url_for("schedule.programme", programme_id=programme_id) + "#feed")
