"""Programmes, phases, events, the calendar, venues and feeds."""

from tests.security.table import row

#: Seeing the schedule: staff of the area and the event's facilitator.
SEEN = {
    "anyone": 403,
    "visitor": 302,
    **dict.fromkeys(("administrator", "organiser", "facilitator", "supervisor", "auditor"), 200),
}
#: Planning it: its organisers alone.
PLANNED = {"anyone": 403, "visitor": 302, "administrator": 200, "organiser": 200}
#: Sending something: who may not is refused, a stranger too.
SENT = {"anyone": 403, "administrator": 302, "organiser": 302}
WRONG = {"anyone": 403, "administrator": 422, "organiser": 422}

CLASS = {"preset": "one_class"}
ROWS = {
    "schedule.programmes": [row("/programmes", **SEEN)],
    "schedule.new_programme": [
        row("/programmes/new", **PLANNED),
        row("/programmes/new", method="POST", data={"title": ""}, **WRONG),
    ],
    "schedule.programme": [row("/programmes/1", foreign="/programmes/2", **SEEN)],
    "schedule.edit_programme": [
        row("/programmes/1/edit", foreign="/programmes/2/edit", **PLANNED),
        row("/programmes/1/edit", method="POST", data={"title": ""}, foreign="/programmes/2/edit", **WRONG),
    ],
    "schedule.plan": [
        row("/programmes/1/plan", foreign="/programmes/2/plan", **PLANNED),
        row("/programmes/1/plan", method="POST", data=CLASS, foreign="/programmes/2/plan", **WRONG),
    ],
    "schedule.publish_programme": [
        row("/programmes/1/publish", method="POST", data={"event": "4"}, foreign="/programmes/2/publish", **SENT)
    ],
    "schedule.unpublish_programme": [
        row("/programmes/1/unpublish", method="POST", data={"event": "5"}, foreign="/programmes/2/unpublish", **SENT)
    ],
    "schedule.renew_programme_feed": [
        row("/programmes/1/feed", method="POST", foreign="/programmes/2/feed", **SENT),
    ],
    "schedule.programme_feed": [row("/feeds/programme/1-AAAAAAAAAAAAAAAAAAAAAAAAAAA.ics", anyone=404)],
    "schedule.new_phase": [
        row("/programmes/1/phases/new", foreign="/programmes/2/phases/new", **PLANNED),
        row("/programmes/1/phases/new", method="POST", data={}, foreign="/programmes/2/phases/new", **WRONG),
    ],
    "schedule.edit_phase": [
        row("/phases/4/edit", foreign="/phases/7/edit", **PLANNED),
        row("/phases/4/edit", method="POST", data={}, foreign="/phases/7/edit", **WRONG),
    ],
    "schedule.copy_phase": [
        row("/phases/4/copy", foreign="/phases/7/copy", **PLANNED),
        row("/phases/4/copy", method="POST", data={}, foreign="/phases/7/copy", **WRONG),
    ],
    "schedule.delete_phase": [row("/phases/4/delete", method="POST", foreign="/phases/7/delete", **SENT)],
    "schedule.new_event": [
        row("/programmes/1/events/new", foreign="/programmes/2/events/new", **PLANNED),
        row("/programmes/1/events/new", method="POST", data={"title": ""}, foreign="/programmes/2/events/new", **WRONG),
    ],
    "schedule.event": [row("/events/4", foreign="/events/7", **SEEN)],
    "schedule.edit_event": [
        row("/events/4/edit", foreign="/events/7/edit", **PLANNED),
        row("/events/4/edit", method="POST", data={"title": ""}, foreign="/events/7/edit", **WRONG),
    ],
    "schedule.publish_event": [row("/events/4/publish", method="POST", foreign="/events/7/publish", **SENT)],
    "schedule.unpublish_event": [row("/events/4/unpublish", method="POST", foreign="/events/7/unpublish", **SENT)],
    "schedule.cancel_event": [
        row("/events/4/cancel", foreign="/events/7/cancel", **PLANNED),
        row("/events/4/cancel", method="POST", data={"reason": "台风"}, foreign="/events/7/cancel", **SENT),
    ],
    "schedule.restore_event": [row("/events/4/restore", method="POST", foreign="/events/7/restore", **SENT)],
    "schedule.move_event": [
        row("/events/4/move", foreign="/events/7/move", **PLANNED),
        row("/events/4/move", method="POST", data={}, foreign="/events/7/move", **WRONG),
    ],
    "schedule.copy_event": [
        row("/events/4/copy", foreign="/events/7/copy", **PLANNED),
        row("/events/4/copy", method="POST", data={}, foreign="/events/7/copy", **WRONG),
    ],
    "schedule.delete_event": [row("/events/4/delete", method="POST", foreign="/events/7/delete", **SENT)],
    "schedule.undelete_event": [
        # Event 4 was never thrown away: there is nothing to fetch back.
        row(
            "/programmes/1/deleted/4/undo",
            method="POST",
            foreign="/programmes/2/deleted/7/undo",
            anyone=403,
            administrator=404,
            organiser=404,
        )
    ],
    "schedule.events": [row("/events", **SEEN)],
    "schedule.calendar": [row("/calendar?month=2026-06", **SEEN)],
    "schedule.venues": [row("/venues", **SEEN)],
    "schedule.new_venue": [
        row("/venues/new", **PLANNED),
        row("/venues/new", method="POST", data={"name": ""}, **WRONG),
    ],
    "schedule.edit_venue": [
        row("/venues/1/edit", foreign="/venues/2/edit", **PLANNED),
        row("/venues/1/edit", method="POST", data={"name": ""}, foreign="/venues/2/edit", **WRONG),
    ],
}
