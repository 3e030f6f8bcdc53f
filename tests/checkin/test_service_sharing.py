"""One phone, one person per slot; whoever follows on it waits for the door's nod."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.checkin import board, nods, rules, sharing, venue, walkins
from training_app.checkin.models import PhonePerson
from training_app.checkin.presented import Presented
from training_app.checkin.service import check_in
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.people.models import Person
from training_app.schedule.models import Event

SLOT, NOW = cast.TODAY_SLOT, cast.NOW
PHONE, OTHER_PHONE = rules.phone_key("one phone's cookie"), rules.phone_key("another phone's cookie")
DOOR = {"login_id": 100, "actor_id": None}


def _enter(registration, phone=PHONE, now=NOW, token=None, source="venue_code"):
    token = token or venue.make_pass(SLOT, now, phone_key=phone, source=source)
    return venue.enter(SLOT, token, registration_id=registration.id, login_id=7, actor_id=7, now=now)


@pytest.fixture
def two(ticket_of):
    """Chen has checked in with the phone; Lin follows on it."""
    chen, lin = ticket_of("chen")[0], ticket_of("lin")[0]
    assert _enter(chen).code == "ok"
    return chen, lin


def _asked():
    return db.session.scalars(select(PhonePerson).where(PhonePerson.state != "first")).one()


def test_a_second_person_on_the_phone_is_refused_and_waits_and_the_fact_is_kept(two):
    _chen, lin = two
    answer = _enter(lin, now=NOW + timedelta(minutes=1))
    assert (answer.outcome, answer.code) == ("refused", "second_person")
    scan = db.session.scalars(select(Scan).where(Scan.person_id == lin.person_id)).one()
    assert (scan.outcome, scan.reason, scan.phone_key, scan.source) == ("refused", "second_person", PHONE, "venue_code")
    (asking,) = sharing.asking(SLOT)
    assert (asking.name, asking.first, asking.asked_at) == ("林晓燕", "陈丽华", NOW + timedelta(minutes=1))
    assert board.tally(SLOT).asked == 1


def test_the_first_person_may_tap_again_and_every_phone_has_its_own_first(two):
    chen, lin = two
    assert _enter(chen).code == "duplicate"
    assert _enter(lin, OTHER_PHONE).code == "ok"
    assert sharing.asking(SLOT) == []


def test_the_next_slot_begins_afresh(two, ticket_of):
    _chen, lin = two
    other = ticket_of("lin", 5)[0]
    now = NOW + timedelta(days=28)
    token = venue.make_pass(5, now, phone_key=PHONE)
    assert venue.enter(5, token, registration_id=other.id, login_id=8, actor_id=8, now=now).code == "ok"
    assert lin.id != other.id


def test_a_refused_first_tap_does_not_take_the_phone(ticket_of):
    chen, lin = ticket_of("chen")[0], ticket_of("lin")[0]
    with transaction() as session:
        session.get(type(chen), chen.id).state = "waiting"
    assert _enter(chen).code == "waiting"
    assert _enter(lin).code == "ok"


def test_a_nod_checks_in_as_of_when_the_person_tapped_once(two):
    _chen, lin = two
    _enter(lin, now=NOW + timedelta(minutes=4))
    later = NOW + timedelta(minutes=20)
    first = nods.decide(SLOT, _asked().id, yes=True, now=later, **DOOR)
    again = nods.decide(SLOT, _asked().id, yes=True, now=later + timedelta(minutes=1), **DOOR)
    assert [(one.code, one.name, one.time) for one in (first, again)] == [
        ("ok", "林晓燕", NOW + timedelta(minutes=4))
    ] * 2
    came = db.session.scalars(select(Attendance).where(Attendance.person_id == lin.person_id)).one()
    assert (came.status, came.arrived_at) == ("present", NOW + timedelta(minutes=4))
    accepted = db.session.scalars(select(Scan).where(Scan.person_id == lin.person_id, Scan.outcome == "accepted")).one()
    assert (accepted.phone_key, accepted.login_id, accepted.received_at) == (PHONE, 100, later)
    shown = nods.answer_of(_asked())
    assert (shown.code, shown.name, shown.community) == ("ok", "林晓燕", "梅山社区居委会")
    assert sharing.asking(SLOT) == [] and board.tally(SLOT).asked == 0


def test_after_the_nod_the_phones_own_tap_changes_nothing(two):
    _chen, lin = two
    _enter(lin)
    nods.decide(SLOT, _asked().id, yes=True, now=NOW, **DOOR)
    assert _enter(lin).code == "duplicate"


def test_a_no_is_kept_said_and_may_be_turned_into_a_nod_but_not_back(two):
    _chen, lin = two
    _enter(lin)
    assert nods.decide(SLOT, _asked().id, yes=False, now=NOW, **DOOR) is None
    assert (_asked().state, _asked().decided_login_id) == ("refused", 100)
    assert nods.answer_of(_asked()) is None
    assert _enter(lin).code == "second_person"
    assert [one.state for one in sharing.asking(SLOT, ("refused",))] == ["refused"]
    assert nods.decide(SLOT, _asked().id, yes=True, now=NOW, **DOOR).code == "ok"
    with pytest.raises(Refusal) as refused:
        nods.decide(SLOT, _asked().id, yes=False, now=NOW, **DOOR)
    assert refused.value.code == "nodded"


def test_a_nod_of_another_door_or_for_the_first_finds_nothing(two):
    _chen, lin = two
    _enter(lin)
    first = db.session.scalars(select(PhonePerson.id).where(PhonePerson.state == "first")).one()
    for slot, number in ((5, _asked().id), (SLOT, first), (SLOT, 999)):
        with pytest.raises(NotFound):
            nods.decide(slot, number, yes=True, now=NOW, **DOOR)


def test_nobody_takes_a_nods_place_by_a_nonce_that_they_guess(two, ticket_of):
    _chen, lin = two
    _enter(lin)
    foreign = ticket_of("zhang", cast.OTHER_EVENT)[0]
    for guess in (f"nod-{_asked().id:08}", f"{_asked().id}-{'A' * 27}"):
        check_in(
            cast.OTHER_SLOT,
            Presented(nonce=guess, source="search", login_id=cast.OTHER_SCANNER),
            registration_id=foreign.id,
            now=NOW,
        )
    assert nods.answer_of(_asked()) is None
    assert nods.decide(SLOT, _asked().id, yes=True, now=NOW, **DOOR).name == "林晓燕"


def test_a_nod_for_an_event_that_is_closed_meanwhile_says_so(two):
    _chen, lin = two
    _enter(lin)
    with transaction() as session:
        session.get(Event, cast.TODAY_EVENT).state = "closed"
    assert nods.decide(SLOT, _asked().id, yes=True, now=NOW, **DOOR).code == "event_closed"
    assert nods.answer_of(_asked()).code == "event_closed"


def test_digits_and_walk_ins_count_like_the_code(two):
    _chen, lin = two
    assert _enter(lin, source="digits").code == "second_person"
    token = venue.make_pass(SLOT, NOW, phone_key=PHONE)
    how = {"division_code": None, "login_id": None, "now": NOW}
    answer = walkins.by_pass(SLOT, token, name="刘新来", phone="13700000001", **how)
    assert answer.code == "second_person"
    assert walkins.known_person(SLOT, token, cast.CAST["zhang"].id, login_id=None, now=NOW).code == "second_person"
    assert [one.name for one in sharing.asking(SLOT)] == ["林晓燕", "刘新来", "张淑英"]
    sources = db.session.scalars(select(PhonePerson.source).order_by(PhonePerson.id)).all()
    assert sources == ["venue_code", "digits", "walk_in", "walk_in"]


def test_the_doors_own_scanner_checks_in_everyone(two):
    _chen, lin = two
    scanned = Presented(nonce="nonce-0001", source="camera", login_id=100)
    assert check_in(SLOT, scanned, registration_id=lin.id, now=NOW).code == "ok"
    # Whoever is in already is told so, on whatever phone.
    assert _enter(lin).code == "duplicate"
    assert sharing.asking(SLOT) == []


def test_a_pass_that_was_refused_for_this_is_not_spent(two):
    _chen, lin = two
    token = venue.make_pass(SLOT, NOW, phone_key=PHONE)
    _enter(lin, token=token)
    assert venue.spent_on(venue.paid(token, SLOT, NOW).nonce) is None


def test_the_list_costs_the_same_statements_for_one_and_for_many(two, count_statements):
    _chen, lin = two
    _enter(lin)
    one = count_statements(lambda: sharing.asking(SLOT))
    for n in range(9):
        walkins.by_pass(
            SLOT,
            venue.make_pass(SLOT, NOW, phone_key=PHONE),
            name=f"来人{'甲乙丙丁戊己庚辛壬'[n]}",
            phone=f"1370000001{n}",
            division_code=None,
            login_id=None,
            now=NOW,
        )
    assert len(sharing.asking(SLOT)) == 10
    assert count_statements(lambda: sharing.asking(SLOT)) == one == 1


def test_a_tap_on_ones_own_phone_costs_two_statements_more_than_a_scan(ticket_of, count_statements):
    chen = ticket_of("chen")[0]
    token = venue.make_pass(SLOT, NOW, phone_key=PHONE)
    # BEGIN, the decision, whose phone it is and its taking, attendance, scan; COMMIT is not counted.
    assert count_statements(lambda: _enter(chen, token=token)) == 6
    assert db.session.scalar(select(func.count()).select_from(PhonePerson)) == 1


def test_a_walk_in_who_waits_and_taps_again_stays_one_person_though_the_number_is_someone_elses(two):
    token = venue.make_pass(SLOT, NOW, phone_key=PHONE)
    known = cast.CAST["zhang"].phone
    how = {"name": "刘新来", "phone": known, "division_code": None, "login_id": None, "now": NOW}
    assert {walkins.by_pass(SLOT, token, **how).code for _ in range(3)} == {"second_person"}
    assert db.session.scalar(select(func.count()).where(Person.name == "刘新来")) == 1
    assert [one.name for one in sharing.asking(SLOT)] == ["刘新来"]
