"""Two records become one person: every fact stays as it was written, and she was there once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.attendance.crowd import AFTER, CHEN, ORGANISER, seat
from training_app.attendance import history, leaves, matrix, rolls, service, sheets
from training_app.attendance.models import Attendance, Scan
from training_app.attendance.recording import recount
from training_app.certificates.service import progress
from training_app.checkin import board
from training_app.checkin.presented import Presented
from training_app.checkin.service import check_in
from training_app.checkin.sheets import sheet_of
from training_app.checkin.walkins import at_door
from training_app.core.db import db, transaction
from training_app.people import merging
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

SLOT = EVENT = cast.TODAY_SLOT
EVERYONE = ("",)


def _walk_in(minutes=0, slot=SLOT, nonce="walk-in-0001"):
    """Chen comes without her ticket and gives another number; gives the new person's id."""
    at_door(
        slot, name="陈丽花", phone="13900001111", division_code=cast.KAIYUAN_COMMUNITY, nonce=nonce,
        login_id=None, actor_id=ORGANISER, now=cast.NOW + timedelta(minutes=minutes),
    )  # fmt: skip
    return db.session.scalars(select(Person.id).where(Person.name == "陈丽花")).one()


def _scan(registration_id, minutes, nonce="by-ticket-01", direction="in"):
    presented = Presented(nonce=nonce, source="camera", direction=direction)
    at = cast.NOW + timedelta(minutes=minutes)
    return check_in(SLOT, presented, registration_id=registration_id, now=at)


def _merge(person_id):
    merging.merge(person_id, CHEN, actor_id=ORGANISER, now=AFTER)
    db.session.expire_all()


def _rows():
    db.session.expire_all()
    return {
        row.person_id: (row.status, row.arrived_at, row.as_whom)
        for row in db.session.scalars(select(Attendance).where(Attendance.slot_id == SLOT))
    }


def test_the_walk_in_of_someone_expected_is_her_own_attendance(app):
    own = seat(CHEN)
    _merge(_walk_in(5))
    assert _rows() == {CHEN: ("present", cast.NOW + timedelta(minutes=5), "trainee")}
    assert db.session.scalars(select(Attendance.registration_id)).one() == own
    one = rolls.figures([SLOT], EVERYONE)[SLOT]
    assert (one.expected, one.here, one.beside) == (1, 1, 0)


@pytest.mark.parametrize(("ticket", "walk_in"), [(0, 25), (25, 0)])
def test_of_two_arrivals_in_one_slot_the_earlier_counts_and_both_scans_stay(app, ticket, walk_in):
    registration = seat(CHEN)
    _scan(registration, ticket)
    other = _walk_in(walk_in)
    _merge(other)
    assert _rows() == {CHEN: ("present", cast.NOW, "trainee")}
    assert sorted(db.session.scalars(select(Scan.person_id))) == sorted([CHEN, other])
    assert len(history.facts([SLOT], CHEN)) == 2


def test_nobody_is_counted_twice_in_tallies_lists_or_the_matrix(app):
    _scan(seat(CHEN), 0)
    _merge(_walk_in(3))
    tally = board.tally(SLOT)
    assert (tally.expected, tally.here, tally.others) == (1, 1, 0)
    assert [one.name for one in board.arrivals(SLOT)] == ["陈丽华"]
    assert board.missing(SLOT) == []
    events = matrix.events_of(Event.id == EVENT)
    roll = matrix.roll_of(events, EVERYONE)
    who = [rolls.entry(row) for row in db.session.execute(rolls.entries(roll, cast.NOW))]
    (line,) = matrix.lines(who, matrix.columns(events), rolls.rolled(roll), cast.NOW)
    assert (line.who.name, line.done, line.as_whom) == ("陈丽华", 1, "trainee")


