"""A phone near the venue, far from it, and unsure of itself."""

from __future__ import annotations

import pytest

from training_app.checkin.nearness import judge
from training_app.schedule.geography import Point, gcj_of_wgs

VENUE = Point(24.9073, 118.5869)
#: About 300 m north.
NORTH = Point(24.91, 118.5869)


def test_a_phone_within_the_circle_is_near_and_only_the_rounded_distance_is_told():
    near = judge(VENUE, 400, NORTH, 10)
    assert (near.objection, near.note) == (None, "300 m")


def test_a_phone_outside_is_too_far():
    assert judge(VENUE, 200, NORTH, 10).objection == "too_far"


def test_a_phones_doubt_counts_in_its_favour_up_to_a_kilometre():
    assert judge(VENUE, 200, NORTH, 120).objection is None
    assert judge(VENUE, 200, NORTH, 1001).objection == "no_position"


def test_a_phone_that_speaks_the_maps_degrees_is_near_all_the_same():
    assert judge(VENUE, 100, gcj_of_wgs(VENUE), 10).objection is None


@pytest.mark.parametrize("phone", [None, Point(float("nan"), 118.0), Point(float("inf"), 118.0), Point(95.0, 118.0)])
def test_no_position_or_a_mad_one_is_none(phone):
    assert judge(VENUE, 200, phone, 10).objection == "no_position"


@pytest.mark.parametrize("accuracy", [None, -1.0, float("nan"), float("inf")])
def test_a_position_without_a_doubt_is_not_believed(accuracy):
    assert judge(VENUE, 200, VENUE, accuracy).objection == "no_position"


def test_far_away_is_told_in_kilometres():
    assert judge(VENUE, 200, Point(39.9, 116.4), 10).note == "1680 km"
