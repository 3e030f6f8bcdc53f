"""A post is filled at the very moment at which its community is taken over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from sqlalchemy import select

from tests import cast
from training_app.core.db import db
from training_app.core.errors import Refusal
from training_app.divisions.models import Division
from training_app.divisions.succession import succeed
from training_app.people import persons, posts
from training_app.people.models import Post

DAY = date(2026, 6, 1)


def test_nobody_is_left_in_a_post_of_a_community_that_ended(app, now):
    vacant = [one.division.code for one in posts.holders([cast.KAIYUAN]) if one.post is None][:6]
    people = [
        persons.find_or_create(f"新主任{'甲乙丙丁戊己'[n]}", f"1391234000{n}", actor_id=1, now=now).id
        for n in range(len(vacant))
    ]
    others = [one.division.code for one in posts.holders([cast.FUQIAO]) if one.post is None][: len(vacant)]

    def fill(place):
        with app.app_context():
            try:
                posts.change_holder(
                    vacant[place], "director", expected_person_id=None, new_person_id=people[place], from_on=DAY,
                    appointed="elected", actor_id=1, now=now,
                )  # fmt: skip
            except Refusal as refused:
                return refused.code
            finally:
                db.session.remove()
        return "filled"

    def take_over(place):
        with app.app_context():
            try:
                return succeed(vacant[place], others[place], on=DAY, actor_id=1, now=now).moved
            finally:
                db.session.remove()

    with ThreadPoolExecutor(6) as pool:
        pairs = [(pool.submit(fill, n), pool.submit(take_over, n)) for n in range(len(vacant))]
        answers = [(filled.result(), moved.result()) for filled, moved in pairs]
    assert set(answers) <= {("filled", 1), ("division_ended", 0)}
    ended = select(Division.code).where(Division.valid_to.is_not(None))
    assert db.session.scalars(select(Post).where(Post.division_code.in_(ended), Post.ended_on.is_(None))).all() == []