def test_two_seats_of_one_person_are_one_expected_and_missing_once(app):
    seat(CHEN)
    with transaction() as session:
        session.add(Person(id=500, name="陈丽花", created_at=cast.LONG_AGO, pinyin=""))
    seat(500, division=cast.KAIYUAN_COMMUNITY)
    _merge(500)
    assert board.tally(SLOT).expected == rolls.figures([SLOT], EVERYONE)[SLOT].expected == 1
    assert [one.name for one in board.missing(SLOT)] == ["陈丽华"]
    service.close(EVENT, actor_id=ORGANISER, now=AFTER)
    assert {person: row[0] for person, row in _rows().items()} == {CHEN: "absent"}


def test_the_file_for_the_bureau_has_her_once(app):
    _scan(seat(CHEN), 0)
    _merge(_walk_in(3))
    events = matrix.events_of(Event.id == EVENT)
    roll = matrix.roll_of(events, EVERYONE)
    export = sheets.of_matrix(
        events, roll, title="x", subject=("phase", 4), kind="csv", actor_id=ORGANISER, now=cast.NOW
    )
    text = export.data.decode("utf-8-sig")
    assert text.count("陈丽华") == 1 and "陈丽花" not in text


def test_the_sign_in_sheet_has_one_row_for_her(app):
    seat(CHEN)
    _merge(_walk_in(3))
    sheet = sheet_of(db.session.get_one(Slot, SLOT))
    assert ([line.name for line in sheet.lines], sheet.expected) == (["陈丽华"], 1)


def test_her_sessions_and_hours_count_once_towards_the_paper(app):
    _scan(seat(CHEN), 0)
    _merge(_walk_in(3))
    made = progress(cast.PROGRAMME, [CHEN], AFTER)[CHEN]
    assert service.sessions_attended(cast.PROGRAMME, [CHEN]) == {CHEN: {EVENT}}
    (visit,) = service.attended(cast.PROGRAMME, [CHEN])[CHEN]
    assert made.hours == visit.hours


def test_what_is_shown_after_the_merge_counts_for_the_one_who_stays(app):
    """Her old ticket, and the registration of the walk-in, both lead to her."""
    registration = seat(CHEN)
    other = _walk_in(3)
    walked = db.session.scalars(select(Registration.id).where(Registration.person_id == other)).one()
    _merge(other)
    assert _scan(registration, 10).code == "duplicate"
    assert _scan(walked, 60, "left-0000001", "out").code == "out"
    row = db.session.scalars(select(Attendance)).one()
    assert (row.person_id, row.left_at) == (CHEN, cast.NOW + timedelta(minutes=60))
    before = _rows()
    with transaction():
        recount(SLOT)
    assert _rows() == before


def test_leave_that_was_granted_to_the_other_record_excuses_her(app):
    seat(CHEN)
    with transaction() as session:
        session.add(Person(id=500, name="陈丽花", created_at=cast.LONG_AGO, pinyin=""))
    seat(500, division=cast.KAIYUAN_COMMUNITY)
    service.decide(EVENT, 500, [SLOT], granted=True, actor_id=ORGANISER, now=cast.NOW)
    _merge(500)
    assert {person: row[0] for person, row in _rows().items()} == {CHEN: "excused"}
    assert leaves.latest([SLOT], [CHEN])[CHEN, SLOT].state == "granted"


def test_an_absence_of_a_closed_event_gives_way_to_the_scan_of_the_other_record(app):
    seat(CHEN)
    other = _walk_in(3)
    service.close(EVENT, leaving="现场登记稍后核对", actor_id=ORGANISER, now=AFTER)
    assert _rows()[CHEN][0] == "absent"
    _merge(other)
    assert {person: row[0] for person, row in _rows().items()} == {CHEN: "present"}


def test_a_chain_of_merges_ends_with_whoever_stays(app):
    seat(CHEN)
    first = _walk_in(20)
    with transaction() as session:
        session.add(Person(id=500, name="陈丽花", created_at=cast.LONG_AGO, pinyin=""))
    merging.merge(first, 500, actor_id=ORGANISER, now=AFTER)
    assert set(_rows()) == {500}
    _merge(500)
    assert {person: row[0] for person, row in _rows().items()} == {CHEN: "late"}
