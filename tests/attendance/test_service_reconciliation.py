"""After the event: what wants a look is found, decided on with a reason, and the event closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests import cast
from tests.attendance.crowd import AFTER, CHEN, LIN, ORGANISER, ZHANG, seat
from training_app.attendance import closing, history, reconciliation, service, settlements
from training_app.attendance.models import Attendance, Scan, Settlement
from training_app.attendance.recording import recount
from training_app.checkin.presented import Presented
from training_app.checkin.service import check_in, scan
from training_app.core.audit import Audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.people import merging
from training_app.people.actors import actor_of
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Slot

EVENT = SLOT = cast.TODAY_SLOT


def _show(nonce, registration_id=None, minutes=0, ticket=None, **how):
    presented = Presented(nonce=f"nonce-{nonce}", source=how.pop("source", "camera"), **how)
    now = cast.NOW + timedelta(minutes=minutes)
    if ticket:
        scan(SLOT, ticket, presented, now=now)
    else:
        check_in(SLOT, presented, registration_id=registration_id, now=now)
    return db.session.scalars(select(Scan.id).where(Scan.nonce == f"nonce-{nonce}")).one()


def _settle(scans, decision, *, reason="当面核对", person=None, now=AFTER):
    scans = scans if isinstance(scans, list) else [scans]
    return settlements.settle(EVENT, scans, decision, reason, person_id=person, actor_id=ORGANISER, now=now)


def _here():
    db.session.expire_all()
    rows = db.session.execute(select(Attendance.person_id, Attendance.status).where(Attendance.slot_id == SLOT))
    return {row[0]: row[1] for row in rows}


def _kinds():
    return reconciliation.overview(EVENT).kinds


def _state(registration_id, state):
    with transaction() as session:
        session.execute(update(Registration).where(Registration.id == registration_id).values(state=state))


@pytest.fixture
def refused(app):
    """Chen's seat was cancelled; her phone let her in offline and the server did not."""
    registration = seat(CHEN)
    seat(LIN)
    _state(registration, "cancelled")
    return _show("0001", registration, device_time=cast.NOW, clock_offset_ms=0, said="ok")


def test_a_doubt_is_listed_until_someone_decides(refused):
    assert _kinds() == {refused: ("overruled",)}
    assert reconciliation.overview(EVENT).unsettled == 1
    _settle(refused, "stands")
    seen = reconciliation.overview(EVENT)
    assert (seen.unsettled, seen.listed("open"), seen.listed("settled")) == (0, [], [("overruled", refused)])
    assert _here() == {}


def test_a_refused_scan_counts_for_whom_the_ticket_named_and_that_is_taken_back(refused):
    _settle(refused, "own")
    assert _here() == {CHEN: "present"}
    _settle(refused, "void", reason="记错了")
    assert _here() == {}
    assert [row.decision for row in db.session.scalars(select(Settlement).order_by(Settlement.id))] == [
        "counts",
        "void",
    ]
    assert db.session.scalars(select(Scan.outcome)).one() == "refused"


def test_a_scan_counts_for_someone_else_and_both_are_derived_at_once(app):
    registration = seat(CHEN)
    seat(LIN)
    number = _show("0001", registration, 30)
    assert _here() == {CHEN: "late"}
    _settle(number, "counts", person=LIN)
    assert _here() == {LIN: "late"}
    (row,) = reconciliation.rows(
        [("twice", number)],
        reconciliation.Overview({number: ("twice",)}, frozenset(), {}, 1, 0),
        by_whom=actor_of("organiser-token", cast.NOW),
    )
    assert [(word.decision, word.person, word.reason, word.by) for word in row.decided] == [
        ("counts", "林晓燕", "当面核对", "林静")
    ]
    with transaction():
        recount(SLOT)
    assert _here() == {LIN: "late"}


def test_it_counts_for_whoever_that_person_was_merged_into(app):
    registration = seat(CHEN)
    with transaction() as session:
        session.add(Person(id=500, name="陈丽花", created_at=cast.LONG_AGO, pinyin=""))
    seat(500, division=cast.MEISHAN)
    number = _show("0001", registration)
    _settle(number, "counts", person=500)
    assert _here() == {500: "present"}
    merging.merge(500, LIN, actor_id=ORGANISER, now=AFTER)
    assert _here() == {LIN: "present"}


def test_many_are_decided_together_each_with_its_audit_entry(app):
    scans = [_show(f"000{n}", ticket="nonsense") for n in range(3)]
    assert set(_kinds().values()) == {("unknown",)}
    assert _settle(scans, "stands", reason="路人的二维码") == 3
    entries = db.session.scalars(select(Audit).where(Audit.action == "scan.settled")).all()
    assert {entry.subject_id for entry in entries} == set(scans)
    assert {entry.after["reason"] for entry in entries} == {"路人的二维码"}


