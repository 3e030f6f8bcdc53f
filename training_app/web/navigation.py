"""The left rail of staff and the bottom bar of directors."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request
from flask_babel import gettext as _
from flask_login import current_user

from training_app.core.permissions import Permission as P


@dataclass(frozen=True)
class Entry:
    """A place that one can go to."""

    endpoint: str
    label: str
    icon: str
    active: bool


#: Pages that stand under an entry of another room.
_UNDER = {
    "home.phase": "schedule",
    "home.person": "people",
    "learning": "certificates",
    "learning.feedback_items": "schedule",
    "learning.feedback_paper": "schedule",
    "learning.feedback_programme": "schedule",
    "learning.feedback_results": "schedule",
}


def _entry(endpoint: str, label: str, icon: str) -> Entry:
    asked = request.endpoint or ""
    room = asked.split(".")[0]
    room = _UNDER.get(asked, _UNDER.get(room, room))
    here = asked == endpoint or (room == endpoint.split(".")[0] and room != "home")
    return Entry(endpoint, label, icon, here)


def rail() -> list[Entry]:
    """Entries for staff, only those that they may open."""
    allowed = current_app.extensions["access_policy"]
    wanted = [
        ("home.today", _("Today"), "today", None),
        ("schedule.programmes", _("Sessions and salons"), "schedule", P.SCHEDULE_VIEW),
        ("registration.index", _("Registration"), "register", P.REGISTRATION_VIEW),
        ("checkin.index", _("Check-in desk"), "door", P.DOOR_SCAN),
        ("attendance.index", _("Attendance"), "attendance", P.ATTENDANCE_VIEW),
        ("certificates.index", _("Certificates"), "certificate", P.CERTIFICATE_VIEW),
        ("people.index", _("People and posts"), "people", P.PERSON_VIEW),
        ("reports.index", _("Reports"), "report", P.REPORT_VIEW),
    ]
    return [
        _entry(endpoint, label, icon)
        for endpoint, label, icon, permission in wanted
        if endpoint in current_app.view_functions and (permission is None or allowed(current_user, permission))
    ]


def bar() -> list[Entry]:
    """Entries for directors."""
    wanted = [
        # Whoever works here too has the desk on the first page and her own day beside it.
        ("home.own_today" if current_user.is_staff else "home.today", _("Today"), "today"),
        ("home.schedule", _("Schedule"), "schedule"),
        ("home.passport", _("Passport"), "passport"),
        ("home.me", _("Me"), "me"),
    ]
    return [_entry(*entry) for entry in wanted if entry[0] in current_app.view_functions]


def init_app(app: Flask) -> None:
    """Let the layouts ask."""
    app.jinja_env.globals.update(rail_entries=rail, bar_entries=bar)
