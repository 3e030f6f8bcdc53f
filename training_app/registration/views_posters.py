"""An event's poster, as PDF for the printer and as a picture for the group."""

from __future__ import annotations

from typing import Any

from flask import make_response, request
from flask_babel import force_locale

from training_app.core.permissions import Permission as P
from training_app.schedule.access import event_for
from training_app.schedule.queries import whole
from training_app.web import access
from training_app.web.addresses import public_url

from . import joining, posterfacts, posters
from .blueprint import bp


def _poster(event_id: int, kind: str, media_type: str) -> Any:
    event_for(access.actor(), event_id, P.REGISTRATION_VIEW)
    event = whole(event_id)
    # Posters hang where directors are: in Chinese, unless English is asked for.
    with force_locale("en" if request.args.get("language") == "en" else "zh_Hans"):
        facts = posterfacts.of_event(event, public_url("registration.join", token=joining.token_of(event_id)))
    response = make_response(posters.make(facts, kind))
    response.mimetype = media_type
    response.headers["Content-Disposition"] = f'inline; filename="poster-{event_id}.{kind}"'
    return response


@bp.get("/events/<int:event_id>/poster.pdf")
@access.needs(P.REGISTRATION_VIEW)
def poster_pdf(event_id: int) -> Any:
    """The poster for the printer."""
    return _poster(event_id, "pdf", "application/pdf")


@bp.get("/events/<int:event_id>/poster.png")
@access.needs(P.REGISTRATION_VIEW)
def poster_png(event_id: int) -> Any:
    """The poster as a picture for the group."""
    return _poster(event_id, "png", "image/png")
