"""Calendar feeds (.ics) that phones and computers subscribe to."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.permissions import Permission as P
from training_app.web import access

from . import feeds
from . import programmes as service
from .access import programme_for
from .blueprint import bp
from .calendars import answer, host, language_asked


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
