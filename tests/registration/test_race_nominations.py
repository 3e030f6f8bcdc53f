"""Two nominate the same person, two decide the same nomination, two import the same roster: harmless."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from tests import cast
from tests.registration.test_service_rosters import book, row
from training_app.core.db import db
from training_app.core.errors import Refusal
from training_app.registration import nominations, quotas, rosters
from training_app.registration.models import Enrolment, Nomination, Registration
from training_app.schedule.models import Event

AT_ONCE = 6
WHO = {"actor_id": cast.CAST["organiser"].id, "now": cast.NOW}
CHEN, LIN = cast.CAST["chen"].id, cast.CAST["lin"].id


def _race(app, *calls):
    gate = Barrier(len(calls))

    def run(call):
        with app.app_context():
            gate.wait()
            try:
                return call()
            except Refusal as refused:
                return refused.code
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(calls)) as hands:
        return list(hands.map(run, calls))


def _nominate(*ids):
    return lambda: nominations.nominate(5, ids, jurisdictions=(cast.LICHENG,), **WHO)


def test_one_person_is_nominated_once(app):
    answers = _race(app, *[_nominate(CHEN)] * AT_ONCE)
    assert sorted(answers) == [0] * (AT_ONCE - 1) + [1]
    assert db.session.scalar(select(func.count()).select_from(Nomination)) == 1


def test_the_last_place_is_given_once(app):
    quotas.set_places(5, {cast.KAIYUAN: 1}, **WHO)
    answers = _race(app, _nominate(CHEN), _nominate(LIN), _nominate(CHEN), _nominate(LIN))
    assert answers.count(1) == 1
    assert db.session.scalar(select(func.count()).select_from(Nomination)) == 1


def test_accepting_and_refusing_at_once_decides_once(app):
    _nominate(CHEN, LIN)()
    ids = list(db.session.scalars(select(Nomination.id)))

    def decide(accept):
        return lambda: nominations.decide(5, ids, accept=accept, reason="名额", **WHO)

    answers = _race(app, *[decide(True), decide(False)] * 3)
    decided = [outcomes for outcomes in answers if any(o.result != "unchanged" for o in outcomes)]
    assert len(decided) == 1
    db.session.expire_all()
    states = set(db.session.scalars(select(Nomination.state)))
    assert len(states) == 1
    enrolled = db.session.scalar(select(func.count()).select_from(Enrolment))
    assert enrolled == (2 if states == {"accepted"} else 0)


def test_a_roster_confirmed_by_many_hands_is_imported_once(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        people = book(*[row(f"王{c}", f"1385970000{n}") for n, c in enumerate("甲乙丙丁")])
        roster = rosters.upload(people, "名册.xlsx", purpose="roster", phase_id=5, **WHO)
    answers = _race(app, *[lambda: rosters.confirm(roster.id, ("",), leave_out_bad=False, **WHO)] * AT_ONCE)
    assert all(answer["confirmed"] == 4 for answer in answers)
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 4
    assert db.session.get(Event, 5, populate_existing=True).seats_taken == 4


def test_two_rosters_with_the_same_new_person_make_one_person(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        both = [
            rosters.upload(book(row("王芳", "13859700001")), "名册.xlsx", purpose="roster", phase_id=5, **WHO).id
            for _n in range(2)
        ]
    calls = [lambda n=n: rosters.confirm(n, ("",), leave_out_bad=False, **WHO) for n in both]
    answers = _race(app, *calls)
    assert "phone_taken" in answers or sorted(answer["new"] for answer in answers) == [0, 1]
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 1
