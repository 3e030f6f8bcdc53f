"""Leave: asked, granted, refused, taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests import cast
from tests.attendance.crowd import AFTER, CHEN, ORGANISER, SUPERVISOR, seat
from training_app.attendance import leaves, service
from training_app.attendance.models import Leave
from training_app.core.audit import Action, Audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.schedule.models import Event

EVENT = SLOT = cast.TODAY_SLOT


def _ask(reason="孩子发烧", *, by=CHEN, minutes=0):
    leaves.ask(EVENT, CHEN, [SLOT], reason, actor_id=by, now=cast.NOW + timedelta(minutes=minutes))


def _decide(granted, reason="", minutes=1):
    at = cast.NOW + timedelta(minutes=minutes)
    leaves.decide(EVENT, CHEN, [SLOT], granted=granted, reason=reason, actor_id=ORGANISER, now=at)


def _latest():
    return leaves.latest([SLOT], [CHEN])[CHEN, SLOT]


def _mark():
    mark = service.marks([SLOT], [CHEN]).get((CHEN, SLOT))
    return mark and mark.status


def test_asking_excuses_nobody_until_it_is_granted(app):
    seat(CHEN)
    _ask()
    assert (_latest().state, _latest().reason, _latest().by, _mark()) == ("asked", "孩子发烧", "陈丽华", None)
    _decide(True)
    assert (_latest().state, _mark()) == ("granted", "excused")


def test_leave_that_was_refused_has_a_reason_and_excuses_nobody(app):
    seat(CHEN)
    _ask()
    with pytest.raises(Invalid, match="reason_needed"):
        _decide(False)
    _decide(False, "名额已满，请安排代会")
    assert (_latest().state, _latest().reason, _mark()) == ("refused", "名额已满，请安排代会", None)


def test_asking_twice_is_asking_once(app):
    seat(CHEN)
    _ask()
    _ask("另一个原因", minutes=1)
    assert len(db.session.scalars(select(Leave)).all()) == 1


def test_after_a_refusal_one_may_ask_again(app):
    seat(CHEN)
    _ask()
    _decide(False, "请安排代会")
    _ask("找不到代会的人", minutes=2)
    assert (_latest().state, _latest().reason) == ("asked", "找不到代会的人")


def test_leave_taken_back_makes_one_expected_again(app):
    seat(CHEN)
    _ask()
    _decide(True)
    leaves.drop(EVENT, CHEN, actor_id=CHEN, now=cast.NOW + timedelta(minutes=2))
    assert (_latest().state, _mark()) == ("dropped", None)


def test_a_supervisor_asks_in_the_directors_name_and_it_is_on_record(app):
    seat(CHEN)
    _ask(by=SUPERVISOR)
    entry = db.session.scalars(select(Audit).where(Audit.action == Action.LEAVE_ASKED.value)).one()
    assert (entry.actor_id, entry.after["person"]) == (SUPERVISOR, CHEN)
    assert _latest().by == "王督导"


@pytest.mark.parametrize("state", [None, "waiting", "cancelled"])
def test_only_who_is_confirmed_asks(app, state):
    if state:
        seat(CHEN, state=state)
    with pytest.raises(NotFound):
        _ask()


def test_without_a_reason_or_a_slot_nothing_is_asked(app):
    seat(CHEN)
    with pytest.raises(Invalid, match="reason_needed"):
        _ask("  ")
    with pytest.raises(Invalid, match="reason_too_long"):
        _ask("长" * 501)
    with pytest.raises(Invalid, match="no_slot"):
        leaves.ask(EVENT, CHEN, [], "有事", actor_id=CHEN, now=cast.NOW)
    assert db.session.scalars(select(Leave)).all() == []


def test_slots_of_another_event_are_not_found(app):
    seat(CHEN)
    with pytest.raises(NotFound):
        leaves.ask(EVENT, CHEN, [5], "有事", actor_id=CHEN, now=cast.NOW)
    with pytest.raises(NotFound):
        leaves.decide(EVENT, CHEN, [5], granted=True, actor_id=ORGANISER, now=cast.NOW)


def test_nobody_asks_when_it_is_over_or_cancelled(app):
    seat(CHEN)
    with pytest.raises(Refusal, match="over"):
        leaves.ask(EVENT, CHEN, [SLOT], "有事", actor_id=CHEN, now=AFTER)
    with transaction() as session:
        session.execute(update(Event).where(Event.id == EVENT).values(state="cancelled"))
    with pytest.raises(Refusal, match="state"):
        _ask()
