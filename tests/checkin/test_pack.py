"""What a phone takes along into a hall without network."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import insert

from tests import cast
from training_app.attendance import leaves
from training_app.checkin.pack import code_hash
from training_app.core.db import db, transaction
from training_app.people.models import Person
from training_app.registration import seats
from training_app.registration.models import Registration

PACK = f"/checkin/{cast.TODAY_SLOT}/pack"


def _raw(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _opened(sealed, token):
    """What the holder of a ticket reads, as the phone does it."""
    signature = _raw(token.rpartition(".")[2])
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"fulei ticket details").derive(signature)
    whole = _raw(sealed)
    return json.loads(AESGCM(key).decrypt(whole[:12], whole[12:], None))


def _fill(first, number):
    """So many people more on the list of the fourth session."""
    people = [
        {"id": n, "name": f"某某{n}", "pinyin": "moumou mm", "link_revision": 0, "unconfirmed": False,
         "created_at": cast.LONG_AGO}
        for n in range(first, first + number)
    ]  # fmt: skip
    with transaction() as session:
        session.execute(insert(Person), people)
        session.execute(
            insert(Registration),
            [
                {"event_id": cast.TODAY_EVENT, "person_id": p["id"], "state": "confirmed", "source": "organiser",
                 "as_whom": "trainee", "division_code": cast.KAIYUAN_COMMUNITY, "ticket_code": f"CODE{p['id']:06}",
                 "ticket_revision": 0, "created_at": cast.LONG_AGO}
                for p in people
            ],
        )  # fmt: skip


def test_a_ticket_opens_its_own_holders_details_and_nobody_elses(client_as, ticket_of):
    chen, token = ticket_of("chen")
    lin, other = ticket_of("lin")
    sealed = {row[0]: row[5] for row in client_as("volunteer").get(PACK).get_json()["tickets"]}
    assert _opened(sealed[chen.id], token) == {
        "name": "陈丽华",
        "community": "开元社区",
        "subdistrict": "开元街道",
        "mark": "trainee",
    }
    assert _opened(sealed[lin.id], other)["name"] == "林晓燕"
    with pytest.raises(InvalidTag):
        _opened(sealed[chen.id], other)


def test_details_that_changed_are_never_sealed_with_the_same_nonce(client_as, ticket_of):
    chen, token = ticket_of("chen")
    volunteer = client_as("volunteer")
    before = volunteer.get(PACK).get_json()["tickets"][0][5]
    assert volunteer.get(PACK).get_json()["tickets"][0][5] == before
    with transaction() as session:
        session.get(Person, chen.person_id).name = "陈丽花"
    after = volunteer.get(PACK).get_json()["tickets"][0][5]
    assert _opened(after, token)["name"] == "陈丽花"
    assert _raw(after)[:12] != _raw(before)[:12]


def test_revision_state_and_typed_characters_travel_without_a_name_or_a_phone_number(client_as, ticket_of):
    chen, _token = ticket_of("chen")
    lin, _other = ticket_of("lin")
    seats.cancel(lin.id, actor_id=2, now=cast.NOW)
    body = client_as("volunteer").get(PACK).get_json()
    rows = {row[0]: row[1:5] for row in body["tickets"]}
    assert rows[chen.id] == [0, "c", "trainee", code_hash(cast.TODAY_EVENT, chen.ticket_code)]
    assert rows[lin.id][:2] == [db.session.get(Registration, lin.id).ticket_revision, "x"]
    assert "1380000" not in json.dumps(body)
    assert "陈丽华" not in json.dumps(body["tickets"], ensure_ascii=False)
    assert [name[:2] for name in body["names"]] == [[chen.id, "陈丽华"], [lin.id, "林晓燕"]]


def test_the_pack_says_when_it_must_be_gone(client_as, ticket_of):
    ticket_of("chen")
    body = client_as("volunteer").get(PACK).get_json()
    assert body["expires_at"] == body["slot"]["ends_at"] + 12 * 3600 * 1000
    assert body["server_time"] == int(cast.NOW.timestamp() * 1000)


def test_an_arrival_is_news_but_the_list_is_not_sent_again(client_as, ticket_of):
    chen, token = ticket_of("chen")
    volunteer = client_as("volunteer")
    first = volunteer.get(PACK)
    tag, roster = {"If-None-Match": first.headers["ETag"]}, first.get_json()["roster"]
    assert volunteer.get(PACK, headers=tag).status_code == 304
    volunteer.post(
        f"/checkin/{cast.TODAY_SLOT}/scan", data={"nonce": "nonce-0001", "ticket": token, "source": "camera"}
    )
    news = volunteer.get(f"{PACK}?have={roster}", headers=tag)
    assert news.status_code == 200
    assert (news.get_json()["arrived"], news.get_json()["tickets"], news.get_json()["names"]) == ([chen.id], None, None)
    ticket_of("lin")
    assert len(volunteer.get(f"{PACK}?have={roster}").get_json()["tickets"]) == 2


def test_the_pack_costs_the_same_at_ten_and_at_a_thousand(client_as, count_statements):
    volunteer = client_as("volunteer")
    _fill(1000, 10)
    volunteer.get(PACK)
    few = count_statements(lambda: volunteer.get(PACK))
    _fill(2000, 1000)
    assert count_statements(lambda: volunteer.get(PACK)) == few == 5


def test_the_page_that_a_phone_keeps_names_nobody(client_as, ticket_of):
    _chen, token = ticket_of("chen")
    volunteer = client_as("volunteer")
    volunteer.post(
        f"/checkin/{cast.TODAY_SLOT}/scan", data={"nonce": "nonce-0001", "ticket": token, "source": "camera"}
    )
    assert "陈丽华" in volunteer.get(f"/checkin/{cast.TODAY_SLOT}").get_data(as_text=True)
    kept = volunteer.get(f"/checkin/{cast.TODAY_SLOT}?kept=1").get_data(as_text=True)
    assert 'id="kept-board"' in kept and "陈丽华" not in kept


def test_the_worker_keeps_every_file_by_its_content(app, client_as):
    answer = client_as("visitor").get("/checkin/worker.js")
    assert answer.mimetype == "text/javascript" and answer.headers["Cache-Control"] == "no-cache"
    assert "door-decide.js?v=" in answer.get_data(as_text=True)


def test_the_installed_door_opens_at_the_slot_that_is_open(client_as):
    manifest = client_as("visitor").get("/checkin/door.webmanifest").get_json(force=True)
    assert (manifest["start_url"], manifest["scope"]) == ("/checkin/open", "/checkin/")
    assert client_as("volunteer").get("/checkin/open").location == f"/checkin/{cast.TODAY_SLOT}"


def test_a_scan_by_upload_costs_no_more_than_one_that_is_sent_at_once(client_as, ticket_of, count_statements):
    _chen, token = ticket_of("chen")
    volunteer = client_as("volunteer")
    now = int(cast.NOW.timestamp() * 1000)
    scan = {"nonce": "nonce-0001", "ticket": token, "source": "camera", "direction": "in", "at": now, "said": "ok"}
    body = {"sent_at": now, "queued": 1, "scans": [scan]}
    sent = []
    spent = count_statements(lambda: sent.append(volunteer.post(f"/checkin/{cast.TODAY_SLOT}/scans", json=body)))
    assert spent == 5
    answer = sent[0].get_json()["answers"][0]
    assert (answer["nonce"], answer["code"], answer["name"]) == ("nonce-0001", "ok", "陈丽华")


def test_what_cannot_be_read_is_said_beside_its_nonce(client_as, ticket_of):
    now = int(cast.NOW.timestamp() * 1000)
    body = {"sent_at": now, "scans": [{"nonce": "nonce-0001", "source": "elsewhere", "at": now, "ticket": "x"}]}
    reply = client_as("volunteer").post(f"/checkin/{cast.TODAY_SLOT}/scans", json=body)
    assert reply.status_code == 200
    assert reply.get_json()["answers"][0]["error"]["code"] == "shape"


def test_who_has_leave_is_told_apart_so_that_nobody_calls_them_missing(client_as, ticket_of):
    ticket_of("chen")
    lin = ticket_of("lin")[0]
    before = client_as("volunteer").get(PACK).get_json()
    assert before["excused"] == []
    leaves.decide_leave(cast.TODAY_SLOT, cast.CAST["lin"].id, granted=True, reason="家里有事", actor_id=2, now=cast.NOW)
    news = client_as("volunteer").get(f"{PACK}?have={before['roster']}").get_json()
    assert (news["excused"], news["arrived"], news["tickets"]) == ([lin.id], [], None)
    assert news["tag"] != before["tag"]
