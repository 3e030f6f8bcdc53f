"""Two phones claim to be the same director at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests import cast
from training_app.core.db import db, transaction
from training_app.people import claims, grouplinks
from training_app.people.models import Person


def test_of_many_first_claims_at_once_one_gets_in(app):
    with transaction() as session:
        session.add(
            Person(id=50, name="许建国", phone="+8613900002222", division_code=cast.MEISHAN, created_at=cast.NOW)
        )
    link = grouplinks.create(cast.LICHENG, "", organisation_id=cast.OFFICE, days=7, actor_id=2, now=cast.NOW)
    token = grouplinks.token_of(link)

    def claim(number):
        with app.app_context():
            try:
                return claims.make(
                    token, division_code=cast.MEISHAN, name="许建国", phone="13900002222", device_key=str(number),
                    device_name="", now=cast.NOW,
                ).code  # fmt: skip
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(claim, range(8)))
    assert sorted(answers) == ["in"] + ["waits"] * 7
