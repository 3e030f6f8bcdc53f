"""Quotas, nominations, rosters and messages of the registration room."""

from tests.security.table import row

MANAGERS = {"administrator": 200, "organiser": 200}
CHANGED = {"administrator": 302, "organiser": 302}
WRONG = {"administrator": 422, "organiser": 422}
READERS = MANAGERS | {"facilitator": 404, "supervisor": 200, "auditor": 200}
#: An upload is its uploader's or its programme's; here is none.
NOBODYS = {"anyone": 404, "volunteer": 403}

ROWS = {
    "registration.phase_quotas": [
        row("/phases/5/quotas", anyone=403, visitor=302, foreign="/phases/7/quotas", **MANAGERS)
    ],
    "registration.set_phase_quotas": [
        row(
            "/phases/5/quotas",
            method="POST",
            data={"places-350502004": "5"},
            anyone=403,
            foreign="/phases/7/quotas",
            **CHANGED,
        )
    ],
    "registration.nominate": [
        row("/phases/5/nominations", anyone=403, visitor=302, foreign="/phases/7/nominations", **READERS)
    ],
    "registration.nominate_now": [
        row(
            "/phases/5/nominations",
            method="POST",
            data={"id": "7"},
            anyone=403,
            administrator=302,
            supervisor=302,
            foreign="/phases/7/nominations",
        ),
        row(
            "/phases/5/nominations",
            method="POST",
            data={"id": "9"},
            anyone=403,
            administrator=302,
            supervisor=404,
            foreign="/phases/7/nominations",
        ),
    ],
    "registration.decide_nominations": [
        row(
            "/phases/5/nominations/decide",
            method="POST",
            anyone=403,
            foreign="/phases/7/nominations/decide",
            **WRONG,
        )
    ],
    "registration.nomination_roster": [
        row(
            "/phases/5/nominations/roster",
            anyone=403,
            visitor=302,
            administrator=200,
            supervisor=200,
            foreign="/phases/7/nominations/roster",
        ),
        row(
            "/phases/5/nominations/roster",
            method="POST",
            anyone=403,
            administrator=422,
            supervisor=422,
            foreign="/phases/7/nominations/roster",
        ),
    ],
    "registration.roster": [
        row("/phases/5/roster", anyone=403, visitor=302, foreign="/phases/7/roster", **MANAGERS),
        row("/phases/5/roster", method="POST", anyone=403, foreign="/phases/7/roster", **WRONG),
    ],
    "registration.event_roster": [
        row("/events/5/roster", anyone=403, visitor=302, foreign="/events/7/roster", **MANAGERS),
        row("/events/5/roster", method="POST", anyone=403, foreign="/events/7/roster", **WRONG),
    ],
    "registration.roster_import": [row("/rosters/1", visitor=302, foreign="/rosters/2", **NOBODYS)],
    "registration.roster_columns": [
        row("/rosters/1/columns", method="POST", visitor=403, foreign="/rosters/2/columns", **NOBODYS)
    ],
    "registration.roster_answers": [
        row("/rosters/1/answers", method="POST", visitor=403, foreign="/rosters/2/answers", **NOBODYS)
    ],
    "registration.roster_confirm": [
        row("/rosters/1/import", method="POST", visitor=403, foreign="/rosters/2/import", **NOBODYS)
    ],
    "registration.roster_discard": [
        row("/rosters/1/discard", method="POST", visitor=403, foreign="/rosters/2/discard", **NOBODYS)
    ],
    "registration.messages": [
        row("/events/5/messages", anyone=403, visitor=302, foreign="/events/7/messages", **MANAGERS)
    ],
    "registration.change_messages": [
        row(
            "/events/5/messages",
            method="POST",
            data={"action": "remind"},
            anyone=403,
            foreign="/events/7/messages",
            **CHANGED,
        )
    ],
}
