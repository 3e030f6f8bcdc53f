"""Corrections, leave and the close of an event."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from training_app.attendance import service
from training_app.core.audit import Audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.registration.models import Registration

CHEN, LIN, ORGANISER = (cast.CAST[key].id for key in ("chen", "lin", "organiser"))
SLOT = cast.TODAY_SLOT
AFTER = cast.NOW + timedelta(hours=5)


@pytest.fixture(autouse=True)
def _registered(app):
    with transaction() as session:
        for person in (CHEN, LIN):
            session.add(
                Registration(
                    event_id=cast.TODAY_EVENT,
                    person_id=person,
                    state="confirmed",
                    source="self",
                    as_whom="trainee",
                    division_code=cast.KAIYUAN_COMMUNITY,
                    ticket_code=f"ABCDE1234{person}",
                    created_at=cast.LONG_AGO,
                )
            )


def _correct(status, reason="签到表上有签名", minutes=0, person=CHEN):
    at = cast.NOW + timedelta(minutes=minutes)
    service.correct(SLOT, person, status, reason, actor_id=ORGANISER, now=at)


def _status(person):
    mark = service.marks([SLOT], [person]).get((person, SLOT))
    return mark and mark.status


def test_a_correction_sets_the_status_and_is_audited():
    _correct("present")
    entry = db.session.scalars(select(Audit)).one()
    assert _status(CHEN) == "present"
    assert (entry.action, entry.actor_id, entry.after["reason"]) == (
        "attendance.corrected",
        ORGANISER,
        "签到表上有签名",
    )


def test_a_correction_can_be_taken_back():
    _correct("present")
    _correct("scans", minutes=1)
    assert _status(CHEN) is None


def test_a_correction_without_a_reason_changes_nothing():
    with pytest.raises(Invalid, match="reason_needed"):
        _correct("present", "  ")
    assert _status(CHEN) is None


def test_nobody_is_corrected_who_has_nothing_to_do_with_the_slot():
    with pytest.raises(NotFound):
        _correct("present", person=cast.CAST["zhang"].id)


def test_granted_leave_excuses():
    service.decide_leave(SLOT, CHEN, granted=True, actor_id=ORGANISER, now=cast.NOW)
    assert _status(CHEN) == "excused"


def test_the_close_writes_who_is_absent_and_reopening_takes_it_back():
    _correct("present")
    service.close(cast.TODAY_EVENT, actor_id=ORGANISER, now=AFTER)
    service.close(cast.TODAY_EVENT, actor_id=ORGANISER, now=AFTER)
    assert (_status(CHEN), _status(LIN)) == ("present", "absent")
    service.reopen(cast.TODAY_EVENT, "漏签", actor_id=ORGANISER, now=AFTER)
    assert (_status(CHEN), _status(LIN)) == ("present", None)


def test_an_event_that_is_not_over_cannot_be_closed():
    with pytest.raises(Refusal, match="not_over"):
        service.close(cast.TODAY_EVENT, actor_id=ORGANISER, now=cast.NOW)


def test_sessions_attended_counts_only_who_was_there():
    _correct("late")
    _correct("excused", person=LIN)
    assert service.sessions_attended(cast.PROGRAMME, [CHEN, LIN]) == {CHEN: {cast.TODAY_EVENT}}
