"""Whatever order facts become known in, and however often: one attendance, the same as a recount gives."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from tests import cast
from tests.attendance.crowd import seat
from training_app.attendance import service
from training_app.attendance.models import Attendance, Correction, Leave, Scan, Settlement
from training_app.attendance.recording import recount
from training_app.attendance.settlements import settle
from training_app.checkin.presented import Presented
from training_app.checkin.service import check_in
from training_app.core.db import db, transaction
from training_app.people.merging import merge
from training_app.people.models import Person

CHEN = cast.CAST["chen"].id
AFTER = cast.NOW + timedelta(hours=6)

#: What was shown, the minute, and where from: a signature on paper knows no minute of its own.
_source = st.sampled_from(["camera", "camera", "paper"])
_fact = st.tuples(st.sampled_from(["in", "in", "in", "out", "undo"]), st.integers(0, 150), _source)


def _history():
    """Facts by two devices, one of whose clocks is ten minutes slow, and an order of arrival with repetitions."""
    facts = st.lists(_fact, min_size=1, max_size=7)
    return facts.flatmap(
        lambda made: st.tuples(
            st.just(made),
            st.permutations(range(len(made))),
            st.lists(st.integers(0, len(made) - 1), max_size=4),
        )
    )


def _upload(registration_id, facts, order):
    for index in order:
        direction, minute, source = facts[index]
        slow = index % 2
        check_in(
            cast.TODAY_SLOT,
            Presented(
                nonce=f"fact-{index:04}",
                source=source,
                direction=direction,
                device_time=cast.NOW + timedelta(minutes=minute - 10 * slow),
                clock_offset_ms=600_000 * slow,
            ),
            registration_id=registration_id,
            now=AFTER,
        )


def _row():
    db.session.expire_all()
    columns = (Attendance.status, Attendance.arrived_at, Attendance.left_at, Attendance.minutes, Attendance.left_early)
    return db.session.execute(select(*columns).where(Attendance.slot_id == cast.TODAY_SLOT)).one_or_none()


def _forget():
    with transaction() as session:
        session.execute(delete(Attendance))
        session.execute(delete(Scan))


@pytest.fixture
def seated(app):
    return seat(CHEN)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=_history())
def test_the_order_of_arrival_changes_nothing(seated, history):
    facts, order, again = history
    _forget()
    _upload(seated, facts, [*order, *again])
    mixed = _row()
    assert db.session.scalar(select(func.count()).select_from(Scan)) == len(facts)
    with transaction():
        recount(cast.TODAY_SLOT)
    assert _row() == mixed
    _forget()
    _upload(seated, facts, range(len(facts)))
    assert _row() == mixed


@pytest.mark.parametrize("paper_first", [True, False])
def test_a_scans_minute_wins_over_the_signature_whichever_is_known_first(seated, paper_first):
    scanned = Presented(nonce="timed-0001", source="camera", device_time=cast.NOW + timedelta(minutes=40))
    signed = Presented(nonce="paper-0001", source="paper", device_time=cast.NOW + timedelta(minutes=20))
    told = [signed, scanned] if paper_first else [scanned, signed]
    answers = [check_in(cast.TODAY_SLOT, one, registration_id=seated, now=AFTER) for one in told]
    assert _row().arrived_at == cast.NOW + timedelta(minutes=40)
    # Whoever only signed has not been scanned yet; a signature after a scan says nothing new.
    assert [one.code == "duplicate" for one in answers] == [False, not paper_first]
    again = Presented(nonce="timed-0002", source="camera", device_time=cast.NOW + timedelta(minutes=50))
    assert check_in(cast.TODAY_SLOT, again, registration_id=seated, now=AFTER).code == "duplicate"
    assert _row().arrived_at == cast.NOW + timedelta(minutes=40)


#: Zhang's seat was cancelled: what she shows is refused, until someone decides otherwise.
LIN, ZHANG, ORGANISER = (cast.CAST[key].id for key in ("lin", "zhang", "organiser"))
PEOPLE = (CHEN, LIN, ZHANG)
_who = st.integers(0, 2)
_facts_of_all = st.lists(
    st.one_of(
        st.tuples(st.just("scan"), _who, st.sampled_from(["in", "in", "out", "undo"]), st.integers(0, 150), _source),
        st.tuples(st.just("correct"), _who, st.sampled_from(["present", "late", "excused", "absent", "scans"])),
        st.tuples(st.just("leave"), _who, st.booleans()),
        st.tuples(st.just("settle"), _who, st.sampled_from(["stands", "void", "own", "counts"]), _who),
    ),
    min_size=2,
    max_size=8,
)


@st.composite
def _whole_history(draw):
    """Facts of every kind about three people, and two orders in which they become known, with repetitions."""
    facts = draw(_facts_of_all)
    order = draw(st.permutations(range(len(facts))))
    return facts, order, draw(st.lists(st.sampled_from(order), max_size=3))


def _tell(seats, facts, order):
    """Make the facts known in this order. A settlement is about one scan, and never known before it."""
    scans = [index for index, fact in enumerate(facts) if fact[0] == "scan"]
    known = {}
    waiting = []
    for index in order:
        kind, who, *more = facts[index]
        at = AFTER + timedelta(seconds=index)
        if kind == "scan":
            nonce = f"whole-{index:04}"
            check_in(
                cast.TODAY_SLOT,
                Presented(
                    nonce=nonce, source=more[2], direction=more[0], device_time=cast.NOW + timedelta(minutes=more[1])
                ),
                registration_id=seats[who],
                now=AFTER,
            )
            known[index] = db.session.scalars(select(Scan.id).where(Scan.nonce == nonce)).one()
        elif kind == "correct":
            service.correct(cast.TODAY_SLOT, PEOPLE[who], more[0], "x", actor_id=ORGANISER, now=at)
        elif kind == "leave":
            service.decide_leave(cast.TODAY_SLOT, PEOPLE[who], granted=more[0], reason="x", actor_id=ORGANISER, now=at)
        else:
            waiting.append(index)
    # The n-th settlement is about the n-th scan: a later word on the same scan would rightly win.
    settled = dict(zip((i for i, fact in enumerate(facts) if fact[0] == "settle"), scans, strict=False))
    for index in waiting:
        if index in settled:
            _kind, _who_is, decision, whom = facts[index]
            settle(
                cast.TODAY_EVENT,
                [known[settled[index]]],
                decision,
                "x",
                person_id=PEOPLE[whom] if decision == "counts" else None,
                actor_id=ORGANISER,
                now=AFTER,
            )


def _rows():
    db.session.expire_all()
    columns = (Attendance.status, Attendance.arrived_at, Attendance.left_at, Attendance.minutes, Attendance.left_early)
    return {row[0]: tuple(row[1:]) for row in db.session.execute(select(Attendance.person_id, *columns))}


def _forget_all():
    with transaction() as session:
        for model in (Attendance, Settlement, Scan, Correction, Leave):
            session.execute(delete(model))


@pytest.fixture
def three(app):
    return [seat(CHEN), seat(LIN), seat(ZHANG, state="cancelled")]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=_whole_history())
def test_facts_of_every_kind_give_the_same_in_any_order_and_as_a_recount(three, history):
    facts, order, again = history
    _forget_all()
    _tell_safely(three, facts, [*order, *again])
    mixed = _rows()
    with transaction():
        recount(cast.TODAY_SLOT)
    assert _rows() == mixed
    _forget_all()
    _tell_safely(three, facts, range(len(facts)))
    assert _rows() == mixed


def _tell_safely(seats, facts, order):
    """Zhang has nothing to do with the slot before something was shown of her: one refused scan comes first."""
    check_in(cast.TODAY_SLOT, Presented(nonce="whole-first", source="camera"), registration_id=seats[2], now=cast.NOW)
    _tell(seats, facts, order)


@pytest.fixture
def two_records(app):
    """Chen's own registration and that of a walk-in who will turn out to be her."""
    with transaction() as session:
        session.add(Person(id=500, name="陈丽花", created_at=cast.LONG_AGO, pinyin=""))
    return [seat(CHEN), seat(500, as_whom="walk_in", division=cast.KAIYUAN_COMMUNITY)]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.lists(st.tuples(st.integers(0, 1), _fact), min_size=1, max_size=6), when=st.integers(0, 6))
def test_facts_of_two_records_are_those_of_one_person_whenever_they_are_merged(two_records, facts, when):
    def show(index, registration_id):
        direction, minute, source = facts[index][1]
        at = cast.NOW + timedelta(minutes=minute)
        presented = Presented(nonce=f"merge-{index:04}", source=source, direction=direction, device_time=at)
        check_in(cast.TODAY_SLOT, presented, registration_id=registration_id, now=AFTER)

    _forget_all()
    with transaction() as session:
        session.execute(update(Person).where(Person.id == 500).values(merged_into_id=None))
    for index in range(len(facts)):
        if index == min(when, len(facts) - 1):
            merge(500, CHEN, actor_id=ORGANISER, now=AFTER)
        show(index, two_records[facts[index][0]])
    merged = _rows()
    assert set(merged) <= {CHEN}
    with transaction():
        recount(cast.TODAY_SLOT)
    assert _rows() == merged
    _forget_all()
    for index in range(len(facts)):
        show(index, two_records[0])
    assert _rows() == merged
