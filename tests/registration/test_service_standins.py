"""Stand-ins and walk-ins: who came is kept under their own name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests import cast
from tests.registration.people import AHEAD, CHEN, LIN, WHO, ZHANG, capacity, register, states, taken
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.people.models import Person
from training_app.registration import seats, standins
from training_app.registration.models import Registration, StandIn
from training_app.registration.walkins import walk_in

MINE = {"actor_id": CHEN, "now": cast.NOW}


def _propose(row, name="庄小明", phone="13900000001", **more):
    return standins.propose(row.id, name=name, phone=phone, **(MINE | more))


def _refused(call, *args, **kwargs):
    with pytest.raises(Refusal) as fault:
        call(*args, **kwargs)
    assert str(fault.value.sentence)
    return fault.value.code


def test_the_stand_in_comes_in_the_directors_seat_under_their_own_name(app):
    capacity(1)
    chen, lin = register(CHEN), register(LIN)
    proposal = _propose(chen)
    made = standins.accept(proposal.id, **WHO)
    assert (made.as_whom, made.stand_in_for_id, made.state) == ("stand_in", CHEN, "confirmed")
    assert made.person.name == "庄小明" and made.division_code == cast.KAIYUAN_COMMUNITY
    assert states()[CHEN] == "cancelled" and lin.state == "waiting" and taken() == 1
    assert standins.accept(proposal.id, **WHO).id == made.id
    seats.cancel(made.id, **WHO)
    assert lin.state == "confirmed" and taken() == 1


def test_one_proposal_is_open_at_a_time(app):
    row = register(CHEN)
    first = _propose(row)
    assert _propose(row, name="庄 小明", phone="139 0000 0001").id == first.id
    assert _refused(_propose, row, name="李四") == "already_proposed"
    standins.withdraw(row.id, **MINE)
    standins.withdraw(row.id, **MINE)
    assert _propose(row, name="李四").id != first.id
    assert _refused(standins.accept, first.id, **WHO) == "decided"
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(StandIn(registration_id=row.id, name="王五", state="proposed", created_at=cast.NOW))


def test_a_refused_proposal_leaves_the_directors_seat(app):
    row = register(CHEN)
    proposal = _propose(row)
    assert standins.refuse(proposal.id, "须本人参训", **WHO).reason == "须本人参训"
    assert standins.refuse(proposal.id, **WHO).state == "refused"
    assert states() == {CHEN: "confirmed"} and _refused(standins.accept, proposal.id, **WHO) == "decided"


def test_only_who_has_a_seat_sends_someone(app):
    capacity(0)
    waiting = register(CHEN)
    assert _refused(_propose, waiting) == "not_confirmed"
    assert _refused(_propose, register(LIN, as_whom="guest")) == "not_confirmed"
    with pytest.raises(NotFound):
        standins.propose(999, name="庄小明", phone=None, **MINE)


def test_nobody_is_sent_to_an_event_that_is_over(app):
    row = register(CHEN)
    assert _refused(_propose, row, now=cast.NOW + timedelta(days=40)) == "over"


def test_a_cancelled_director_sends_nobody_any_more(app):
    row = register(CHEN)
    proposal = _propose(row)
    seats.cancel(row.id, **WHO)
    assert _refused(standins.accept, proposal.id, **WHO) == "not_confirmed"
    assert states() == {CHEN: "cancelled"} and taken() == 0


def test_who_comes_anyway_stands_in_for_nobody(app):
    row = register(CHEN)
    register(LIN)
    proposal = _propose(row, name="林晓燕", phone="13800000008")
    assert _refused(standins.accept, proposal.id, **WHO) == "already_coming"
    assert states() == {CHEN: "confirmed", LIN: "confirmed"}


def test_a_number_of_someone_else_is_said_when_it_is_accepted_and_nothing_happens(app):
    row = register(CHEN)
    proposal = _propose(row, name="张三", phone="13800000009")
    with pytest.raises(Invalid) as fault:
        standins.accept(proposal.id, **WHO)
    assert fault.value.code == "name_differs" and states() == {CHEN: "confirmed"}
    assert db.session.get(StandIn, proposal.id).state == "proposed"


@pytest.mark.parametrize(("name", "phone", "code"), [("", None, "name_missing"), ("李四", "123", "phone_invalid")])
def test_a_proposal_needs_a_name_and_a_whole_number(app, name, phone, code):
    with pytest.raises(Invalid) as fault:
        _propose(register(CHEN), name=name, phone=phone)
    assert fault.value.code == code


def _walk_in(name="周小红", phone="13900000002", event_id=cast.TODAY_EVENT, **more):
    return walk_in(event_id, name=name, phone=phone, **({"division_code": cast.MEISHAN} | WHO | more))


def test_a_walk_in_is_registered_at_the_door_and_takes_no_seat(app):
    capacity(0, cast.TODAY_EVENT)
    row = _walk_in()
    assert (row.state, row.source, row.as_whom) == ("confirmed", "door", "walk_in")
    assert row.division_code == cast.MEISHAN and row.person.unconfirmed and taken(cast.TODAY_EVENT) == 0
    assert _walk_in().id == row.id


def test_a_walk_in_who_is_registered_already_gets_that_registration(app):
    row = register(CHEN, event_id=cast.TODAY_EVENT)
    assert _walk_in("陈丽华", "13800000007").id == row.id and row.as_whom == "trainee"


def test_the_door_is_no_way_around_the_line(app):
    capacity(0, cast.TODAY_EVENT)
    row = register(CHEN, event_id=cast.TODAY_EVENT)
    assert _refused(_walk_in, "陈丽华", "13800000007") == "waiting"
    assert row.state == "waiting"


def test_a_name_alone_is_nobody_known(app):
    row = _walk_in("陈丽华", None, division_code=cast.KAIYUAN_COMMUNITY)
    assert row.person_id not in (CHEN, LIN, ZHANG)


def test_who_cancelled_comes_back_at_the_door(app):
    row = register(CHEN, event_id=cast.TODAY_EVENT)
    seats.cancel(row.id, **WHO)
    assert _walk_in("陈丽华", "13800000007").id == row.id and row.as_whom == "walk_in"


def test_a_walk_in_needs_an_event_that_is_published(app):
    with transaction() as session:
        session.get(Registration.event.property.mapper.class_, AHEAD).state = "draft"
    assert _refused(_walk_in, event_id=AHEAD) == "not_published"
    with pytest.raises(NotFound):
        _walk_in(event_id=999)
    assert db.session.scalar(select(Person.id).where(Person.name == "周小红")) is None
