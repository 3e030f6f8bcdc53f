"""A programme's figures step by step: the kept totals, narrowed, and the same as the facts say."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import insert, select, update

from tests import cast
from tests.attendance.crowd import AFTER, CHEN, LIN, ORGANISER, ZHANG, come, seat
from training_app.attendance import closing, corrections, leaves
from training_app.attendance.models import Attendance
from training_app.checkin.presented import Presented
from training_app.checkin.service import check_in
from training_app.core.db import db, transaction
from training_app.registration import seats
from training_app.registration.models import Registration
from training_app.reports import recount, rollups, upkeep
from training_app.schedule.models import Event, Phase, Programme, Slot

EVERYONE = ("",)


def _programme(codes=EVERYONE, now=cast.NOW, **more):
    return rollups.of_programme(db.session.get(Programme, cast.PROGRAMME), codes, now, **more)


def _event(codes=EVERYONE, now=cast.NOW):
    return rollups.of_event(db.session.get(Event, cast.TODAY_EVENT), codes, now)


def _said(line):
    one = line.attended
    return one.expected, one.present, one.late, one.excused, one.absent, one.attendances, one.tenth_hours


def _facts(code=""):
    """The same of today's event, person by person."""
    seats = db.session.scalars(select(Registration).where(Registration.event_id == cast.TODAY_EVENT)).all()
    inside = {one.person_id for one in seats if (one.division_code or "").startswith(code)}
    marks = db.session.scalars(select(Attendance).where(Attendance.slot_id == cast.TODAY_SLOT)).all()
    count = Counter(mark.status for mark in marks if mark.person_id in inside)
    came = count["present"] + count["late"]
    hours = int(db.session.get(Slot, cast.TODAY_SLOT).credit_hours * 10)
    return len(inside), count["present"], count["late"], count["excused"], count["absent"], came, came * hours


def test_the_figures_are_those_of_the_facts_after_scans_leave_a_correction_and_the_close(app):
    mine = {person: seat(person) for person in (CHEN, LIN, ZHANG)}
    come_by_scan = Presented(nonce="rollup-nonce-1", source="camera")
    assert check_in(cast.TODAY_SLOT, come_by_scan, registration_id=mine[CHEN], now=cast.NOW).code == "ok"
    upkeep.settle(cast.NOW)
    assert _said(_programme().head) == _said(_event().head) == _facts() == (3, 1, 0, 0, 0, 1, 40)
    leaves.decide(cast.TODAY_EVENT, LIN, [cast.TODAY_SLOT], granted=True, actor_id=ORGANISER, now=cast.NOW)
    corrections.correct_all(cast.TODAY_SLOT, [CHEN], "late", "堵车", actor_id=ORGANISER, now=cast.NOW)
    upkeep.settle(cast.NOW)
    assert _said(_event().head) == _facts() == (3, 0, 1, 1, 0, 1, 40)
    closing.close(cast.TODAY_EVENT, actor_id=ORGANISER, now=AFTER)
    upkeep.settle(AFTER)
    final = _event(now=AFTER)
    assert (final.head.state, final.head.awaited) == (rollups.FINAL, 0)
    assert _said(final.head) == _facts() == (3, 0, 1, 1, 1, 1, 40)
    for code in (cast.KAIYUAN, cast.FUQIAO, cast.MEISHAN):
        assert _said(_event((code,), AFTER).head) == _facts(code)
    before = _said(_programme(now=AFTER).head)
    recount.everything(AFTER)
    assert _said(_programme(now=AFTER).head) == before


def test_a_supervisors_figures_hold_nobody_elses_people(app):
    seat(CHEN)
    seat(ZHANG)
    come(ZHANG)
    upkeep.settle(cast.NOW)
    assert _said(_programme((cast.KAIYUAN,)).head)[0] == 1 and _programme((cast.KAIYUAN,)).head.attended.rate == 0
    both = _programme((cast.KAIYUAN, cast.FUQIAO, cast.FUQIAO_COMMUNITY)).head
    assert (both.attended.expected, both.attended.attendances) == (2, 1), "an area within another counts once"
    assert _said(_programme((cast.KAIYUAN_COMMUNITY,)).head)[0] == 1, "a community is counted from the facts"
    assert rollups.of_programmes([cast.PROGRAMME], (cast.FUQIAO,), cast.NOW)[cast.PROGRAMME].attendances == 1


def test_a_phase_of_one_session_and_a_session_of_one_slot_stand_there_once(app):
    seat(CHEN)
    upkeep.settle(cast.NOW)
    report = _programme()
    assert [(line.kind, line.depth, line.state) for line in report.lines] == [
        ("event", 1, rollups.ENDED),
        ("event", 1, rollups.ENDED),
        ("event", 1, rollups.ENDED),
        ("event", 1, rollups.LIVE),
        ("event", 1, rollups.AHEAD),
        ("event", 1, rollups.AHEAD),
    ]
    assert report.live and report.parts == report.lines and report.total == 6
    alone = _event()
    assert [line.kind for line in alone.lines] == ["slot"], "on its own page the slot stands below"


def _class(phases, slots):
    """Phases of one session with several slots, in bulk."""
    start = cast.NOW - timedelta(days=40)
    many = range(1000, 1000 + phases)
    slot = {"label": "morning", "credit_hours": 1, "ends_at": start + timedelta(hours=3)}
    slot |= {"starts_at": start, "late_after": start, "checkin_opens_at": start}
    slot |= {"checkin_closes_at": start + timedelta(hours=3)}
    event = {"kind": "session", "number": 1, "title": "培训班", "curriculum_area": "policies", "state": "closed"}
    event |= {"programme_id": cast.PROGRAMME, "seats_taken": 0, "created_at": cast.LONG_AGO}
    with transaction() as session:
        session.execute(
            insert(Phase), [{"id": n, "programme_id": cast.PROGRAMME, "number": n, "title": ""} for n in many]
        )
        session.execute(insert(Event), [event | {"id": n, "phase_id": n} for n in many])
        session.execute(insert(Slot), [slot | {"id": n * 100 + m, "event_id": n} for n in many for m in range(slots)])


def test_a_programme_of_a_thousand_slots_takes_as_many_statements_as_one_of_six(app, count_statements):
    upkeep.settle(cast.NOW)
    few = count_statements(_programme)
    _class(100, 10)
    assert count_statements(_programme) == few <= 5
    report = _programme()
    assert (len(report.parts), report.total, report.shortened) == (rollups.PARTS, 106, True)
    assert len(report.lines) <= rollups.MOST
    every = _programme(page=None)
    assert len(every.lines) == 6 + 100 + 1000 and not every.shortened


def test_an_event_that_is_no_more_than_planned_is_not_there(app):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == 6).values(state="draft"))
        session.execute(update(Event).where(Event.id == 5).values(state="cancelled"))
    assert [line.of.id for line in _programme().lines] == [1, 2, 3, 4]


def test_every_count_of_a_slot_is_written_down_with_its_time(app):
    upkeep.settle(cast.NOW)
    before = rollups.counted(cast.PROGRAMME).revision
    seats.register(cast.TODAY_EVENT, CHEN, source="organiser", actor_id=ORGANISER, now=cast.NOW)
    later = cast.NOW + timedelta(seconds=2)
    upkeep.settle(later)
    after = rollups.counted(cast.PROGRAMME)
    assert (after.revision, after.counted_at) == (before + 1, later) and _programme().counted_at == later
    upkeep.settle(later)
    assert rollups.counted(cast.PROGRAMME).revision == before + 1, "nothing happened"
