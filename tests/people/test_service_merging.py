"""Two records of one person become one, and every fact is kept."""

from __future__ import annotations

import importlib
from datetime import date

import pytest
from sqlalchemy import select

from tests import cast
from training_app.attendance import history
from training_app.attendance.models import Scan
from training_app.core import signals
from training_app.core.db import Model, db, transaction
from training_app.core.errors import Refusal
from training_app.people import accounts, links, logins, merging, persons, posts
from training_app.people.models import Login, Person, Post

ACTOR = cast.CAST["organiser"].id
CHEN = cast.CAST["chen"].id


def _walk_in(name="陈丽华", phone=None):
    return persons.find_or_create(
        name, phone, division_code=cast.KAIYUAN_COMMUNITY, actor_id=None, now=cast.NOW, unconfirmed=True
    )


def _merge(person, into):
    return merging.merge(person, into, actor_id=ACTOR, now=cast.NOW)


def test_a_walk_in_becomes_the_known_person_and_its_record_stays(app):
    made = _walk_in(phone="13900001111")
    into = _merge(made.id, CHEN)
    former = db.session.get(Person, made.id)
    assert into.id == CHEN and former.merged_into_id == CHEN and former.phone == "+8613900001111"
    assert into.phone == "+8613800000007" and not into.unconfirmed
    assert [p.id for p in persons.search("陈丽华", [""])] == [CHEN]


def test_what_was_missing_is_taken_over(app):
    with transaction() as session:
        session.get(Person, 11).division_code = cast.MEISHAN
    made = _walk_in("路人", "13900001111")
    into = _merge(made.id, 11)
    assert into.phone == "+8613900001111" and db.session.get(Person, made.id).phone is None


def test_both_numbers_find_the_person_afterwards(app):
    made = _walk_in(phone="13900001111")
    _merge(made.id, CHEN)
    assert persons.find_or_create("陈丽华", "13900001111", actor_id=ACTOR, now=cast.NOW).id == CHEN


def test_a_device_of_the_former_record_is_out_and_its_link_dead(app):
    made = _walk_in()
    token = logins.open_login(how="personal_link", person_id=made.id, now=cast.NOW)
    _merge(made.id, CHEN)
    assert db.session.scalar(select(Login.revoked_at).where(Login.person_id == made.id)) == cast.NOW
    with pytest.raises(Refusal):
        links.person_of(links.personal_token(db.session.get(Person, made.id)))
    assert token


@pytest.mark.parametrize(("person", "code"), [(4, "has_account"), (7, "has_post"), (1, "has_account")])
def test_posts_roles_and_accounts_never_move_by_a_merge(app, person, code):
    with pytest.raises(Refusal) as refused:
        _merge(person, 8)
    assert refused.value.code == code and db.session.get(Person, person).merged_into_id is None


def test_a_disabled_account_stays_behind_and_stays_disabled(app):
    with transaction() as session:
        session.add(Person(id=50, name="王督导", created_at=cast.NOW))
    slip = accounts.create(50, actor_id=ACTOR, now=cast.NOW)
    accounts.disable(slip.account_id, actor_id=ACTOR, now=cast.NOW)
    _merge(50, 4)
    with pytest.raises(Refusal) as refused:
        accounts.enable(slip.account_id, actor_id=ACTOR, now=cast.NOW)
    assert refused.value.code == "merged"


def test_nobody_is_merged_into_themselves_or_into_a_former_record(app):
    made, other = _walk_in(), _walk_in("王五")
    with pytest.raises(Refusal):
        _merge(made.id, made.id)
    _merge(made.id, CHEN)
    with pytest.raises(Refusal) as refused:
        _merge(other.id, made.id)
    assert refused.value.code == "merged_meanwhile"


def test_a_second_merge_of_the_same_two_changes_nothing(app):
    made = _walk_in()
    _merge(made.id, CHEN)
    assert _merge(made.id, CHEN).id == CHEN


