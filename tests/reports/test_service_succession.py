"""A merger of divisions changes what is counted from its day on, and nothing before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import cast
from tests.reports.totals import differences, kept
from training_app.core.db import db
from training_app.divisions import service
from training_app.divisions.succession import Step, succeed
from training_app.registration import seats
from training_app.reports import recount, upkeep
from training_app.reports.models import CoverageTotal, PostState, SlotTotal

DAY = date(2026, 6, 1)
BEFORE = DAY - timedelta(days=1)
NEW = "350502009"


@pytest.fixture
def merged(app, now):
    """Kaiyuan becomes a new subdistrict; before, its director of Meishan has a seat. Gives what was counted."""
    seats.register(cast.TODAY_EVENT, 8, source="organiser", actor_id=2, now=now)
    upkeep.settle(now)
    earlier = recount.coverage_on(cast.LICHENG, 2026, BEFORE, now, digits=9)
    steps = [Step(d.code, NEW + d.code[9:], d.name) for d in service.communities([cast.KAIYUAN])]
    succeed(cast.KAIYUAN, NEW, on=DAY, name="新城街道", communities=steps, actor_id=1, now=now)
    upkeep.settle(now)
    return earlier


def test_the_totals_that_are_kept_up_are_those_of_a_recount(merged):
    before = kept()
    recount.everything(cast.NOW)
    assert differences(before, kept()) == {}


def test_what_was_counted_of_a_day_before_stays(merged):
    assert recount.coverage_on(cast.LICHENG, 2026, BEFORE, cast.NOW, digits=9) == merged
    assert (cast.KAIYUAN, "director") in merged and (NEW, "director") not in merged


def test_the_successor_has_the_posts_from_its_first_day(merged):
    since = recount.coverage_on(cast.LICHENG, 2026, DAY, cast.NOW, digits=9)
    assert (cast.KAIYUAN, "director") not in since
    assert since[NEW, "director"]["posts"] == merged[cast.KAIYUAN, "director"]["posts"]
    assert db.session.get(CoverageTotal, (NEW, "director", 2026)).posts == since[NEW, "director"]["posts"]


def test_nobody_becomes_new_by_it(merged):
    state = db.session.get(PostState, (NEW + cast.MEISHAN[9:], "director", 2026))
    assert (state.person_id, state.state) == (8, "in_training")
    assert db.session.get(PostState, (cast.MEISHAN, "director", 2026)) is None


def test_a_seat_of_before_is_counted_where_it_was_taken(merged):
    assert db.session.get(SlotTotal, (cast.TODAY_SLOT, cast.KAIYUAN)).expected == 1
    assert db.session.get(SlotTotal, (cast.TODAY_SLOT, NEW)) is None
