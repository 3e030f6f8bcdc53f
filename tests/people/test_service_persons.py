"""Persons and posts, on every database."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from tests import cast
from training_app.core.db import db
from training_app.core.errors import Invalid, Refusal
from training_app.people import persons, posts
from training_app.people.models import Person, Post

ACTOR = cast.CAST["organiser"].id


def _make(name, phone=None, **more):
    return persons.find_or_create(name, phone, actor_id=ACTOR, now=cast.NOW, **more)


def test_a_known_phone_number_finds_its_person(app):
    assert _make("陈 丽华", "138 0000 0007").id == cast.CAST["chen"].id


def test_another_name_for_a_known_number_is_a_question(app):
    before = db.session.scalar(select(func.count()).select_from(Person))
    with pytest.raises(Invalid) as refused:
        _make("李四", "13800000007")
    assert refused.value.code == "name_differs"
    assert db.session.scalar(select(func.count()).select_from(Person)) == before


def test_a_new_person_is_found_by_pinyin_initials_and_last_digits(app):
    made = _make("许建国", "13900001234", division_code=cast.MEISHAN)
    for typed in ("许建", "xujian", "xjg", "1234"):
        assert [p.id for p in persons.search(typed, [cast.KAIYUAN], 20)] == [made.id], typed
    assert persons.search("xjg", [cast.FUQIAO], 20) == []


def test_three_digits_of_a_phone_number_find_nobody(app):
    assert persons.search("007", [""], 20) == []


def test_a_second_import_of_a_person_without_a_number_makes_no_double(app):
    first = _make("许建国", division_code=cast.MEISHAN)
    assert _make("许建国", division_code=cast.MEISHAN).id == first.id
    assert _make("许建国", "13900001234", division_code=cast.MEISHAN).id == first.id
    assert db.session.get(Person, first.id).phone == "+8613900001234"


def test_a_name_typed_at_the_door_never_stands_for_someone_known(app):
    made = _make("陈丽华", division_code=cast.KAIYUAN_COMMUNITY, unconfirmed=True)
    assert made.id != cast.CAST["chen"].id and made.unconfirmed


def test_a_number_that_another_has_cannot_be_set(app):
    with pytest.raises(Invalid) as refused:
        persons.change(
            7, name="陈丽华", phone="13800000008", email="", sex=None, division_code=None, actor_id=ACTOR, now=cast.NOW
        )
    assert refused.value.code == "phone_taken"


def test_holders_lists_vacant_communities_too_in_one_statement(app, count_statements):
    rows = []
    assert count_statements(lambda: rows.extend(posts.holders([cast.KAIYUAN]))) == 1
    held = {row.division.code: row.person.name for row in rows if row.person}
    assert held == {cast.KAIYUAN_COMMUNITY: "陈丽华", cast.MEISHAN: "林晓燕"}
    assert len(rows) > len(held)


def test_present_posts_come_in_one_statement(app, count_statements):
    found = {}
    assert count_statements(lambda: found.update(posts.present_posts([7, 8, 9, 11]))) == 1
    assert found[7][0].division.name.startswith("开元社区") and 11 not in found


def test_one_person_may_hold_two_communities(app):
    vacant = next(row.division.code for row in posts.holders([cast.KAIYUAN]) if row.post is None)
    posts.change_holder(
        vacant, "director", expected_person_id=None, new_person_id=7, from_on=date(2026, 6, 1),
        appointed="appointed", actor_id=ACTOR, now=cast.NOW,
    )  # fmt: skip
    assert len(posts.present_posts([7])[7]) == 2


def test_a_post_ends_the_day_before_the_next_begins(app):
    made = posts.change_holder(
        cast.MEISHAN, "director", expected_person_id=8, new_person_id=11, from_on=date(2026, 6, 1),
        appointed="elected", actor_id=ACTOR, now=cast.NOW,
    )  # fmt: skip
    old = db.session.scalar(select(Post).where(Post.person_id == 8))
    assert old.ended_on == date(2026, 5, 31) and made.started_on == date(2026, 6, 1)
    assert posts.division_of(11) == cast.MEISHAN


def test_a_post_that_changed_hands_meanwhile_is_not_touched(app):
    with pytest.raises(Refusal) as refused:
        posts.change_holder(
            cast.MEISHAN, "director", expected_person_id=7, new_person_id=11, from_on=date(2026, 6, 1),
            appointed="elected", actor_id=ACTOR, now=cast.NOW,
        )  # fmt: skip
    assert refused.value.code == "holder_changed"
    assert posts.division_of(8) == cast.MEISHAN
