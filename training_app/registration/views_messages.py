"""Messages of an event: texts for the group, calls to make, e-mails that left or failed."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock, mail
from training_app.core.db import transaction
from training_app.core.errors import NotFound, Refusal
from training_app.core.permissions import Permission as P
from training_app.schedule.access import event_for
from training_app.schedule.models import Event
from training_app.web import access
from training_app.web.language import LANGUAGES

from . import board, messagefacts, messages, messagetexts
from .addressed import numbers
from .blueprint import bp


def _language() -> str:
    """The language of the texts: the programme's, unless the address says otherwise."""
    asked = request.args.get("text", "")
    return asked if asked in LANGUAGES else str(current_app.config["DEFAULT_LANGUAGE"])


def _whole(event_id: int) -> Event:
    event_for(access.actor(), event_id, P.MESSAGE_MANAGE)
    event = messagefacts.whole(event_id)
    if event is None:
        raise NotFound()
    return event


@bp.get("/events/<int:event_id>/messages", endpoint="messages")
@access.needs(P.MESSAGE_MANAGE)
def messages_page(event_id: int) -> Any:
    """What to send now, what was sent."""
    event, now = _whole(event_id), clock.now()
    ahead = event.state == "published" and bool(event.slots) and event.slots[-1].ends_at > now
    return render_template(
        "registration/messages.html",
        event=event,
        sections=board.sections(event, language=_language(), now=now),
        kinds=messagetexts.KINDS,
        language=_language(),
        languages=LANGUAGES,
        ahead=ahead,
        untold=messages.untold(event_id) if ahead else 0,
        mail_works=mail.is_set_up(),
    )


@bp.post("/events/<int:event_id>/messages")
@access.needs(P.MESSAGE_MANAGE)
def change_messages(event_id: int) -> Any:
    """Tick off a group text or a call, write the reminder, send failed e-mails once more."""
    event, now, actor_id = _whole(event_id), clock.now(), access.actor().person_id or 0
    action, kind = request.form.get("action", ""), request.form.get("kind", "")
    try:
        if action == "told":
            board.group_told(event_id, kind, max(numbers("upto"), default=0), actor_id=actor_id, now=now)
        elif action in ("called", "not_called"):
            kind = board.called(
                event_id, max(numbers("id"), default=0), done=action == "called", actor_id=actor_id, now=now
            )
        elif action == "remind":
            messages.remind(event_id, actor_id=actor_id, now=now)
            kind = messagetexts.REMINDER
        elif action == "tell":
            messages.tell_all(event_id, actor_id=actor_id, now=now)
            kind = messagetexts.CONFIRMED
        elif action == "mail":
            with transaction():
                mail.try_again(event_id)
            flash(_("The e-mails are sent once more. Reload the page in a minute."))
    except NotFound:
        raise
    except Refusal as refused:
        flash(str(refused.sentence), "error")
    if request.headers.get("HX-Request") and kind in messagetexts.KINDS:
        found = board.sections(event, language=_language(), now=now, only=kind)
        return render_template(
            "registration/_message_section.html",
            event=event,
            section=found[0] if found else None,
            kinds=messagetexts.KINDS,
            language=_language(),
        )
    where = url_for("registration.messages", event_id=event_id, text=request.args.get("text"))
    return redirect(f"{where}#{kind}" if kind in messagetexts.KINDS else where)
