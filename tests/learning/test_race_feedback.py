"""A hall answers at once, some of them twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from tests.learning.feedbackers import CROWD, EVENT, crowd, during, say
from training_app.core.db import db
from training_app.learning.feedbackmodels import FeedbackBox, FeedbackGiven


def test_of_a_hall_that_taps_twice_at_once_each_is_counted_once(app):
    crowd()
    now = during()

    def tap(number):
        with app.app_context():
            try:
                return say(CROWD[number % len(CROWD)], number % 5, text=f"话{number % len(CROWD)}", now=now)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(tap, range(3 * len(CROWD))))
    box = db.session.get_one(FeedbackBox, EVENT)
    assert sum(taken) == box.answers == sum(box.counts["overall"]) == len(CROWD)
    assert box.texts == sorted(f"话{n}" for n in range(len(CROWD)))
    assert db.session.scalar(select(func.count()).select_from(FeedbackGiven)) == len(CROWD)
