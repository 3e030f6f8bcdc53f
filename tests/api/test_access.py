"""Tokens: what they open, and that nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import update

from tests import cast
from tests.api.conftest import SLOT, V1
from training_app.checkin import devices
from training_app.core.db import transaction
from training_app.people.models import Device, Grant, Login

BY = {"actor_id": 2, "now": cast.NOW}
SCAN = {"nonce": "nonce-0001", "ticket": "nonsense"}
WALK_IN = {"nonce": "nonce-0001", "name": "来人甲", "phone": "13700000001"}


def _error(answer):
    return answer.status_code, answer.get_json()["error"]["code"]


def _scopes(*scopes):
    with transaction() as session:
        session.execute(update(Device).where(Device.id == cast.PROGRAM).values(scopes=list(scopes)))


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (None, "token_missing"),
        ("", "token_missing"),
        ("nonsense", "token_refused"),
        ("x" * 4096, "token_refused"),
        ("program-toke", "token_refused"),
    ],
)
def test_without_a_right_token_nothing_opens(program_with, token, code):
    answer = program_with(token).get(f"{V1}/slots")
    assert _error(answer) == (401, code)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.get_json()["error"]["sentence"]


@pytest.mark.parametrize(
    "header", ["program-token", "Basic program-token", "Bearer", "bearer  ", "Token program-token"]
)
def test_a_token_that_is_not_sent_as_a_bearers_is_none(program_with, header):
    answer = program_with(None).get(f"{V1}/slots", headers={"Authorization": header})
    assert answer.status_code == 401


@pytest.mark.parametrize("who", ["organiser", "administrator", "volunteer", "scanner"])
def test_no_cookie_counts(client_as, who):
    answer = client_as(who).post(f"{SLOT}/scans", json=SCAN)
    assert _error(answer) == (401, "token_missing")


def test_a_cookie_beside_the_token_neither_helps_nor_hurts(client_as):
    organiser = client_as("organiser")
    token = {"Authorization": f"Bearer {cast.PROGRAM_TOKEN}"}
    assert organiser.get(f"{V1}/slots", headers=token).status_code == 200
    assert organiser.get(f"{V1}/slots/5", headers=token).status_code == 404


def test_a_scanners_own_token_sent_as_a_bearers_has_no_scope(program_with):
    assert _error(program_with(cast.SCANNER_TOKEN).get(f"{V1}/slots")) == (403, "scope_missing")


def test_a_token_is_nothing_on_a_page(program):
    for path in ("/checkin", f"/checkin/{cast.TODAY_SLOT}", f"/checkin/{cast.TODAY_SLOT}/pack", "/"):
        assert program.get(path).status_code in (302, 403)


def test_no_csrf_token_is_asked_of_a_program(app, program):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert program.post(f"{SLOT}/scans", SCAN).status_code == 200
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize(
    ("held", "opens"),
    [
        ("door:read", {"read"}),
        ("door:scan", {"scan"}),
        ("door:register", {"register"}),
    ],
)
def test_each_scope_opens_its_own_and_nothing_else(app, program, held, opens):
    _scopes(held)
    answers = {
        "read": [
            program.get(path)
            for path in (
                f"{V1}/slots", SLOT, f"{SLOT}/pack", f"{SLOT}/board", f"{SLOT}/people?q=chen", f"{SLOT}/divisions",
            )
        ],
        "scan": [
            program.post(f"{SLOT}/scans", SCAN),
            program.post(f"{SLOT}/scans/batch", {"sent_at": 0, "scans": []}),
        ],
        "register": [program.post(f"{SLOT}/walk-ins", WALK_IN)],
    }  # fmt: skip
    for name, group in answers.items():
        expected = {200} if name in opens else {403}
        assert {answer.status_code for answer in group} == expected, name
    assert program.get(f"{V1}/me").status_code == 200


def test_a_missing_scope_is_named(app, program):
    _scopes("door:read")
    answer = program.post(f"{SLOT}/scans", SCAN)
    assert _error(answer) == (403, "scope_missing")
    assert "door:scan" in answer.get_json()["error"]["sentence"]


@pytest.mark.parametrize("slot", [5, cast.OTHER_SLOT, 999])
def test_other_events_are_not_there(program, slot):
    base = f"{V1}/slots/{slot}"
    answers = [program.get(base + path) for path in ("", "/pack", "/board", "/people?q=chen", "/divisions")]
    answers += [
        program.post(f"{base}/scans", SCAN),
        program.post(f"{base}/scans/batch", {"sent_at": 0, "scans": []}),
        program.post(f"{base}/walk-ins", WALK_IN),
    ]
    assert {_error(answer) for answer in answers} == {(404, "not_found")}


def test_a_revoked_program_is_out_at_once(app, program):
    assert program.get(f"{V1}/slots").status_code == 200
    devices.revoke(cast.PROGRAM, **BY)
    assert _error(program.get(f"{V1}/slots")) == (401, "token_refused")
    assert _error(program.post(f"{SLOT}/scans", SCAN)) == (401, "token_refused")


def test_a_new_token_ends_the_old_one(app, program, program_with):
    new = devices.new_token(cast.PROGRAM, **BY)
    assert _error(program.get(f"{V1}/slots")) == (401, "token_refused")
    assert program_with(new).get(f"{V1}/slots").status_code == 200


def test_a_token_is_over_at_its_events_midnight(program):
    with time_machine.travel(datetime(2026, 6, 14, 16, 0, tzinfo=UTC), tick=False):
        assert _error(program.get(f"{V1}/slots")) == (401, "token_refused")


def test_a_program_whose_events_are_over_is_told_so(app, program):
    with transaction() as session:
        session.execute(update(Grant).where(Grant.device_id == cast.PROGRAM).values(valid_to=cast.NOW))
        session.execute(
            update(Login).where(Login.device_id == cast.PROGRAM).values(expires_at=datetime(2027, 1, 1, tzinfo=UTC))
        )
    assert _error(program.get(f"{V1}/slots")) == (403, "no_event")


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"data": b"{", "content_type": "application/json"}, 400, "bad_request"),
        ({"data": b"\xff", "content_type": "application/json"}, 400, "bad_request"),
        ({"data": b'{"nonce": "nonce-0001", "ticket": "a\\u0000b"}', "content_type": "application/json"}, 400, "bad_request"),
        ({"data": b'{"nonce": "nonce-0001", "ticket": "\\ud800"}', "content_type": "application/json"}, 400, "bad_request"),
        ({"data": b"[" * 100_000, "content_type": "application/json"}, 400, "bad_request"),
        ({"data": b"x" * (9 * 1024 * 1024), "content_type": "application/json"}, 413, "request_entity_too_large"),
        ({"data": {"nonce": "nonce-0001"}}, 415, "unsupported_media_type"),
        ({"json": []}, 422, "shape"),
        ({"json": {"nonce": "nonce-0001"}}, 422, "shape"),
        ({"json": {"nonce": "nonce-0001\n", "ticket": "x"}}, 422, "shape"),
        ({"json": {"nonce": "nonce-0001", "ticket": "x", "at": 1e400}}, 422, "shape"),
        ({"json": {"nonce": "nonce-0001", "ticket": "x", "at": 10**30}}, 422, "shape"),
        ({"json": {"nonce": "nonce-0001", "ticket": "x", "direction": "up"}}, 422, "shape"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_the_one_shape(program, more, status, code):
    assert _error(program.call("POST", f"{SLOT}/scans", **more)) == (status, code)


def test_a_fault_is_named_where_it_lies(program):
    scans = [{"nonce": "nonce-0001", "ticket": "x", "at": 0}, {"nonce": "n", "ticket": "x", "at": 0}]
    answer = program.post(f"{SLOT}/scans/batch", {"sent_at": 0, "scans": scans})
    assert "scans.1.nonce" in answer.get_json()["error"]["sentence"]


@pytest.mark.parametrize(
    ("path", "status"), [("/api/v1/nothing", 404), ("/api/v2/slots", 404), ("/api/v1/slots/x", 404)]
)
def test_unknown_addresses_answer_in_json(program, path, status):
    assert _error(program.get(path)) == (status, "not_found")


def test_a_method_that_is_not_there_says_which_are(program):
    answer = program.call("DELETE", f"{SLOT}/scans")
    assert _error(answer) == (405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]
