"""Tickets: issued once, read back, and every wrong one refused with its own code."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import qrcode
from sqlalchemy import func, select, update

from tests import cast
from tests.registration.people import AHEAD, CHEN, LIN, WHO, register
from training_app.core.db import db, transaction
from training_app.registration import seats, tickets
from training_app.registration.models import EventKey, Registration
from training_app.registration.words import TICKETS

BASE = "https://training.licheng-minzheng.gov.cn"


def test_a_ticket_is_read_back_by_its_token_or_its_address(app):
    row = register(CHEN)
    token = tickets.token_of(row)
    for scanned in (token, f"{BASE}/t/{token}", f" {BASE}/t/{token}/?from=wechat ", token + "#x"):
        assert tickets.read(scanned, event_id=AHEAD) == tickets.TicketRead(row.id, AHEAD, "ok")
    assert tickets.token_of(row) == token


def test_the_address_fits_a_code_that_any_camera_reads(app):
    with transaction() as session:
        session.execute(update(Registration).values(ticket_revision=99))
    row = Registration(id=9_999_999, event_id=AHEAD, ticket_revision=99)
    # As long as ids of a nation: six digits of events.
    token = tickets.token_of(row).replace(f"1.{AHEAD}.", "1.123456.")
    address = f"{BASE}/t/{token}"
    assert 38 <= len(BASE) <= 42 and len(address.encode()) <= 152
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(address)
    code.make(fit=True)
    assert code.version <= 8


def _wrong(token):
    head, _, signature = token.rpartition(".")
    version, event, registration, revision = head.split(".")
    swapped = "B" if signature[0] == "A" else "A"
    return {
        "changed signature": (f"{head}.{swapped}{signature[1:]}", "forged"),
        "another registration": (f"{version}.{event}.{int(registration) + 1}.{revision}.{signature}", "forged"),
        "another revision": (f"{version}.{event}.{registration}.{int(revision) + 1}.{signature}", "forged"),
        "an event without tickets": (f"{version}.999.{registration}.{revision}.{signature}", "unknown"),
        "a number beyond all": (f"{version}.{event}.999999999.{revision}.{signature}", "forged"),
        "a number beyond any": (f"{version}.{event}.9999999999.{revision}.{signature}", "not_a_ticket"),
        "longer signature": (token + "A", "forged"),
        "half": (token[:60], "truncated"),
        "one missing": (token[:-1], "truncated"),
        "head only": (f"{version}.{event}", "truncated"),
        "empty": ("", "not_a_ticket"),
        "a name": ("陈丽华", "not_a_ticket"),
        "other version": ("2" + token[1:], "not_a_ticket"),
        "another site": ("https://example.com/", "not_a_ticket"),
        "full-width digits": (token.replace("1.", "１.", 1), "not_a_ticket"),
        "four kilobytes": ("1." * 2048, "too_long"),
    }


def test_every_wrong_ticket_has_its_own_code_and_a_sentence(app):
    token = tickets.token_of(register(CHEN))
    for name, (wrong, code) in _wrong(token).items():
        answer = tickets.read(wrong)
        assert (answer.code, answer.registration_id) == (code, None), name
        assert str(TICKETS[answer.code])


def test_the_idle_bits_of_a_signature_are_part_of_it(app):
    token = tickets.token_of(register(CHEN))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]
    assert tickets.read(twin).code == "forged"


def test_another_events_ticket_is_told_apart(app):
    row = register(CHEN, event_id=6)
    answer = tickets.read(tickets.token_of(row), event_id=AHEAD)
    assert answer == tickets.TicketRead(row.id, 6, "other_event")


def test_a_cancelled_ticket_is_revoked_and_coming_back_brings_a_new_one(app):
    row = register(CHEN)
    first, code = tickets.token_of(row), row.ticket_code
    seats.cancel(row.id, **WHO)
    assert tickets.read(first) == tickets.TicketRead(row.id, AHEAD, "revoked")
    again = register(CHEN)
    assert again.id == row.id and again.ticket_code != code
    assert tickets.read(first).code == "revoked"
    assert tickets.read(tickets.token_of(again)).code == "ok"


def test_the_typed_code_has_ten_characters_that_nobody_mistakes(app):
    codes = {tickets.new_code() for _ in range(500)}
    assert len(codes) == 500 and all(len(c) == 10 and not set(c) & set("0O1IL") for c in codes)
    assert tickets.grouped("7F3K9Q2MXD") == "7F3K 9Q2M XD"


def test_reading_a_ticket_takes_one_statement_and_refusing_nonsense_none(app, count_statements):
    token = tickets.token_of(register(LIN))
    assert count_statements(lambda: tickets.read(token)) == 1
    assert count_statements(lambda: tickets.read("x" * 4096)) == 0


def test_many_ask_for_the_key_and_there_is_one(app):
    gate = Barrier(8)

    def ask(_n):
        with app.app_context():
            gate.wait()
            found = tickets.key_of(cast.TODAY_EVENT).public_key
            db.session.remove()
            return found

    with ThreadPoolExecutor(8) as askers:
        assert len(set(askers.map(ask, range(8)))) == 1
    assert db.session.scalar(select(func.count()).select_from(EventKey)) == 1


@pytest.mark.parametrize("text", ["7f3k-9q2m xd", "7F3K 9Q2M XD"])
def test_a_typed_code_is_no_token(app, text):
    assert tickets.read(text).code == "not_a_ticket"
