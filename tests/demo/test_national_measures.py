"""How much, and when: pure."""

from __future__ import annotations

import random
from datetime import date
from itertools import islice, pairwise

from training_app.demo.national import codes, measures

TODAY = date(2026, 11, 29)


def test_the_whole_tree_gets_twelve_thousand_phases_and_every_city_one():
    chance = random.Random("cities")
    cities = {f"{code}": chance.randrange(4, 3500) for code in range(1000, 1341)}
    cities["9999"] = measures.COMMUNITIES - sum(cities.values())
    found = measures.phases_by_city(cities)
    assert sum(found.values()) == measures.PHASES and min(found.values()) >= 1
    assert found["9999"] > 100


def test_a_part_of_the_tree_gets_as_many_for_a_community():
    assert measures.phases_by_city({"3505": 2573}) == {"3505": 50}
    assert sum(measures.phases_by_city({f"{n}": 1 for n in range(40)}).values()) == 40


def test_last_years_phases_stay_in_that_year():
    for seed in range(300):
        plan = measures.timetable(False, TODAY, random.Random(seed))
        assert plan.year == 2025 and {day.year for day in plan.days} == {2025} and len(plan.days) == 6


def test_this_years_phases_are_over_unless_they_run_today():
    for seed in range(300):
        plan = measures.timetable(True, TODAY, random.Random(seed))
        assert plan.year == 2026 and plan.days[-1] < TODAY
        running = measures.timetable(True, TODAY, random.Random(seed), running=True)
        assert TODAY in running.days[1:] and running.days == tuple(sorted(running.days))


def test_codes_rise_differ_and_come_from_the_seed():
    for make in (codes.tickets, codes.nonces):
        first = list(islice(make("a"), 5000))
        assert all(one < other for one, other in pairwise(first))
        assert first == list(islice(make("a"), 5000)) != list(islice(make("b"), 5000))
        assert {len(code) for code in first} == {len(first[0])}
