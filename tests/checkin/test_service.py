"""Who may enter, what they are told, and what stays on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.checkin.service import check_in
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.registration.models import Registration
from training_app.schedule.models import Event


@pytest.fixture
def chen(app):
    with transaction() as session:
        session.add(
            Registration(
                id=1,
                event_id=cast.TODAY_EVENT,
                person_id=cast.CAST["chen"].id,
                state="confirmed",
                source="self",
                as_whom="trainee",
                division_code=cast.KAIYUAN_COMMUNITY,
                ticket_code="ABCDE12345",
                created_at=cast.LONG_AGO,
            )
        )


def _enter(nonce="nonce-0001", *, slot=cast.TODAY_SLOT, after=0, **which):
    which = which or {"registration_id": 1}
    moment = cast.NOW + timedelta(minutes=after)
    return check_in(slot, source="search", login_id=100, actor_id=None, nonce=nonce, now=moment, **which)


def _set(model, **values):
    with transaction() as session:
        session.execute(update(model).values(**values))


def test_who_is_registered_comes_in_by_name(chen):
    answer = _enter()
    assert (answer.outcome, answer.code, answer.name, answer.community) == (
        "accepted",
        "ok",
        "陈丽华",
        "开元社区居委会",
    )


def test_the_ten_characters_may_be_typed_in_any_way(chen):
    assert _enter(ticket_code="abcde 12345").code == "ok"


def test_who_comes_late_is_told_so(chen):
    assert _enter(after=30).code == "late"


def test_a_second_scan_says_when_the_first_was(chen):
    _enter()
    second = _enter("nonce-0002", after=3)
    assert (second.outcome, second.code, second.first_at) == ("accepted", "duplicate", cast.NOW)
    assert len(db.session.scalars(select(Attendance)).all()) == 1


def test_the_same_nonce_gets_the_first_answer_again(chen):
    first, again = _enter(), _enter(after=3)
    assert (again.code, again.time) == (first.code, first.time)
    assert len(db.session.scalars(select(Scan)).all()) == 1


@pytest.mark.parametrize("state", ["cancelled", "waiting"])
def test_who_has_no_seat_is_refused_and_it_is_kept(chen, state):
    _set(Registration, state=state)
    assert (_enter().outcome, db.session.scalars(select(Scan.reason)).one()) == ("refused", state)
    assert db.session.scalars(select(Attendance)).all() == []


@pytest.mark.parametrize(("after", "code"), [(-60, "too_early"), (300, "too_late")])
def test_outside_the_window_nobody_enters(chen, after, code):
    assert _enter(after=after).code == code


def test_a_cancelled_event_admits_nobody(chen):
    _set(Event, state="cancelled")
    assert _enter().code == "event_cancelled"


def test_another_events_registration_is_unknown_here(chen):
    assert _enter(slot=5).code == "unknown"


def test_an_unknown_slot_and_a_bad_nonce_leave_nothing(chen):
    with pytest.raises(NotFound):
        _enter(slot=99)
    with pytest.raises(Invalid):
        _enter("x")
    assert db.session.scalars(select(Scan)).all() == []


def test_a_check_in_takes_four_statements_and_a_duplicate_three(chen, count_statements):
    assert count_statements(_enter) == 4
    assert count_statements(lambda: _enter("nonce-0002")) == 3
