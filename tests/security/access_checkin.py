"""The door: who scans, who manages it, and what is open to everyone in the hall."""

from tests.security.table import row

#: Who may keep the door of the fourth session, and who may manage it.
SCANS = {"administrator": 200, "organiser": 200, "facilitator": 200, "volunteer": 200, "visitor": 302}
MANAGES = {"administrator": 200, "organiser": 200, "facilitator": 200, "visitor": 302}
POSTS = SCANS | {"visitor": 403}


def managed(status: int) -> dict[str, int]:
    """A POST of whoever may manage the door."""
    return dict.fromkeys(("administrator", "organiser", "facilitator"), status)


def devices(status: int) -> dict[str, int]:
    """A POST of whoever manages the organisation's devices."""
    return dict.fromkeys(("administrator", "organiser"), status)


DEVICES = devices(200) | {"visitor": 302}
NAMELESS = {"name": "", "phone": "", "division": ""}
ROWS = {
    "checkin.index": [row("/checkin", anyone=403, **SCANS)],
    "checkin.door": [row("/checkin/4", anyone=403, foreign="/checkin/7", **SCANS)],
    "checkin.board": [row("/checkin/4/board", anyone=403, foreign="/checkin/7/board", **SCANS)],
    "checkin.pack": [row("/checkin/4/pack", anyone=403, foreign="/checkin/7/pack", **SCANS)],
    # Whoever may upload is told that this is no batch.
    "checkin.upload": [
        row(
            "/checkin/4/scans",
            method="POST",
            data={},
            anyone=403,
            foreign="/checkin/7/scans",
            **(dict.fromkeys(SCANS, 422) | {"visitor": 403}),
        )
    ],
    "checkin.worker": [row("/checkin/worker.js", anyone=200)],
    "checkin.webmanifest": [row("/checkin/door.webmanifest", anyone=200)],
    "checkin.open_door": [row("/checkin/open", anyone=403, **dict.fromkeys(SCANS, 302))],
    "checkin.people": [row("/checkin/4/people?q=chen", anyone=403, foreign="/checkin/7/people?q=chen", **SCANS)],
    "checkin.scan": [
        row(
            "/checkin/4/scan",
            method="POST",
            data={"ticket": "nonsense", "nonce": "abcdefgh", "source": "camera"},
            anyone=403,
            foreign="/checkin/7/scan",
            **POSTS,
        )
    ],
    "checkin.walk_in": [
        row(
            "/checkin/4/walk-in",
            method="POST",
            data=NAMELESS,
            anyone=403,
            foreign="/checkin/7/walk-in",
            **{role: 422 if status == 200 else status for role, status in POSTS.items()},
        )
    ],
    "checkin.force": [
        row(
            "/checkin/4/force",
            method="POST",
            data={"ticket": "nonsense", "nonce": "abcdefgh", "source": "camera", "reason": "认识此人"},
            anyone=403,
            foreign="/checkin/7/force",
            **managed(200),
        )
    ],
    "checkin.projector": [row("/checkin/4/projector", anyone=403, foreign="/checkin/7/projector", **MANAGES)],
    "checkin.projector_state": [
        row("/checkin/4/projector.json", anyone=403, foreign="/checkin/7/projector.json", **MANAGES)
    ],
    "checkin.sheet": [row("/checkin/4/sheet.pdf", anyone=403, foreign="/checkin/7/sheet.pdf", **MANAGES)],
    "checkin.sheet_scans": [row("/events/4/sheets", anyone=403, foreign="/events/7/sheets", **MANAGES)],
    "checkin.attach_sheet": [
        row(
            "/events/4/sheets",
            method="POST",
            data={"slot": "4"},
            anyone=403,
            foreign="/events/7/sheets",
            **managed(422),
        )
    ],
    "checkin.sheet_scan": [
        row("/events/4/sheets/1", anyone=403, foreign="/events/7/sheets/1", visitor=302, **managed(404))
    ],
    "checkin.read_sheet": [
        row(
            "/events/4/sheets/1/read",
            method="POST",
            data={"slot": "4"},
            anyone=403,
            foreign="/events/7/sheets/1/read",
            **managed(404),
        )
    ],
    "checkin.remove_sheet": [
        row(
            "/events/4/sheets/1/remove",
            method="POST",
            anyone=403,
            foreign="/events/7/sheets/1/remove",
            **managed(404),
        )
    ],
    "checkin.discard_reading": [
        row(
            "/events/4/readings/1/discard",
            method="POST",
            anyone=403,
            foreign="/events/7/readings/1/discard",
            **managed(404),
        )
    ],
    "checkin.sheet_review": [row("/checkin/4/paper", anyone=403, foreign="/checkin/7/paper", **MANAGES)],
    "checkin.sheet_progress": [
        row(
            "/checkin/4/paper/progress?seen=0-0",
            anyone=403,
            foreign="/checkin/7/paper/progress",
            visitor=302,
            **managed(204),
        )
    ],
    "checkin.confirm_rows": [
        row("/checkin/4/paper", method="POST", data={}, anyone=403, foreign="/checkin/7/paper", **managed(302))
    ],
    "checkin.door_links": [row("/events/4/door-links", anyone=403, foreign="/events/7/door-links", **MANAGES)],
    "checkin.make_door_link": [
        row("/events/4/door-links", method="POST", data={}, anyone=403, foreign="/events/7/door-links", **managed(422)),
        row(
            "/events/4/door-links",
            method="POST",
            data={"label": "门口二"},
            anyone=403,
            foreign="/events/7/door-links",
            **managed(302),
        ),
    ],
    "checkin.door_link_shown": [
        row("/events/4/door-links/100", anyone=403, foreign="/events/7/door-links/100", **MANAGES)
    ],
    "checkin.end_door_link": [
        row(
            "/events/4/door-links/100/end",
            method="POST",
            anyone=403,
            foreign="/events/7/door-links/100/end",
            **managed(302),
        )
    ],
    "checkin.door_link": [row("/d/door-link", anyone=200), row("/d/no-such-link", anyone=404)],
    "checkin.use_door_link": [
        row("/d/door-link", method="POST", anyone=302),
        row("/d/no-such-link", method="POST", anyone=404),
    ],
    "checkin.devices_list": [row("/checkin/devices", anyone=403, **DEVICES)],
    "checkin.new_device": [
        row("/checkin/devices/new", anyone=403, **DEVICES),
        row("/checkin/devices/new", method="POST", data={"name": ""}, anyone=403, **devices(422)),
        row("/checkin/devices/new", method="POST", data={"name": "门", "events": ["4"]}, anyone=403, **devices(302)),
        row(
            "/checkin/devices/new?kind=api",
            method="POST",
            data={"name": "系统", "events": ["4"], "scopes": ["door:read"]},
            anyone=403,
            **devices(200),
        ),
    ],
    "checkin.device": [row("/checkin/devices/101", anyone=403, foreign="/checkin/devices/103", **DEVICES)],
    "checkin.change_device": [
        row(
            "/checkin/devices/101",
            method="POST",
            data={"name": "门口三号机", "events": ["4"]},
            anyone=403,
            foreign="/checkin/devices/103",
            **devices(302),
        )
    ],
    "checkin.new_code": [
        row(
            "/checkin/devices/101/code",
            method="POST",
            anyone=403,
            foreign="/checkin/devices/103/code",
            **devices(302),
        )
    ],
    "checkin.new_token": [
        row(
            "/checkin/devices/102/token",
            method="POST",
            anyone=403,
            foreign="/checkin/devices/103/token",
            **devices(200),
        )
    ],
    "checkin.revoke_device": [
        row(
            "/checkin/devices/101/revoke",
            method="POST",
            anyone=403,
            foreign="/checkin/devices/103/revoke",
            **devices(302),
        )
    ],
    "checkin.enrol": [row("/e/no-such-code", anyone=404)],
    "checkin.enrol_phone": [row("/e/no-such-code", method="POST", anyone=404)],
    "checkin.waiting_nods": [row("/checkin/4/nods", anyone=403, foreign="/checkin/7/nods", **SCANS)],
    "checkin.nod": [
        row(
            "/checkin/4/nods/1",
            method="POST",
            data={"answer": "yes"},
            anyone=403,
            foreign="/checkin/7/nods/1",
            **{role: 404 if status == 200 else status for role, status in POSTS.items()},
        )
    ],
    "checkin.kiosk": [row("/checkin/4/kiosk", anyone=403, foreign="/checkin/7/kiosk", **SCANS)],
    "checkin.start_kiosk": [
        row(
            "/checkin/4/kiosk",
            method="POST",
            data={"code": "12"},
            anyone=403,
            foreign="/checkin/7/kiosk",
            **{role: 422 if status == 200 else status for role, status in POSTS.items()},
        )
    ],
    "checkin.kiosk_scan": [
        row(
            "/checkin/4/kiosk/scan",
            method="POST",
            data={"ticket": "nonsense", "nonce": "abcdefgh"},
            anyone=403,
            foreign="/checkin/7/kiosk/scan",
            **POSTS,
        )
    ],
    "checkin.leave_kiosk": [
        row(
            "/checkin/4/kiosk/leave",
            method="POST",
            anyone=403,
            foreign="/checkin/7/kiosk/leave",
            **{role: 302 if status == 200 else status for role, status in POSTS.items()},
        )
    ],
    # Open to everyone in the hall; without a code from the screen there is nothing.
    "checkin.venue": [row("/v/4/0123456789abcdef", anyone=404, foreign="/v/7/0123456789abcdef")],
    "checkin.venue_page": [row("/v/4", anyone=404, foreign="/v/7")],
    "checkin.venue_nod": [row("/v/4/nod", anyone=404, foreign="/v/7/nod")],
    "checkin.venue_nod_state": [row("/v/4/nod.json", anyone=404, foreign="/v/7/nod.json")],
    "checkin.venue_enter": [row("/v/4", method="POST", anyone=404, foreign="/v/7")],
    "checkin.venue_walk_in": [row("/v/4/walk-in", method="POST", data=NAMELESS, anyone=404, foreign="/v/7/walk-in")],
    "checkin.digits": [
        row("/v", anyone=200),
        row("/v", method="POST", data={"digits": "000000"}, anyone=422),
    ],
}
