"""Who sees and changes registrations; tickets and posters' links are for whoever holds them."""

from tests.security.table import row

#: Sees the event: everyone of its staff, supervisors and auditors of its area.
SEES = dict.fromkeys(("administrator", "organiser", "facilitator", "supervisor", "auditor"), 200)
RUNS = ("administrator", "organiser")


def _view(path: str, **more):
    return row(path, anyone=403, visitor=302, **(SEES | more.pop("statuses", {})), **more)


def _page(path: str, foreign: str):
    return row(path, anyone=403, visitor=302, foreign=foreign, **dict.fromkeys(RUNS, 200))


def _post(path: str, foreign: str, status: int = 302, **data: object):
    return row(path, method="POST", data=data, anyone=403, foreign=foreign, **dict.fromkeys(RUNS, status))


def _own(path: str, method: str = "GET"):
    foreign = path.replace("/1", "/7")
    out = {"volunteer": 403, "visitor": 302 if method == "GET" else 403}
    return row(path, method=method, anyone=404, foreign=foreign, **out)


ROWS = {
    "registration.index": [_view("/registrations")],
    "registration.event": [
        _view("/events/5/registrations", foreign="/events/7/registrations", statuses={"facilitator": 404})
    ],
    "registration.change": [
        _post("/events/5/registrations", "/events/7/registrations", action="cancel", id="1"),
    ],
    "registration.add": [_page("/events/5/registrations/new?q=chen", "/events/7/registrations/new")],
    "registration.add_now": [_post("/events/5/registrations/new", "/events/7/registrations/new", person_id="8")],
    "registration.decide_stand_in": [
        _post("/events/5/stand-ins", "/events/7/stand-ins", 404, proposal="1", decision="accept")
    ],
    "registration.phase": [
        _view("/phases/5/registrations", foreign="/phases/7/registrations", statuses={"facilitator": 404})
    ],
    "registration.change_phase": [
        _post("/phases/5/registrations", "/phases/7/registrations", action="cancel", id="1"),
    ],
    "registration.add_to_phase": [_page("/phases/5/registrations/new?q=chen", "/phases/7/registrations/new")],
    "registration.add_to_phase_now": [
        _post("/phases/5/registrations/new", "/phases/7/registrations/new", person_id="8")
    ],
    "registration.poster_pdf": [
        _view("/events/5/poster.pdf", foreign="/events/7/poster.pdf", statuses={"facilitator": 404})
    ],
    "registration.poster_png": [
        _view("/events/5/poster.png", foreign="/events/7/poster.png", statuses={"facilitator": 404})
    ],
    "registration.ticket": [row("/t/1.5.1.0.AAAA", anyone=404)],
    "registration.ticket_png": [row("/t/1.5.1.0.AAAA/ticket.png", anyone=404)],
    "registration.ticket_worker": [row("/t/worker.js", anyone=200)],
    "registration.own_ticket": [_own("/my/registrations/1")],
    "registration.cancel_own": [_own("/my/registrations/1/cancel", "POST")],
    "registration.stand_in": [_own("/my/registrations/1/stand-in"), _own("/my/registrations/1/stand-in", "POST")],
    "registration.withdraw_stand_in": [_own("/my/registrations/1/stand-in/withdraw", "POST")],
    "registration.join": [row("/join/5-AAAAAAAAAAAAAAAAAAAAAAAAAAA", anyone=404)],
    "registration.join_now": [
        row("/join/5-AAAAAAAAAAAAAAAAAAAAAAAAAAA", method="POST", anyone=404, volunteer=403, visitor=403)
    ],
    # Nobody has missed anything that the fifth session could make up for: whoever is of the area is told so.
    "registration.book_make_up": [
        row(
            "/my/make-ups/1",
            method="POST",
            data={"event": "5"},
            anyone=404,
            director=302,
            supervisor=302,
            volunteer=403,
            visitor=403,
            foreign="/my/make-ups/999",
        )
    ],
    "registration.book_make_up_for": [
        row(
            "/programmes/1/make-ups",
            method="POST",
            data={"event": "5", "person": "7"},
            anyone=403,
            administrator=302,
            organiser=302,
            supervisor=302,
            foreign="/programmes/2/make-ups",
        )
    ],
}
