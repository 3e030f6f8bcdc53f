"""Who may enter, what they are told, and what stays on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.checkin.presented import Presented
from training_app.checkin.service import check_in
from training_app.core.db import db, is_sqlite, transaction
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


def _enter(nonce="nonce-0001", *, slot=cast.TODAY_SLOT, after=0, how=None, **which):
    how = how or {}
    which = which or {"registration_id": 1}
    moment = cast.NOW + timedelta(minutes=after)
    return check_in(slot, Presented(nonce=nonce, source="search", login_id=100, **how), now=moment, **which)


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


def test_a_check_in_takes_four_statements_and_a_duplicate_three_on_postgresql_two(chen, count_statements):
    # On PostgreSQL attendance and scan are one statement, which needs neither BEGIN nor COMMIT.
    expected = (4, 3) if is_sqlite() else (2, 2)
    assert (count_statements(_enter), count_statements(lambda: _enter("nonce-0002"))) == expected


def test_a_nonce_that_was_refused_before_lets_nobody_in(chen):
    _enter("nonce-0001", after=-24 * 60)
    first = db.session.scalars(select(Scan)).one()
    assert (first.outcome, first.reason) == ("refused", "too_early")
    again = _enter("nonce-0001")
    assert (again.outcome, again.code) == ("refused", "too_early")
    assert _attendance() is None
    assert len(db.session.scalars(select(Scan)).all()) == 1


def _attendance():
    db.session.expire_all()
    return db.session.scalars(select(Attendance)).one_or_none()


def test_who_leaves_before_the_end_has_minutes_and_the_mark(chen):
    _enter()
    left = _enter("nonce-0002", after=60, how={"direction": "out"})
    assert (left.outcome, left.code) == ("accepted", "out")
    # The session is from 08:30 and the ticket was shown at 08:40.
    assert (_attendance().left_early, _attendance().minutes) == (True, 60)


def test_who_comes_back_is_let_in_again_and_only_the_time_away_is_lost(chen):
    _enter()
    _enter("nonce-0002", after=60, how={"direction": "out"})
    assert _enter("nonce-0003", after=80).code == "ok"
    _enter("nonce-0004", after=100, how={"direction": "out"})
    assert _attendance().minutes == 80


def test_a_mistake_at_the_door_is_taken_back_and_stays_on_record(chen):
    _enter()
    assert _enter("nonce-0002", after=1, how={"direction": "undo"}).code == "undo"
    assert _attendance() is None
    assert [scan.direction for scan in db.session.scalars(select(Scan).order_by(Scan.id))] == ["in", "undo"]
    assert _enter("nonce-0003", after=2).code == "ok"
    assert _attendance().arrived_at == cast.NOW + timedelta(minutes=2)


def test_a_wrong_clock_is_corrected_and_never_later_than_now(chen):
    slow = {"device_time": cast.NOW - timedelta(minutes=15), "clock_offset_ms": 600_000, "said": "ok"}
    assert _enter(how=slow).time == cast.NOW - timedelta(minutes=5)
    kept = db.session.scalars(select(Scan)).one()
    assert (kept.device_time, kept.at, kept.said) == (slow["device_time"], cast.NOW - timedelta(minutes=5), "ok")
    fast = {"device_time": cast.NOW + timedelta(hours=1), "clock_offset_ms": 0}
    assert _enter("nonce-0002", how=fast).time == cast.NOW


def test_an_earlier_scan_that_arrives_later_moves_the_arrival(chen):
    _enter()
    earlier = {"device_time": cast.NOW - timedelta(minutes=10), "clock_offset_ms": 0}
    assert _enter("nonce-0002", after=5, how=earlier).code == "duplicate"
    assert _attendance().arrived_at == cast.NOW - timedelta(minutes=10)


@pytest.mark.parametrize(("state", "code"), [("waiting", "waiting"), ("cancelled", "cancelled")])
def test_who_manages_the_door_lets_in_against_a_refusal_and_both_are_kept(chen, state, code):
    _set(Registration, state=state)
    answer = _enter(how={"forced": True, "note": "She was told by phone"})
    assert (answer.outcome, answer.code) == ("accepted", "ok")
    kept = db.session.scalars(select(Scan)).one()
    assert (kept.outcome, kept.reason, kept.forced, kept.note) == ("accepted", code, True, "She was told by phone")
    assert _enter(how={"forced": True}).code == "ok"


def test_nobody_is_forced_into_a_closed_event(chen):
    _set(Event, state="closed")
    assert (_enter(how={"forced": True}).outcome, _attendance()) == ("refused", None)
