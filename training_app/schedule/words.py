"""The field's words for the values that records keep, as people read them."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

#: Value → word, in the order in which lists offer them.
ROLES: dict[str, Any] = {
    "guided_by": _l("Guided by"),
    "hosted_by": _l("Hosted by"),
    "delivered_by": _l("Delivered by"),
}
KINDS: dict[str, Any] = {"session": _l("Training session"), "salon": _l("Salon")}
STATES: dict[str, Any] = {
    "draft": _l("Draft"),
    "published": _l("Published"),
    "closed": _l("Closed"),
    "cancelled": _l("Cancelled"),
}
#: The tone of a state's badge.
TONES = {"draft": "off", "published": "good", "closed": "off", "cancelled": "live"}
AREAS: dict[str, Any] = {
    "policies": _l("Policies of child care and protection"),
    "responsibilities": _l("The director's responsibilities and protection practice"),
    "social_work_skills": _l("Social work skills in children's services"),
    "special_services": _l("Special children's services"),
}
LABELS: dict[str, Any] = {
    "morning": _l("Morning"),
    "afternoon": _l("Afternoon"),
    "evening": _l("Evening"),
    "whole": _l("Whole event"),
}
AGENDA_KINDS: dict[str, Any] = {
    "talk": _l("Talk"),
    "icebreaker": _l("Icebreaker game"),
    "group_pk": _l("Group contest"),
    "case_discussion": _l("Case discussion"),
    "sharing": _l("Sharing"),
    "launch": _l("Launch ceremony"),
    "break": _l("Break"),
    "other": _l("Other"),
}
PRESETS: dict[str, Any] = {
    "one_session_phases": _l("Six phases of one session each, completed in any order"),
    "one_class": _l("One class of one to three days, repeated in phases"),
}
#: What an event still lacks → word, and what the button that mends it says.
MISSING: dict[str, tuple[Any, Any]] = {
    "no_venue": (_l("Venue still open"), _l("Choose")),
    "no_facilitator": (_l("Facilitator still open"), _l("Appoint")),
    "no_agenda": (_l("Agenda still open"), _l("Write")),
    "no_hosts": (_l("Hosts still open"), _l("Add")),
}
#: A note on a day that is no ordinary day.
DAYS: dict[str, Any] = {"holiday": _l("Public holiday"), "workday": _l("Make-up workday")}
