"""The API: a program's token, and nothing else; no cookie of anyone counts."""

from tests.security.table import row


def api(path, *, program=200, **more):
    """An operation under a slot: the program's own, and another office's."""
    return row(f"/api/v1/slots/4{path}", anyone=401, program=program, foreign=f"/api/v1/slots/7{path}", **more)


SCAN = {"nonce": "nonce-0001", "ticket": "nonsense"}
ROWS = {
    "api.describe": [row("/api/v1/openapi.json", anyone=200)],
    "api.me": [row("/api/v1/me", anyone=401, program=200)],
    "api.slots": [row("/api/v1/slots", anyone=401, program=200)],
    "api.slot": [api("")],
    "api.pack": [api("/pack")],
    "api.people": [api("/people?q=chen")],
    "api.board": [api("/board")],
    "api.division_choice": [api("/divisions")],
    "api.scan": [api("/scans", method="POST", json=SCAN)],
    "api.batch": [api("/scans/batch", method="POST", json={"sent_at": 0, "scans": []})],
    "api.walk_in": [
        api("/walk-ins", method="POST", json={"nonce": "nonce-0001", "name": "来人甲", "phone": "13700000001"})
    ],
    "api.heartbeat": [row("/api/v1/heartbeat", method="POST", json={"sent_at": 0}, anyone=401, program=200)],
}
