"""The venue's code: what it buys, how long, and for how many."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.checkin import venue, walkins
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.people import names
from training_app.people.models import Person
from training_app.registration.models import Registration

SLOT, NOW = cast.TODAY_SLOT, cast.NOW


def _pass(now=NOW):
    return venue.make_pass(SLOT, now)


def _enter(token, registration, now=NOW):
    return venue.enter(SLOT, token, registration_id=registration.id, login_id=7, actor_id=7, now=now)


def _walk_in(token, name="刘新来", phone="13700000001", now=NOW, division=cast.MEISHAN):
    return walkins.by_pass(SLOT, token, name=name, phone=phone, division_code=division, login_id=None, now=now)


def test_a_code_is_good_for_this_half_minute_and_the_one_before(app):
    code = venue.shown(SLOT, NOW).code
    verdicts = [venue.judge(SLOT, code, NOW + timedelta(seconds=s)) for s in (0, 30, 61, 3600)]
    assert verdicts == ["ok", "ok", "old", "old"]
    assert venue.judge(SLOT, "0123456789abcdef", NOW) == "forged"
    assert venue.judge(5, code, NOW) == "forged"
    assert venue.judge(99, code, NOW) == "forged"


def test_the_next_code_is_shown_ahead_so_that_a_short_loss_of_network_does_no_harm(app):
    ahead = venue.shown(SLOT, NOW, ahead=1)
    assert ahead.code == venue.shown(SLOT, NOW + timedelta(seconds=30)).code
    assert venue.judge(SLOT, ahead.code, NOW) == "forged"


def test_the_secret_is_made_once_and_is_each_slots_own(app):
    assert venue.key_of(SLOT, NOW) == venue.key_of(SLOT, NOW)
    assert venue.key_of(SLOT, NOW) != venue.key_of(5, NOW)


def test_six_digits_find_the_slot_while_it_is_open(app):
    digits = venue.shown(SLOT, NOW).digits
    assert venue.slot_of_digits(f" {digits[:3]} {digits[3:]}", NOW) == SLOT
    for wrong, when in ((digits, NOW + timedelta(seconds=61)), ("", NOW), ("12345", NOW)):
        with pytest.raises(Invalid) as refused:
            venue.slot_of_digits(wrong, when)
        assert "digits" in refused.value.fields


def test_a_pass_lets_a_slow_typist_in_after_the_code_has_changed(ticket_of):
    registration, _token = ticket_of("chen")
    token = _pass()
    assert _enter(token, registration, NOW + timedelta(minutes=9)).outcome == "accepted"
    assert db.session.scalars(select(Scan.source)).one() == "venue_code"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: venue.make_pass(SLOT, NOW - timedelta(minutes=11)), "pass_over"),
        (lambda: venue.make_pass(5, NOW), "no_pass"),
        (lambda: _pass()[:-2] + "xx", "no_pass"),
        (lambda: None, "no_pass"),
    ],
)
def test_a_pass_that_is_old_foreign_or_forged_lets_nobody_in(ticket_of, make, code):
    registration, _token = ticket_of("chen")
    with pytest.raises(Refusal) as refused:
        _enter(make(), registration)
    assert refused.value.code == code
    assert db.session.scalars(select(Attendance)).all() == []


def test_a_pass_is_for_one_person(ticket_of):
    chen, _token = ticket_of("chen")
    lin, _token = ticket_of("lin")
    token = _pass()
    assert _enter(token, chen).code == "ok"
    assert _enter(token, chen).code == "ok"
    with pytest.raises(Refusal) as refused:
        _enter(token, lin)
    assert refused.value.code == "pass_spent"
    with pytest.raises(Refusal) as refused:
        _walk_in(token)
    assert refused.value.code == "pass_spent"
    assert db.session.scalars(select(Attendance.person_id)).all() == [cast.CAST["chen"].id]


def test_a_refusal_does_not_spend_the_pass(ticket_of):
    registration, _token = ticket_of("chen")
    early = NOW - timedelta(minutes=45)
    token = _pass(early)
    assert _enter(token, registration, early).code == "too_early"
    assert _enter(token, registration, early + timedelta(minutes=6)).code == "ok"
    assert db.session.scalars(select(Scan.outcome).order_by(Scan.id)).all() == ["refused", "accepted"]


def test_the_ten_characters_of_a_ticket_say_who_one_is(ticket_of):
    registration, _token = ticket_of("chen")
    wrong = venue.enter(SLOT, _pass(), ticket_code="ZZZZZZZZZZ", login_id=None, actor_id=None, now=NOW)
    right = venue.enter(SLOT, _pass(), ticket_code=registration.ticket_code, login_id=None, actor_id=None, now=NOW)
    assert (wrong.code, right.code, right.name) == ("unknown", "ok", "陈丽华")


def test_a_walk_in_is_registered_and_in_at_once_marked(app):
    answer = _walk_in(_pass())
    assert (answer.code, answer.name, answer.as_whom) == ("ok", "刘新来", "walk_in")
    person = db.session.scalars(select(Person).where(Person.name == "刘新来")).one()
    assert (person.unconfirmed, person.phone) == (True, "+8613700000001")
    registration = db.session.scalars(select(Registration)).one()
    assert (registration.as_whom, registration.source) == ("walk_in", "door")


def test_a_walk_in_who_taps_twice_is_one_person(app):
    token = _pass()
    first, again = _walk_in(token), _walk_in(token, now=NOW + timedelta(minutes=1))
    assert (first.code, again.code, again.time) == ("ok", "ok", first.time)
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 1
    with pytest.raises(Refusal) as refused:
        _walk_in(token, name="另一人", phone="13700000002")
    assert refused.value.code == "pass_spent"


def test_a_walk_in_comes_again_in_the_afternoon_as_the_same_person(app):
    _walk_in(_pass())
    _walk_in(_pass())
    assert db.session.scalar(select(func.count()).where(Person.name == "刘新来")) == 1


@pytest.mark.parametrize("name", ["陈丽华", "冒名者"])
def test_the_number_of_someone_known_reveals_nobody_and_checks_nobody_else_in(ticket_of, name):
    """Whether or not the name fits the number, the answer and what is written are the same."""
    chen, _token = ticket_of("chen")
    answer = _walk_in(_pass(), name=name, phone=cast.CAST["chen"].phone, division=cast.KAIYUAN_COMMUNITY)
    assert (answer.code, answer.name, answer.as_whom) == ("ok", name, "walk_in")
    came = db.session.scalars(select(Attendance)).one()
    assert came.person_id != chen.person_id
    person = db.session.get(Person, came.person_id)
    assert (person.unconfirmed, person.phone, person.name) == (True, None, name)
    assert db.session.get(Person, chen.person_id).phone == cast.CAST["chen"].phone


@pytest.mark.parametrize(
    ("typed", "field"), [({"name": "  "}, "name"), ({"phone": "123"}, "phone"), ({"division": "999"}, "division")]
)
def test_what_a_walk_in_mistypes_is_said_beside_the_field_and_leaves_nothing(app, typed, field):
    before = db.session.scalar(select(func.count()).select_from(Person))
    with pytest.raises(Invalid) as refused:
        _walk_in(_pass(), **typed)
    assert field in refused.value.fields
    assert db.session.scalar(select(func.count()).select_from(Person)) == before


def test_a_remembered_person_on_no_list_is_registered_by_one_tap(app):
    zhang = cast.CAST["zhang"].id
    answer = walkins.known_person(SLOT, _pass(), zhang, login_id=9, now=NOW)
    assert (answer.code, answer.name, answer.as_whom) == ("ok", "张淑英", "walk_in")


def test_a_volunteer_registers_a_walk_in_once_however_often_it_is_sent(app):
    how = {"name": "刘新来", "phone": "13700000001", "division_code": None, "login_id": 100, "actor_id": None}
    first = walkins.at_door(SLOT, nonce="nonce-0001", now=NOW, **how)
    again = walkins.at_door(SLOT, nonce="nonce-0001", now=NOW + timedelta(minutes=1), **how)
    assert (first.code, again.code, again.time) == ("ok", "ok", first.time)
    assert db.session.scalars(select(Scan.source)).all() == ["walk_in"]
    with pytest.raises(NotFound):
        walkins.at_door(99, nonce="nonce-0002", now=NOW, **how)


def test_before_it_opens_a_walk_in_is_told_so(app):
    early = NOW - timedelta(hours=2)
    assert _walk_in(_pass(early), now=early).code == "too_early"


def test_pinyin_of_a_walk_in_is_kept_for_the_search(app):
    _walk_in(_pass())
    with transaction():
        person = db.session.scalars(select(Person).where(Person.name == "刘新来")).one()
    assert person.pinyin == names.pinyin_of("刘新来")
