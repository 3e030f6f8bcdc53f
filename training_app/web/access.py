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

from flask import Flask, current_app, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from training_app.core.actors import Actor
from training_app.core.errors import Forbidden
from training_app.core.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """Who may call an endpoint: everyone, any identified person, or who has a permission."""

    kind: str
    permission: Permission | None = None


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


def needs(permission: Permission) -> Callable[[View], View]:
    """For whoever has this permission somewhere."""
    return _declare(Access("needs", permission))


#: For any identified person: director by her link, staff by password.
person = _declare(Access("person"))
#: For everyone.
public = _declare(Access("public"))
#: For any login, a door volunteer's device without a person included.
login = _declare(Access("login"))


def declared(view: Callable[..., Any]) -> Access | None:
    """What a view function declares, or None."""
    return getattr(view, "access", None)


def actor() -> Actor:
    """Who is asking."""
    return current_user._get_current_object()  # type: ignore[no-any-return]


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
        if request.method == "GET":
            return redirect(url_for("people.login", next=request.full_path.rstrip("?")))
        raise Forbidden("login_needed", _l("Please log in again. What you typed is still on the page before."))
    raise Forbidden("forbidden", _l("This page is for others. If you need it, ask the organiser for the role."))


def init_app(app: Flask, policy: Callable[[Actor, Permission], bool]) -> None:
    """Enforce declared access on every request; `policy(actor, permission)` says whether anywhere."""
    app.extensions["access_policy"] = policy
    public(app.view_functions["static"])
    app.before_request(_enforce)
