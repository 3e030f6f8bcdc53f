"""A third party's scanner does, through the API, what ours does."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from tests import cast
from tests.api.conftest import SLOT, V1
from training_app.attendance.models import Attendance, Scan
from training_app.core.db import db
from training_app.people.models import Device

NOW_MS = int(cast.NOW.timestamp() * 1000)


def _rows(model):
    return db.session.scalars(select(model).order_by(model.id)).all()


def test_it_learns_whose_token_it_has_and_which_slots_it_may_keep(program):
    me = program.get(f"{V1}/me").get_json()
    assert (me["name"], me["scopes"], me["server_time"]) == ("街道签到系统", cast.SCOPES, NOW_MS)
    assert [event["id"] for event in me["events"]] == [cast.TODAY_EVENT]
    listed = program.get(f"{V1}/slots").get_json()
    assert [(slot["id"], slot["stage"]) for slot in listed["slots"]] == [(cast.TODAY_SLOT, "open")]
    assert (listed["page"], listed["pages"], listed["total"]) == (1, 1, 1)


def test_the_slots_key_proves_its_tickets_without_network(program, ticket_of):
    _registration, token = ticket_of("chen")
    key = program.get(SLOT).get_json()["public_key"]
    text, _dot, signature = token.rpartition(".")
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key + "=="))
    public.verify(base64.urlsafe_b64decode(signature + "=="), text.encode())


def test_a_scan_is_answered_recorded_and_counted(program, ticket_of):
    registration, token = ticket_of("chen")
    answer = program.scan(ticket=token)
    assert (answer["outcome"], answer["code"], answer["name"]) == ("accepted", "ok", "陈丽华")
    assert (answer["community"], answer["subdistrict"], answer["at"]) == (
        "开元社区", "开元街道", "2026-06-14T00:40:00+00:00",
    )  # fmt: skip
    (scan,) = _rows(Scan)
    assert (scan.source, scan.device_id, scan.login_id, scan.actor_id) == ("api", cast.PROGRAM, cast.PROGRAM, None)
    assert (scan.registration_id, scan.device_time) == (registration.id, None)
    board = program.get(f"{SLOT}/board").get_json()
    assert (board["tally"]["here"], board["tally"]["expected"], board["missing"]) == (1, 1, [])
    assert [one["name"] for one in board["arrivals"]] == ["陈丽华"]


def test_the_same_nonce_gets_the_first_answer_again(program, ticket_of):
    _registration, token = ticket_of("chen")
    first = program.scan(ticket=token)
    assert program.scan(ticket=token) == first
    assert program.scan("nonce-0002", ticket=token)["code"] == "duplicate"
    assert len(_rows(Scan)) == 2 and len(_rows(Attendance)) == 1


def test_a_nonce_that_was_used_for_someone_else_is_a_conflict(program, ticket_of):
    _chen, first = ticket_of("chen")
    _lin, second = ticket_of("lin")
    program.scan(ticket=first)
    answer = program.post(f"{SLOT}/scans", {"nonce": "nonce-0001", "ticket": second})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "nonce_used")


def test_it_checks_out_and_takes_back(program, ticket_of):
    _registration, token = ticket_of("chen")
    codes = [
        program.scan(f"nonce-000{n}", ticket=token, direction=direction)["code"]
        for n, direction in enumerate(("in", "out", "undo"))
    ]
    assert codes == ["ok", "out", "undo"]


def test_ten_typed_characters_and_a_person_of_the_list_do_as_well(program, ticket_of):
    chen, _token = ticket_of("chen")
    ticket_of("lin")
    typed = f"{chen.ticket_code[:4].lower()} {chen.ticket_code[4:]}"
    assert program.scan(ticket=typed)["name"] == "陈丽华"
    (found,) = program.get(f"{SLOT}/people?q=林晓燕").get_json()["people"]
    assert (found["name"], found["status"]) == ("林晓燕", None)
    assert program.scan("nonce-0002", registration=found["registration"])["name"] == "林晓燕"
    assert "138" not in program.get(f"{SLOT}/people?q=0008").get_data(as_text=True)


def test_scans_kept_without_network_count_when_they_were_made_whatever_the_clock(program, ticket_of):
    """The program's clock is ten minutes fast; it scanned at 08:20 and comes back at 08:40."""
    _registration, token = ticket_of("chen")
    fast = 600_000
    made_at = NOW_MS - 20 * 60_000 + fast
    body = {
        "sent_at": NOW_MS + fast,
        "queued": 2,
        "scans": [
            {"nonce": "nonce-0002", "ticket": token, "at": made_at + 60_000, "said": "ok"},
            {"nonce": "nonce-0001", "ticket": token, "at": made_at, "said": "ok"},
        ],
    }
    first = program.post(f"{SLOT}/scans/batch", body).get_json()
    assert [one["error"] for one in first["answers"]] == [None, None]
    again = program.post(f"{SLOT}/scans/batch", body).get_json()

    def said(answers):
        return [(one["nonce"], one["answer"]["code"], one["answer"]["at"]) for one in answers["answers"]]

    assert said(again) == said(first)
    (attendance,) = _rows(Attendance)
    assert attendance.arrived_at == cast.NOW - timedelta(minutes=20)
    assert [(s.clock_offset_ms, s.said) for s in _rows(Scan)] == [(-fast, "ok")] * 2
    device = db.session.get(Device, cast.PROGRAM)
    assert (device.queued, device.last_sync_at, device.clock_offset_ms) == (0, cast.NOW, -fast)


