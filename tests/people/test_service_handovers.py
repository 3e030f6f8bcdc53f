"""Changes of post in bulk: submitted, looked at side by side, confirmed whole or refused."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from tests import cast
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.people import handovers, merging, persons, posts
from training_app.people.handovers import Change
from training_app.people.models import Handover, Person, Post

SUPERVISOR, ORGANISER = 4, 2
DAY = date(2026, 6, 1)


def _change(code, name="", phone="", *, old=None, vacant=False, from_on=DAY):
    return Change(code, old, name, phone, vacant, from_on, "elected")


def _submit(*changes):
    return handovers.submit(cast.KAIYUAN, changes, actor_id=SUPERVISOR, now=cast.NOW)


def _confirm(handover):
    return handovers.confirm(handover.id, actor_id=ORGANISER, now=cast.NOW)


def _codes(handover):
    return [step.code for step in handovers.plan(handover.id)]


def test_a_whole_subdistrict_changes_hands_in_one_go(app):
    rows = posts.holders([cast.KAIYUAN])
    made = _submit(
        *[
            _change(row.division.code, f"新主任{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳'[n]}", f"1391234{n:04d}",
                    old=row.person.id if row.person else None)
            for n, row in enumerate(rows)
        ]
    )  # fmt: skip
    assert set(_codes(made)) == {"new"} and len(rows) >= 12
    _confirm(made)
    after = posts.holders([cast.KAIYUAN])
    assert all(row.person and row.person.name.startswith("新主任") for row in after)
    assert db.session.scalar(select(Post.ended_on).where(Post.person_id == 7)) == date(2026, 5, 31)
    assert db.session.get(Person, 7).division_code == cast.KAIYUAN_COMMUNITY


def test_each_row_says_what_it_would_do(app):
    free = [row.division.code for row in posts.holders([cast.KAIYUAN]) if row.post is None]
    persons.find_or_create("无号人", None, division_code=free[2], actor_id=ORGANISER, now=cast.NOW)
    made = _submit(
        _change(cast.MEISHAN, vacant=True, old=8),
        _change(cast.KAIYUAN_COMMUNITY, "陈丽华", old=7),
        _change(free[0], "陈丽华", "13800000007"),
        _change(free[1], "李四", "13800000008"),
        _change(free[2], "无号人", "13912340000"),
        _change(free[3], "新人"),
    )
    steps = {step.change.division_code: step.code for step in handovers.plan(made.id)}
    assert steps == {
        cast.MEISHAN: "vacant",
        cast.KAIYUAN_COMMUNITY: "same_person",
        free[0]: "known",
        free[1]: "name_differs",
        free[2]: "known",
        free[3]: "new",
    }


def test_whoever_hands_in_changes_learns_of_no_number_that_is_somebodys_elsewhere(app):
    free = [row.division.code for row in posts.holders([cast.KAIYUAN]) if row.post is None]
    made = _submit(
        _change(free[0], "张淑英", "13800000009"),
        _change(free[1], "别人", "13800000005"),
        _change(free[2], "新人", "13912340000"),
        _change(free[3], "李四", "13800000008"),
    )
    seen = {step.change.new_name: (step.code, str(step.sentence)) for step in handovers.plan(made.id, [cast.KAIYUAN])}
    assert seen["张淑英"] == seen["别人"] == seen["新人"]
    assert seen["李四"][0] == "name_differs"
    decided = {step.change.new_name: step.code for step in handovers.plan(made.id)}
    assert decided == {"张淑英": "known", "别人": "name_differs", "新人": "new", "李四": "name_differs"}


def test_one_row_that_cannot_be_done_stops_them_all(app):
    made = _submit(_change(cast.MEISHAN, "新人", old=8), _change(cast.KAIYUAN_COMMUNITY, "林", "13800000008", old=7))
    people = db.session.scalar(select(func.count()).select_from(Person))
    with pytest.raises(Refusal) as refused:
        _confirm(made)
    assert refused.value.code == "handover_conflicts"
    assert posts.division_of(8) == cast.MEISHAN and made.state == "submitted"
    assert db.session.scalar(select(func.count()).select_from(Person)) == people


def test_a_holder_who_changed_meanwhile_is_not_run_over(app):
    made = _submit(_change(cast.MEISHAN, "新人", old=8))
    posts.change_holder(
        cast.MEISHAN, "director", expected_person_id=8, new_person_id=11, from_on=date(2026, 5, 1), appointed="",
        actor_id=1, now=cast.NOW,
    )  # fmt: skip
    assert _codes(made) == ["holder_changed"]
    with pytest.raises(Refusal):
        _confirm(made)
    assert posts.division_of(11) == cast.MEISHAN


def test_a_day_before_the_present_holders_first_is_a_conflict(app):
    assert _codes(_submit(_change(cast.MEISHAN, "新人", old=8, from_on=date(2023, 1, 1)))) == ["day_too_early"]


def test_a_number_of_a_merged_record_finds_the_one_who_stays(app):
    double = persons.find_or_create(
        "陈丽华", "13900001111", division_code=cast.MEISHAN, actor_id=None, now=cast.NOW, unconfirmed=True
    )
    merging.merge(double.id, 7, actor_id=ORGANISER, now=cast.NOW)
    made = _submit(_change(cast.MEISHAN, "陈丽华", "13900001111", old=8))
    assert _codes(made) == ["known"]
    _confirm(made)
    assert len(posts.present_posts([7])[7]) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (_change(cast.MEISHAN, "新人", "123", old=8), "phone"),
        (_change(cast.MEISHAN, "新人1", old=8), "name"),
        (_change(cast.MEISHAN, "", "13912340000", old=8), "name"),
        (_change(cast.MEISHAN, "新人", vacant=True, old=8), "name"),
        (_change("350502004012", vacant=True), "name"),
        (_change(cast.MEISHAN, "新人", old=8, from_on=None), "from_on"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_nothing_is_stored(app, change, field):
    with pytest.raises(Invalid) as refused:
        _submit(_change(cast.KAIYUAN_COMMUNITY, "好人", old=7), change)
    assert list(refused.value.fields) == [f"{change.division_code}-{field}"]
    assert db.session.scalar(select(func.count()).select_from(Handover)) == 0


def test_one_number_with_two_names_is_asked_about(app):
    with pytest.raises(Invalid) as refused:
        _submit(
            _change(cast.MEISHAN, "新人", "13912340000", old=8),
            _change(cast.KAIYUAN_COMMUNITY, "别人", "13912340000", old=7),
        )
    assert list(refused.value.fields) == [f"{cast.KAIYUAN_COMMUNITY}-phone"]


def test_nothing_typed_is_nothing_submitted(app):
    with pytest.raises(Invalid) as refused:
        _submit()
    assert refused.value.code == "nothing_changed"


def test_a_community_that_waits_already_is_not_submitted_twice(app):
    _submit(_change(cast.MEISHAN, "新人", old=8))
    with pytest.raises(Invalid) as refused:
        _submit(_change(cast.MEISHAN, "别人", old=8))
    assert list(refused.value.fields) == [f"{cast.MEISHAN}-name"]


def test_a_community_of_another_subdistrict_cannot_be_slipped_in(app):
    with pytest.raises(NotFound):
        _submit(_change(cast.FUQIAO_COMMUNITY, "新人", old=9))


def test_a_refusal_needs_its_reason_and_is_final(app):
    made = _submit(_change(cast.MEISHAN, "新人", old=8))
    with pytest.raises(Invalid):
        handovers.refuse(made.id, " ", actor_id=ORGANISER, now=cast.NOW)
    handovers.refuse(made.id, "请补电话", actor_id=ORGANISER, now=cast.NOW)
    for call in (lambda: _confirm(made), lambda: handovers.refuse(made.id, "x", actor_id=1, now=cast.NOW)):
        with pytest.raises(Refusal) as refused:
            call()
        assert refused.value.code == "handover_decided"


def test_the_plan_takes_as_many_statements_for_one_row_as_for_twelve(app, count_statements):
    rows = posts.holders([cast.FUQIAO])
    one = _submit(_change(cast.MEISHAN, "新人", "13912349999", old=8))
    with transaction():
        many = handovers.submit(
            cast.FUQIAO,
            [_change(r.division.code, "新人", old=r.person.id if r.person else None) for r in rows],
            actor_id=5,
            now=cast.NOW,
        )
    counts = []
    for made in (one, many):
        db.session.expire_all()
        counts.append(count_statements(lambda made=made: handovers.plan(made.id)))
    assert counts[0] == counts[1] and len(rows) > 5
