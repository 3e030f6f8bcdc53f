"""Two phones photograph one code."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from tests import cast
from training_app.checkin import devices, enrolling
from training_app.core.db import db
from training_app.core.errors import Refusal
from training_app.people.models import Grant, Login


def _at_once(app, number, act):
    gate = Barrier(number)

    def one(n):
        with app.app_context():
            gate.wait()
            try:
                return act(n)
            except Refusal as refused:
                return refused.code
            finally:
                db.session.remove()

    with ThreadPoolExecutor(number) as phones:
        return list(phones.map(one, range(number)))


def test_of_eight_phones_with_one_code_one_becomes_the_scanner(app):
    device_id = devices.make("scanner", "门口", [cast.TODAY_EVENT], actor_id=2, now=cast.NOW).id
    code = enrolling.new_code(device_id, actor_id=2, now=cast.NOW)
    answers = _at_once(app, 8, lambda n: enrolling.enrol(code, agent=f"phone {n}", now=cast.NOW) and "in")
    assert sorted(answers) == ["code_used"] * 7 + ["in"]
    assert len(db.session.scalars(select(Login).where(Login.device_id == device_id)).all()) == 1


def test_events_set_twice_at_once_are_granted_once(app):
    _at_once(app, 4, lambda _n: devices.change(cast.SCANNER, "门口二号机", [4, 5], actor_id=2, now=cast.NOW))
    held = db.session.scalars(
        select(Grant.event_id).where(Grant.device_id == cast.SCANNER, Grant.valid_to > cast.NOW)
    ).all()
    assert sorted(held) == [4, 5]


def test_a_revocation_beats_the_phone_that_enrols_at_the_same_moment(app):
    device_id = devices.make("scanner", "门口", [cast.TODAY_EVENT], actor_id=2, now=cast.NOW).id
    code = enrolling.new_code(device_id, actor_id=2, now=cast.NOW)

    def act(n):
        if n == 0:
            return devices.revoke(device_id, actor_id=2, now=cast.NOW)
        return enrolling.enrol(code, agent="", now=cast.NOW) and "in"

    _at_once(app, 3, act)
    live = select(Login).where(Login.device_id == device_id, Login.revoked_at.is_(None))
    assert db.session.scalars(live).all() == []
