"""Places for subdistricts: set together, shown against the capacity, all or none."""

from __future__ import annotations

import pytest

from tests import cast
from training_app.core.errors import Invalid, NotFound
from training_app.registration import quotas

WHO = {"actor_id": cast.CAST["organiser"].id, "now": cast.NOW}


def _row(code):
    return next(row for row in quotas.overview(cast.TODAY_PHASE, cast.LICHENG) if row.code == code)


def test_every_subdistrict_of_the_district_is_a_row(app):
    rows = quotas.overview(cast.TODAY_PHASE, cast.LICHENG)
    assert len(rows) == 9
    assert sum(row.communities for row in rows) == 82
    kaiyuan = _row(cast.KAIYUAN)
    assert (kaiyuan.name, kaiyuan.places, kaiyuan.directors, kaiyuan.named) == ("开元街道", None, 2, 0)


def test_a_supervisor_sees_her_own_subdistrict_only(app):
    assert [row.code for row in quotas.overview(cast.TODAY_PHASE, cast.LICHENG, (cast.KAIYUAN,))] == [cast.KAIYUAN]


def test_places_are_set_changed_and_taken_away(app):
    assert quotas.set_places(cast.TODAY_PHASE, {cast.KAIYUAN: 13, cast.FUQIAO: 0}, **WHO) == 2
    assert (_row(cast.KAIYUAN).places, _row(cast.FUQIAO).places) == (13, 0)
    assert quotas.set_places(cast.TODAY_PHASE, {cast.KAIYUAN: 12, cast.FUQIAO: None}, **WHO) == 2
    assert (_row(cast.KAIYUAN).places, _row(cast.FUQIAO).places) == (12, None)
    assert quotas.set_places(cast.TODAY_PHASE, {cast.KAIYUAN: 12}, **WHO) == 0


def test_one_wrong_number_changes_nothing(app):
    with pytest.raises(Invalid) as wrong:
        quotas.set_places(cast.TODAY_PHASE, {cast.KAIYUAN: 13, cast.FUQIAO: -1}, **WHO)
    assert set(wrong.value.fields) == {cast.FUQIAO}
    assert _row(cast.KAIYUAN).places is None


def test_a_subdistrict_of_another_district_has_no_places_here(app):
    with pytest.raises(NotFound):
        quotas.set_places(cast.TODAY_PHASE, {"350503001": 3}, **WHO)


def test_the_capacity_of_a_phase_is_that_of_its_smallest_event(app):
    assert quotas.capacity_of(cast.TODAY_PHASE) == 80


def test_the_overview_costs_the_same_for_nine_and_for_two_hundred_subdistricts(app, count_statements):
    few = count_statements(lambda: quotas.overview(cast.TODAY_PHASE, cast.LICHENG))
    many = count_statements(lambda: quotas.overview(cast.TODAY_PHASE, "3505"))
    assert few == many == 5
