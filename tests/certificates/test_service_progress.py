"""How far people have come."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests import cast
from training_app.attendance.models import Attendance
from training_app.certificates import service
from training_app.certificates.rules import Conditions
from training_app.core.db import transaction
from training_app.core.errors import Invalid
from training_app.learning import service as learning
from training_app.people.models import Person

CHEN, LIN, ORGANISER = (cast.CAST[key].id for key in ("chen", "lin", "organiser"))


def attend(person, slots, *, status="present", as_whom="trainee"):
    with transaction() as session:
        session.add_all(
            Attendance(slot_id=slot, person_id=person, status=status, as_whom=as_whom, left_early=False)
            for slot in slots
        )


def of(person, now=cast.NOW):
    return service.progress(cast.PROGRAMME, [person], now)[person]


def test_four_of_five_leaves_one_to_go(app):
    attend(CHEN, [1, 2, 3, 4])
    found = of(CHEN)
    assert (found.sessions_done, found.sessions_needed, found.sessions_possible) == (4, 5, 6)
    assert found.hours == 16
    assert found.decision.codes == ("sessions", "test")


def test_a_late_arrival_counts_and_an_absence_does_not(app):
    attend(CHEN, [1], status="late")
    attend(CHEN, [2], status="absent")
    attend(CHEN, [3], status="excused")
    assert of(CHEN).sessions_done == 1


def test_a_stand_in_counts_for_nobody(app):
    attend(LIN, [1, 2], as_whom="stand_in")
    assert of(LIN).sessions_done == 0
    assert of(CHEN).sessions_done == 0


def test_todays_session_can_still_be_attended_until_its_door_closes(app):
    attend(CHEN, [1, 2])
    assert of(CHEN).sessions_possible == 5
    assert of(CHEN, cast.NOW + timedelta(days=1)).sessions_possible == 4


def test_when_too_few_lie_ahead_it_is_out_of_reach(app):
    attend(LIN, [3])
    found = of(LIN, cast.NOW + timedelta(days=1))
    assert not found.achievable
    assert found.decision.codes[0] == "sessions_out_of_reach"


def test_a_merged_persons_facts_count_for_the_one_that_stays(app):
    attend(LIN, [1])
    attend(CHEN, [1, 2])
    with transaction() as session:
        session.get(Person, LIN).merged_into_id = CHEN
    assert of(CHEN).sessions_done == 2


def test_all_done_makes_eligible(app):
    attend(CHEN, [1, 2, 3, 4, 5])
    learning.save(cast.PROGRAMME, {(CHEN, 1): Decimal(88)}, source="paper", actor_id=ORGANISER, now=cast.NOW)
    found = of(CHEN)
    assert (found.eligible, found.kind) == (True, "completion")


def test_many_people_take_as_many_statements_as_one(app, count_statements):
    everyone = [member.id for member in cast.CAST.values()]
    one = count_statements(lambda: service.progress(cast.PROGRAMME, [CHEN], cast.NOW))
    app.extensions["sqlalchemy"].session.expire_all()
    assert count_statements(lambda: service.progress(cast.PROGRAMME, everyone, cast.NOW)) <= one + 1


def test_a_new_version_leaves_the_old_one_alone(app):
    first = service.set_rule(cast.PROGRAMME, Conditions(5), actor_id=ORGANISER, now=cast.NOW)
    again = service.set_rule(cast.PROGRAMME, Conditions(5), actor_id=ORGANISER, now=cast.NOW)
    second = service.set_rule(cast.PROGRAMME, Conditions(4), actor_id=ORGANISER, now=cast.NOW)
    assert (first.version, again.version, second.version) == (1, 1, 2)
    assert first.conditions["sessions_needed"] == 5
    assert of(CHEN).sessions_needed == 4


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        (Conditions(7), "too_many_sessions"),
        (Conditions(0), "nothing_asked"),
        (Conditions(5, pass_mark=Decimal(101)), "pass_mark"),
        (Conditions(-1), "negative"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(app, conditions, code):
    with pytest.raises(Invalid, match=code):
        service.set_rule(cast.PROGRAMME, conditions, actor_id=ORGANISER, now=cast.NOW)