@pytest.mark.parametrize(
    ("scans", "decision", "reason", "person", "code"),
    [
        ([], "void", "x", None, "nothing"),
        ([1], "maybe", "x", None, "decision"),
        ([1], "void", "  ", None, "reason_needed"),
        ([1], "counts", "x", None, "nobody"),
    ],
)
def test_what_is_missing_is_named_and_nothing_changes(app, scans, decision, reason, person, code):
    with pytest.raises(Invalid) as fault:
        _settle(scans, decision, reason=reason, person=person)
    assert fault.value.code == code
    assert db.session.scalars(select(Settlement)).all() == []


def test_scans_and_people_of_elsewhere_are_not_there(refused):
    with pytest.raises(NotFound):
        settlements.settle(5, [refused], "void", "x", actor_id=ORGANISER, now=AFTER)
    with pytest.raises(NotFound):
        _settle([refused, 999], "void")
    with pytest.raises(NotFound):
        _settle(refused, "counts", person=ZHANG)


def test_a_ticket_of_nobody_has_no_person_of_its_own(app):
    number = _show("0001", ticket="nonsense")
    with pytest.raises(Invalid, match="names_nobody"):
        _settle(number, "own")


def test_an_event_is_not_closed_over_the_heads_of_doubts_unless_someone_says_so(refused):
    with pytest.raises(Invalid) as fault:
        closing.close(EVENT, actor_id=ORGANISER, now=AFTER)
    assert (fault.value.code, fault.value.details["left"], _here()) == ("unsettled", 1, {})
    closing.close(EVENT, leaving="不再核对", actor_id=ORGANISER, now=AFTER)
    assert _here() == {LIN: "absent"}
    (turn,) = closing.turns(EVENT)
    assert (turn.closed, turn.by, turn.reason, turn.left) == (True, "林静", "不再核对", 1)


def test_what_is_uploaded_after_the_close_is_kept_and_waits(app):
    registration = seat(CHEN)
    closing.close(EVENT, actor_id=ORGANISER, now=AFTER)
    late = _show("0001", registration, 400, device_time=cast.NOW, clock_offset_ms=0, said="ok")
    assert _kinds() == {late: ("closed", "overruled")}
    assert _here() == {CHEN: "absent"}
    with pytest.raises(Refusal, match="closed"):
        _settle(late, "own")
    closing.reopen(EVENT, "手机晚传", actor_id=ORGANISER, now=AFTER)
    _settle(late, "own")
    closing.close(EVENT, actor_id=ORGANISER, now=AFTER)
    assert _here() == {CHEN: "present"}


def test_what_changes_nothing_may_be_decided_after_the_close(app):
    registration = seat(CHEN)
    closing.close(EVENT, actor_id=ORGANISER, now=AFTER)
    late = _show("0001", registration, 400, device_time=cast.NOW, clock_offset_ms=0, said="ok")
    _settle(late, "stands")
    assert reconciliation.overview(EVENT).unsettled == 0


def test_attendance_of_a_closed_event_is_final_until_someone_opens_it_with_a_reason(app):
    seat(CHEN)
    closing.close(EVENT, actor_id=ORGANISER, now=AFTER)
    with pytest.raises(Refusal, match="closed"):
        service.correct(SLOT, CHEN, "present", "x", actor_id=ORGANISER, now=AFTER)
    with pytest.raises(Refusal, match="closed"):
        service.decide_leave(SLOT, CHEN, granted=True, actor_id=ORGANISER, now=AFTER)
    with pytest.raises(Invalid, match="reason_needed"):
        closing.reopen(EVENT, " ", actor_id=ORGANISER, now=AFTER)
    closing.reopen(EVENT, "漏签", actor_id=ORGANISER, now=AFTER)
    service.correct(SLOT, CHEN, "present", "x", actor_id=ORGANISER, now=AFTER)
    assert [(turn.closed, turn.reason) for turn in closing.turns(EVENT)] == [(False, "漏签"), (True, "")]


def test_who_was_scanned_at_two_events_at_once_is_asked_about(app):
    with transaction() as session:
        here = session.get_one(Slot, SLOT)
        session.execute(
            update(Slot)
            .where(Slot.id == 5)
            .values(
                starts_at=here.starts_at, ends_at=here.ends_at, late_after=here.late_after,
                checkin_opens_at=here.checkin_opens_at, checkin_closes_at=here.checkin_closes_at,
            )
        )  # fmt: skip
    number = _show("0001", seat(CHEN))
    check_in(5, Presented(nonce="nonce-0002", source="camera"), registration_id=seat(CHEN, 5), now=cast.NOW)
    assert _kinds() == {number: ("twice",)}


def test_the_decision_stands_in_the_history_of_the_person(refused):
    _settle(refused, "own")
    facts = history.facts([SLOT], CHEN)
    assert [(fact.kind, fact.what, fact.by) for fact in facts] == [("scan", "in", ""), ("settlement", "counts", "林静")]


def test_people_are_found_by_name_or_number_among_those_of_the_event(app):
    seat(CHEN)
    seat(ZHANG, 5)
    assert [row[0] for row in reconciliation.people(EVENT, text="陈丽")] == [CHEN]
    assert [row[0] for row in reconciliation.people(EVENT, text="0007")] == [CHEN]
    assert reconciliation.people(EVENT, text="张淑英") == reconciliation.people(EVENT, text="7") == []