def test_one_scan_of_a_batch_that_is_faulty_leaves_the_others(program, ticket_of):
    _chen, first = ticket_of("chen")
    _lin, second = ticket_of("lin")
    scans = [
        {"nonce": "nonce-0001", "ticket": first, "at": NOW_MS},
        {"nonce": "nonce-0001", "ticket": second, "at": NOW_MS},
        {"nonce": "nonce-0002", "ticket": second, "at": NOW_MS},
    ]
    answers = program.post(f"{SLOT}/scans/batch", {"sent_at": NOW_MS, "scans": scans}).get_json()["answers"]
    assert [one["error"] and one["error"]["code"] for one in answers] == [None, "nonce_used", None]
    assert len(_rows(Attendance)) == 2


def test_a_hundred_scans_are_one_batch_and_one_more_is_too_many(program):
    scans = [{"nonce": f"nonce-{n:04}", "ticket": "nonsense", "at": NOW_MS} for n in range(101)]
    assert program.post(f"{SLOT}/scans/batch", {"sent_at": NOW_MS, "scans": scans}).status_code == 422
    answer = program.post(f"{SLOT}/scans/batch", {"sent_at": NOW_MS, "scans": scans[:100]})
    assert {one["answer"]["code"] for one in answer.get_json()["answers"]} == {"not_a_ticket"}


def test_a_single_late_scan_counts_when_it_was_made(program, ticket_of):
    _registration, token = ticket_of("chen")
    answer = program.scan(ticket=token, at=NOW_MS - 60_000, sent_at=NOW_MS)
    assert answer["at"] == "2026-06-14T00:39:00+00:00"


@pytest.mark.parametrize("sent_at", [0, 4_102_444_800_000])
def test_a_clock_that_is_decades_wrong_loses_nothing(program, ticket_of, sent_at):
    _registration, token = ticket_of("chen")
    at = sent_at and sent_at - 1000
    answer = program.post(
        f"{SLOT}/scans/batch", {"sent_at": sent_at, "scans": [{"nonce": "nonce-0001", "ticket": token, "at": at}]}
    ).get_json()["answers"][0]["answer"]
    assert (answer["code"], answer["at"][:16]) == ("ok", "2026-06-14T00:40" if not at else "2026-06-14T00:39")


def test_someone_on_no_list_is_registered_and_checked_in_once(program):
    body = {"nonce": "nonce-0001", "name": "来人甲", "phone": "137 0000 0001", "division": cast.MEISHAN}
    first = program.post(f"{SLOT}/walk-ins", body).get_json()
    assert (first["code"], first["name"], first["as_whom"]) == ("ok", "来人甲", "walk_in")
    assert program.post(f"{SLOT}/walk-ins", body).get_json() == first
    (scan,) = _rows(Scan)
    assert (scan.source, scan.device_id) == ("walk_in", cast.PROGRAM)


def test_a_guest_needs_no_number_and_whoever_is_trained_does(program):
    body = {"nonce": "nonce-0001", "name": "来人甲"}
    refused = program.post(f"{SLOT}/walk-ins", body)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (422, "shape")
    guest = program.post(f"{SLOT}/walk-ins", body | {"as_whom": "guest"}).get_json()
    assert (guest["code"], guest["as_whom"]) == ("ok", "guest")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"phone": "12345"}, "phone_invalid"),
        ({"name": "7"}, "name_missing"),
        ({"division": "999999999"}, "division_unknown"),
        ({"nonce": "short"}, "shape"),
        ({"extra": 1}, "shape"),
    ],
)
def test_a_walk_in_that_cannot_be_used_changes_nothing(program, change, code):
    body = {"nonce": "nonce-0001", "name": "来人甲", "phone": "13700000001"} | change
    answer = program.post(f"{SLOT}/walk-ins", body)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (422, code)
    assert _rows(Scan) == []


def test_it_offers_the_areas_communities(program):
    top = program.get(f"{SLOT}/divisions").get_json()["divisions"]
    assert cast.KAIYUAN in [one["code"] for one in top]
    inside = program.get(f"{SLOT}/divisions?under={cast.KAIYUAN}").get_json()["divisions"]
    assert cast.MEISHAN in [one["code"] for one in inside]
    assert program.get(f"{SLOT}/divisions?under=350503").get_json()["divisions"] == []


def test_pack_and_board_say_304_while_nothing_has_changed(program, ticket_of):
    _registration, token = ticket_of("chen")
    for path in (f"{SLOT}/pack", f"{SLOT}/board"):
        tag = program.get(path).headers["ETag"]
        again = program.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
    pack = program.get(f"{SLOT}/pack").get_json()
    assert [row[:4] for row in pack["tickets"]] == [[1, 0, "c", "trainee"]] and pack["arrived"] == []
    assert program.get(f"{SLOT}/pack?have={pack['roster']}").get_json()["tickets"] is None
    program.scan(ticket=token)
    assert program.get(path, headers={"If-None-Match": tag}).status_code == 200
    assert program.get(f"{SLOT}/pack").get_json()["arrived"] == [1]


def test_a_heartbeat_says_what_it_holds_and_learns_how_wrong_its_clock_is(program):
    pulse = program.post(f"{V1}/heartbeat", {"sent_at": NOW_MS - 90_000, "queued": 3}).get_json()
    assert pulse == {"server_time": NOW_MS, "clock_offset_ms": 90_000}
    device = db.session.get(Device, cast.PROGRAM)
    assert (device.queued, device.clock_offset_ms, device.last_seen_at, device.last_sync_at) == (
        3, 90_000, cast.NOW, None,
    )  # fmt: skip


def test_any_request_is_a_sign_of_life(program):
    program.get(f"{V1}/slots")
    assert db.session.get(Device, cast.PROGRAM).last_seen_at == cast.NOW
