"""Many devices scan one ticket at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.checkin import nods, rules, venue, walkins
from training_app.checkin.models import PhonePerson
from training_app.checkin.presented import Presented
from training_app.checkin.service import check_in
from training_app.core.db import db, transaction
from training_app.core.errors import Refusal
from training_app.registration import seats
from training_app.registration.models import Registration


def test_eight_devices_and_four_nonces_make_one_attendance_and_four_scans(app):
    with transaction() as session:
        session.add(
            Registration(
                id=1,
                event_id=cast.TODAY_EVENT,
                person_id=cast.CAST["chen"].id,
                state="confirmed",
                source="self",
                as_whom="trainee",
                ticket_code="ABCDE12345",
                created_at=cast.LONG_AGO,
            )
        )
    gate = Barrier(8)

    def scan(n):
        with app.app_context():
            gate.wait()
            answer = check_in(
                cast.TODAY_SLOT,
                Presented(nonce=f"nonce-{n % 4:04}", source="camera"),
                registration_id=1,
                now=cast.NOW,
            )
            db.session.remove()
            return answer.code

    with ThreadPoolExecutor(8) as devices:
        codes = sorted(devices.map(scan, range(8)))
    assert codes == ["duplicate"] * 6 + ["ok"] * 2
    assert len(db.session.scalars(select(Attendance)).all()) == 1
    assert len(db.session.scalars(select(Scan)).all()) == 4


def test_two_phones_with_one_pass_let_one_person_in(app):
    """Two people photograph the same page: the pass is spent on whoever is written first."""
    with transaction():
        ids = [
            seats.register(cast.TODAY_EVENT, cast.CAST[key].id, source="organiser", actor_id=2, now=cast.NOW).id
            for key in ("chen", "lin")
        ]
    token, gate = venue.make_pass(cast.TODAY_SLOT, cast.NOW), Barrier(2)

    def tap(registration_id):
        with app.app_context():
            gate.wait()
            how = {"registration_id": registration_id, "login_id": None, "actor_id": None, "now": cast.NOW}
            try:
                return venue.enter(cast.TODAY_SLOT, token, **how).code
            except Refusal as refused:
                return refused.code
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as phones:
        assert sorted(phones.map(tap, ids)) == ["ok", "pass_spent"]
    assert len(db.session.scalars(select(Attendance)).all()) == 1
    assert len(db.session.scalars(select(Scan)).all()) == 1


def test_walk_ins_with_one_pass_at_once_make_one_person(app):
    token, gate = venue.make_pass(cast.TODAY_SLOT, cast.NOW), Barrier(4)

    def register(n):
        with app.app_context():
            gate.wait()
            how = {"division_code": None, "login_id": None, "now": cast.NOW}
            try:
                return walkins.by_pass(
                    cast.TODAY_SLOT, token, name=f"来人{'甲乙丙丁'[n]}", phone=f"1370000000{n}", **how
                ).code
            except Refusal as refused:
                return refused.code
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as phones:
        codes = sorted(phones.map(register, range(4)))
    assert codes == ["ok", "pass_spent", "pass_spent", "pass_spent"]
    assert len(db.session.scalars(select(Registration)).all()) == 1
    assert len(db.session.scalars(select(Scan)).all()) == 1


def test_two_people_who_tap_on_one_phone_at_once_are_one_in_and_one_who_waits(app):
    with transaction():
        ids = [
            seats.register(cast.TODAY_EVENT, cast.CAST[key].id, source="organiser", actor_id=2, now=cast.NOW).id
            for key in ("chen", "lin", "zhang")
        ]
    gate, phone = Barrier(6), rules.phone_key("the phone that goes round")

    def tap(n):
        with app.app_context():
            token = venue.make_pass(cast.TODAY_SLOT, cast.NOW, phone_key=phone)
            how = {"registration_id": ids[n % 3], "login_id": None, "actor_id": None, "now": cast.NOW}
            gate.wait()
            try:
                return venue.enter(cast.TODAY_SLOT, token, **how).code
            finally:
                db.session.remove()

    with ThreadPoolExecutor(6) as taps:
        codes = sorted(taps.map(tap, range(6)))
    assert codes == ["duplicate", "ok"] + ["second_person"] * 4
    assert len(db.session.scalars(select(Attendance)).all()) == 1
    assert len(db.session.scalars(select(Scan)).all()) == 6
    assert sorted(db.session.scalars(select(PhonePerson.state))) == ["asked", "asked", "first"]


def test_of_two_volunteers_who_nod_at_once_each_gets_the_same_answer_and_one_scan_is_made(app):
    phone = rules.phone_key("the phone that goes round")
    with transaction():
        ids = [
            seats.register(cast.TODAY_EVENT, cast.CAST[key].id, source="organiser", actor_id=2, now=cast.NOW).id
            for key in ("chen", "lin")
        ]
    for one in ids:
        token = venue.make_pass(cast.TODAY_SLOT, cast.NOW, phone_key=phone)
        venue.enter(cast.TODAY_SLOT, token, registration_id=one, login_id=None, actor_id=None, now=cast.NOW)
    asked, gate = db.session.scalars(select(PhonePerson.id).where(PhonePerson.state == "asked")).one(), Barrier(2)

    def nod(login_id):
        with app.app_context():
            gate.wait()
            try:
                how = {"yes": True, "login_id": login_id, "actor_id": None, "now": cast.NOW}
                return nods.decide(cast.TODAY_SLOT, asked, **how).code
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as doors:
        assert list(doors.map(nod, (100, 2))) == ["ok", "ok"]
    assert len(db.session.scalars(select(Scan).where(Scan.outcome == "accepted")).all()) == 2
    assert len(db.session.scalars(select(Attendance)).all()) == 2