def test_one_step_always_leads_to_the_one_who_stays(app):
    first, second = _walk_in(), _walk_in("陈丽")
    _merge(first.id, second.id)
    _merge(second.id, CHEN)
    assert db.session.get(Person, first.id).merged_into_id == CHEN
    assert merging.records_of([CHEN, 8]) == {CHEN: [CHEN, first.id, second.id], 8: [8]}


def test_former_posts_stay_in_the_history_of_the_one_who_stays(app):
    made = _walk_in()
    with transaction() as session:
        session.add(
            Post(division_code=cast.MEISHAN, kind="director", person_id=made.id, started_on=date(2020, 1, 1),
                 ended_on=date(2021, 1, 1))
        )  # fmt: skip
    _merge(made.id, CHEN)
    assert len(posts.history(CHEN)) == 2


def test_the_rooms_above_hear_of_it_inside_the_transaction(app):
    made = _walk_in()
    heard = []

    def hear(_sender, person_id, into_id, actor_id, now):
        heard.append((person_id, into_id, db.session().info["writing"]))
        raise RuntimeError("refused above")

    with signals.persons_merged.connected_to(hear), pytest.raises(RuntimeError):
        _merge(made.id, CHEN)
    assert heard == [(made.id, CHEN, True)]
    db.session.expire_all()
    assert db.session.get(Person, made.id).merged_into_id is None


#: Every column that points to a person: what a merge does with it, or why it stays as it was written. Facts are
#: never rewritten; the rooms that own them read those of merged records along, by the function named.
ANSWERS = {
    "person.merged_into_id": "turned to the one who stays",
    "account.person_id": "the merge is refused; a disabled one stays behind",
    "role_grant.person_id": "the merge is refused while it is open; ended ones stay, as history",
    "login.person_id": "ended, and stays as history",
    "claim.person_id": "waiting ones are refused; decided ones stay, as history",
    "post.person_id": "people.posts.history",
    "post_change.old_person_id": "stays: a present holder is never merged, so no open change names one",
    "facilitation.person_id": "stays: the ledger names whom the event named",
    "nomination.person_id": "registration.rows.person_of",
    "enrolment.person_id": "registration.rows.person_of",
    "registration.person_id": "registration.rows.person_of",
    "registration.stand_in_for_id": "registration.rows.person_of",
    "scan.person_id": "attendance.recording.people_of",
    "settlement.person_id": "attendance.recording.people_of",
    "correction.person_id": "attendance.history.facts",
    "leave.person_id": "attendance.history.facts",
    "attendance.person_id": "attendance.recording.people_of",
    "phone_person.person_id": "stays: it says whom a phone named on that day",
    "score.person_id": "learning.service.members",
    "quiz_try.person_id": "learning.quizstanding.standings",
    "feedback_given.person_id": "learning.feedback.answered",
    "outside_training.person_id": "learning.outside.confirmed_hours",
    "certificate.person_id": "certificates.papers.of_person",
    "serial.person_id": "stays: the number was reserved for the record of that day",
}


def test_every_column_that_points_to_a_person_has_an_answer():
    pointing = {
        f"{table.name}.{key.parent.name}"
        for table in Model.metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname == "person.id"
    }
    assert pointing == set(ANSWERS)


def test_the_functions_that_answer_are_there():
    for answer in ANSWERS.values():
        if " " not in answer:
            module, _, function = answer.rpartition(".")
            assert callable(getattr(importlib.import_module(f"training_app.{module}"), function)), answer


def test_the_attendance_of_a_walk_in_is_the_known_persons_after_the_merge(app):
    made = _walk_in(phone="13900001111")
    with transaction() as session:
        session.add(
            Scan(nonce="n", slot_id=cast.TODAY_SLOT, person_id=made.id, source="walk_in", direction="in",
                 at=cast.NOW, received_at=cast.NOW, outcome="accepted")
        )  # fmt: skip
    _merge(made.id, CHEN)
    assert [fact.what for fact in history.facts([cast.TODAY_SLOT], CHEN)] == ["in"]
    assert db.session.scalar(select(Scan.person_id)) == made.id
