"""The browser's session: a fresh one for each login, with the device's token in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import request, session
from flask_login import login_user, logout_user

from training_app.core import clock
from training_app.web.addresses import local_path

from . import rules
from .actors import actor_of

#: When a staff device last clicked, seconds; renewed at most this often.
_SEEN = "seen"
_RENEW = timedelta(minutes=10)
#: Where the browser goes on to after it is known.
_TARGET = "target"


def remember_target(path: str | None) -> None:
    """Keep where someone wanted to go (a venue's code, a poster) until they are known."""
    target = local_path(path)
    if target != "/":
        session[_TARGET] = target[:300]


def target() -> str:
    """Where they wanted to go; "/" when nothing was kept."""
    return local_path(session.get(_TARGET))


def log_in(token: str) -> None:
    """Make this browser the device of the token. What the session held before is dropped (session fixation)."""
    now = clock.now()
    actor = actor_of(token, now)
    session.clear()
    session.permanent = True
    if actor.account_id is not None:
        session[_SEEN] = int(now.timestamp())
    login_user(actor)


def log_out() -> None:
    """Forget the device's token in this browser."""
    logout_user()
    session.clear()


def end_idle() -> None:
    """Before each request: a staff browser that was idle for too long forgets its token."""
    seen = session.get(_SEEN)
    if seen is None:
        return
    now = clock.now()
    idle = now - datetime.fromtimestamp(seen, UTC)
    if idle > rules.STAFF_IDLE:
        session.clear()
    elif idle > _RENEW:
        session[_SEEN] = int(now.timestamp())


def device_name() -> str:
    """The device as its owner will know it again: "Android · WeChat"."""
    agent = request.user_agent.string
    systems = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")
    programs = (("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"))
    system = next((name for name in systems if name in agent), "")
    program = next((shown for mark, shown in (*programs, ("Safari", "Safari")) if mark in agent), "")
    return " · ".join(part for part in (system.replace("Macintosh", "Mac"), program) if part) or "—"
