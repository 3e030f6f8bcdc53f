"""What scans, corrections and leave amount to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from training_app.attendance.rules import CorrectionFact, LeaveFact, ScanFact, SlotFacts, derive

START = datetime(2026, 6, 14, 0, 30, tzinfo=UTC)
SLOT = SlotFacts(START, START + timedelta(hours=3), START + timedelta(minutes=15))


def at(minutes):
    return START + timedelta(minutes=minutes)


def test_who_comes_in_time_is_present():
    facts = derive([ScanFact("a", at(15))], [], [], SLOT)
    assert (facts.status, facts.arrived_at, facts.minutes) == ("present", at(15), None)


def test_who_comes_after_the_limit_is_late():
    assert derive([ScanFact("a", at(16))], [], [], SLOT).status == "late"


def test_the_earliest_scan_is_the_arrival_whichever_came_first():
    assert derive([ScanFact("b", at(20)), ScanFact("a", at(5))], [], [], SLOT).arrived_at == at(5)


def test_paper_counts_only_where_no_scan_tells_the_minute():
    paper, scanned, out = ScanFact("p", at(0), timed=False), ScanFact("a", at(20)), ScanFact("b", at(60), "out")
    assert derive([paper], [], [], SLOT).arrived_at == at(0)
    assert derive([paper, scanned], [], [], SLOT).arrived_at == at(20)
    assert derive([paper, scanned], [], [], SLOT).status == "late"
    # Whoever was only seen leaving came at some time: the signature says so.
    seen = derive([paper, out], [], [], SLOT)
    assert (seen.arrived_at, seen.left_at) == (at(0), at(60))


def test_who_leaves_early_is_marked_and_the_minutes_are_those_inside():
    facts = derive([ScanFact("a", at(-10)), ScanFact("b", at(60), "out")], [], [], SLOT)
    assert (facts.left_early, facts.minutes) == (True, 60)


def test_an_undo_takes_back_what_came_before_it():
    assert derive([ScanFact("a", at(1)), ScanFact("b", at(2), "undo")], [], [], SLOT) is None


def test_a_correction_wins_and_can_be_taken_back():
    scan = ScanFact("a", at(1))
    set_absent, taken_back = CorrectionFact(1, at(200), "absent"), CorrectionFact(2, at(201), "scans")
    assert derive([scan], [set_absent], [], SLOT).status == "absent"
    assert derive([scan], [set_absent, taken_back], [], SLOT).status == "present"


def test_granted_leave_excuses_only_who_did_not_come():
    leave = LeaveFact(1, at(-100), "granted")
    assert derive([], [], [leave], SLOT).status == "excused"
    assert derive([ScanFact("a", at(1))], [], [leave], SLOT).status == "present"
    assert derive([], [], [leave, LeaveFact(2, at(-90), "refused")], SLOT) is None


def test_only_who_was_expected_is_absent_and_only_after_the_close():
    closed = SlotFacts(SLOT.starts_at, SLOT.ends_at, SLOT.late_after, closed=True)
    assert derive([], [], [], closed, expected=True).status == "absent"
    assert derive([], [], [], closed) is None
    assert derive([], [], [], SLOT, expected=True) is None


moments = st.integers(-60, 240).map(at)
scans = st.builds(ScanFact, st.uuids().map(str), moments, st.sampled_from(["in", "out", "undo"]), st.booleans())
corrections = st.builds(
    CorrectionFact, st.integers(1, 99), moments, st.sampled_from(["present", "late", "excused", "absent", "scans"])
)
leaves = st.builds(LeaveFact, st.integers(1, 99), moments, st.sampled_from(["asked", "granted", "refused"]))


@given(
    st.lists(scans, max_size=8),
    st.lists(corrections, max_size=4, unique_by=lambda c: c.id),
    st.lists(leaves, max_size=4, unique_by=lambda f: f.id),
    st.data(),
)
def test_any_order_and_any_repetition_gives_the_same(some_scans, some_corrections, some_leaves, data):
    def shuffled(facts):
        again = facts + (data.draw(st.lists(st.sampled_from(facts), max_size=4)) if facts else [])
        return data.draw(st.permutations(again))

    first = derive(some_scans, some_corrections, some_leaves, SLOT, expected=True)
    assert derive(shuffled(some_scans), shuffled(some_corrections), shuffled(some_leaves), SLOT, expected=True) == first
