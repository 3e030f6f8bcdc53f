"""Every endpoint declares its access here, or answers nothing.

    @bp.get("/events/<int:event_id>")
    @access.needs(Permission.SCHEDULE_VIEW)
    def event(event_id): ...

The decorator proves that the actor has the permission somewhere; the room's loader then proves it
for the very thing that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from training_app.core.actors import Actor
from training_app.core.errors import Forbidden, Unauthorized
from training_app.core.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """Who may call an endpoint: everyone, any identified person, who has a permission, or a program's token."""

    kind: str
    permission: Permission | None = None
    scope: str | None = None


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


def needs(permission: Permission) -> Callable[[View], View]:
    """For whoever has this permission somewhere."""
    return _declare(Access("needs", permission))


def bearer(permission: Permission, scope: str | None = None) -> Callable[[View], View]:
    """For a program whose token, sent with the request, has the permission somewhere and this scope.

    Cookies count for nothing here, so no other site can borrow them; and a token counts nowhere else.
    """
    return _declare(Access("bearer", permission, scope))


#: For any identified person: director by her link, staff by password.
person = _declare(Access("person"))
#: For everyone.
public = _declare(Access("public"))
#: For any login, a door volunteer's device without a person included.
login = _declare(Access("login"))


def reads_ahead(foresee: Callable[..., Any]) -> Callable[[View], View]:
    """Let what a crowd's view is going to read be read together with who asks.

    `foresee`, called with the address's values, gives what the login room takes for it, or None where it cannot be
    known yet. The view finds the row by `ahead()`, once who asks has been proven.
    """

    def mark(view: View) -> View:
        view.foresee = foresee  # type: ignore[attr-defined]
        return view

    return mark


def foreseen() -> Any:
    """What this request's view is going to read, or None."""
    view = current_app.view_functions.get(request.endpoint or "")
    foresee = getattr(view, "foresee", None)
    return None if foresee is None else foresee(**(request.view_args or {}))


def keep_ahead(row: Any) -> None:
    """Keep what was read for the view."""
    g.read_ahead = row


def ahead() -> Any:
    """What was read together with who asks, or None: then it is still to be read."""
    return g.get("read_ahead")


def declared(view: Callable[..., Any]) -> Access | None:
    """What a view function declares, or None."""
    return getattr(view, "access", None)


def actor() -> Actor:
    """Who is asking."""
    return current_user._get_current_object()  # type: ignore[no-any-return]


def for_programs() -> bool:
    """Whether this request's endpoint takes a token and no cookie."""
    view = current_app.view_functions.get(request.endpoint or "")
    access = declared(view) if view else None
    return access is not None and access.kind == "bearer"


def token_views(app: Flask) -> list[Callable[..., Any]]:
    """The views that take a token and no cookie: no other site can make a browser call them."""
    return [view for view in app.view_functions.values() if getattr(declared(view), "kind", "") == "bearer"]


def sent_token() -> str | None:
    """The token in `Authorization: Bearer …`, or None."""
    sent = request.authorization
    return sent.token if sent is not None and sent.type == "bearer" and sent.token else None


class UndeclaredAccess(RuntimeError):
    """An endpoint declares no access."""


def _enforce() -> Any:
    if request.endpoint is None:
        return None
    access = declared(current_app.view_functions[request.endpoint])
    if access is None:
        raise UndeclaredAccess(request.endpoint)
    if access.kind == "public":
        return None
    who = actor()
    if access.kind == "bearer":
        _prove_token(access, who)
        return None
    allowed_anywhere = current_app.extensions["access_policy"]
    if access.kind == "person":
        admitted = who.person_id is not None
    elif access.kind == "login":
        admitted = who.is_authenticated
    else:
        admitted = who.is_authenticated and allowed_anywhere(who, access.permission)
    if admitted:
        if who.must_change_password and request.endpoint not in ("people.password", "people.logout", "web.language"):
            return redirect(url_for("people.password"))
        return None
    if not who.is_authenticated:
        if request.method == "GET" and "HX-Request" in request.headers:
            # A part of a page: the whole page is loaded again, else the login page would stand inside it.
            return "", 401, {"HX-Refresh": "true"}
        if request.method == "GET":
            return redirect(url_for("people.login", next=request.full_path.rstrip("?")))
        raise Forbidden("login_needed", _l("Please log in again. What you typed is still on the page before."))
    raise Forbidden("forbidden", _l("This page is for others. If you need it, ask the organiser for the role."))


def _prove_token(access: Access, who: Actor) -> None:
    if not who.is_authenticated:
        if sent_token() is None:
            raise Unauthorized("token_missing", _l("Send the token of this program: Authorization: Bearer …"))
        raise Unauthorized(
            "token_refused", _l("This token is unknown, over or revoked. Ask the organiser for a new one.")
        )
    if access.scope is not None and access.scope not in who.scopes:
        raise Forbidden("scope_missing", _l("This token may not do that: it lacks %(scope)s.", scope=access.scope))
    if not current_app.extensions["access_policy"](who, access.permission):
        raise Forbidden("no_event", _l("The events of this token are over. Ask the organiser to give it others."))


def init_app(app: Flask, policy: Callable[[Actor, Permission], bool]) -> None:
    """Enforce declared access on every request; `policy(actor, permission)` says whether anywhere."""
    app.extensions["access_policy"] = policy
    public(app.view_functions["static"])
    app.before_request(_enforce)
