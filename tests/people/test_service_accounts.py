"""Accounts, one-time passwords and roles."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from training_app.core.actors import Role
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, Refusal
from training_app.people import accounts, actors, grants, logins, persons, staffing
from training_app.people.models import Account, Grant, Login
from training_app.schedule.models import Facilitation

ADMIN, ORGANISER = 1, 2


def _new(name="许建国", phone="13900003333"):
    return persons.find_or_create(name, phone, division_code=cast.LICHENG, actor_id=ORGANISER, now=cast.NOW)


def _actor(key):
    return actors.actor_of(f"{key}-token", cast.NOW)


def test_a_new_account_logs_in_with_the_slip_and_must_choose_a_password(app):
    slip = accounts.create(_new().id, actor_id=ORGANISER, now=cast.NOW)
    assert slip.username == "xujianguo"
    for name in ("xujianguo", "139 0000 3333"):
        answer = logins.log_in(name, slip.password, device_name="", now=cast.NOW)
        assert actors.actor_of(answer.token, cast.NOW).must_change_password


def test_a_second_person_of_the_same_sound_gets_a_number(app):
    accounts.create(_new().id, actor_id=ORGANISER, now=cast.NOW)
    assert accounts.create(_new("徐建国", None).id, actor_id=ORGANISER, now=cast.NOW).username == "xujianguo02"


@pytest.mark.parametrize(
    ("username", "code"), [("ab", "username_invalid"), ("a b", "username_invalid"), ("Organiser", "username_taken")]
)
def test_a_username_that_cannot_be_used_is_refused(app, username, code):
    with pytest.raises(Invalid) as refused:
        accounts.create(_new().id, username=username, actor_id=ORGANISER, now=cast.NOW)
    assert refused.value.code == code


def test_one_person_has_one_account(app):
    with pytest.raises(Refusal) as refused:
        accounts.create(4, actor_id=ORGANISER, now=cast.NOW)
    assert refused.value.code == "account_exists"


def test_a_reset_ends_every_device_and_opens_a_locked_name(app):
    for _try in range(6):
        logins.log_in("supervisor_kaiyuan", "wrong", device_name="", now=cast.NOW)
    assert logins.log_in("supervisor_kaiyuan", cast.PASSWORD, device_name="", now=cast.NOW).code == "locked"
    slip = accounts.reset(4, actor_id=ORGANISER, now=cast.NOW)
    assert not _actor("supervisor_kaiyuan").is_authenticated
    assert logins.log_in("supervisor_kaiyuan", cast.PASSWORD, device_name="", now=cast.NOW).code == "wrong"
    assert logins.log_in("supervisor_kaiyuan", slip.password, device_name="", now=cast.NOW).code == "ok"


def test_a_disabled_account_is_out_and_comes_back_with_its_password(app):
    accounts.disable(4, actor_id=ORGANISER, now=cast.NOW)
    assert not _actor("supervisor_kaiyuan").is_authenticated
    assert logins.log_in("supervisor_kaiyuan", cast.PASSWORD, device_name="", now=cast.NOW).code == "wrong"
    accounts.enable(4, actor_id=ORGANISER, now=cast.NOW)
    assert logins.log_in("supervisor_kaiyuan", cast.PASSWORD, device_name="", now=cast.NOW).code == "ok"


def test_the_last_administrator_stays(app):
    grant = db.session.scalar(select(Grant.id).where(Grant.role == "administrator"))
    with pytest.raises(Refusal) as refused:
        grants.end(grant, actor_id=ADMIN, now=cast.NOW)
    assert refused.value.code == "last_administrator"
    with pytest.raises(Refusal):
        accounts.disable(1, actor_id=ORGANISER, now=cast.NOW)
    with pytest.raises(Refusal) as refused:
        accounts.disable(1, actor_id=ADMIN, now=cast.NOW)
    assert refused.value.code == "own_account"
    grants.give(2, Role.ADMINISTRATOR, actor_id=ADMIN, now=cast.NOW)
    grants.end(grant, actor_id=2, now=cast.NOW)


def test_an_organiser_manages_only_who_stands_below_her(app):
    organiser = _actor("organiser")
    assert staffing.manageable(organiser, range(1, 12), cast.NOW) == {3, 4, 5, 7, 8, 9, 11}
    assert staffing.manageable(_actor("foreign_organiser"), [1, 2, 3, 4, 5, 6, 10], cast.NOW) == set()
    assert staffing.manageable(_actor("supervisor_kaiyuan"), [1, 2, 4, 5], cast.NOW) == set()
    assert staffing.manageable(_actor("administrator"), [1, 2, 4, 10], cast.NOW) == {1, 2, 4, 10}


def test_one_higher_role_beside_a_lower_one_puts_a_person_out_of_reach(app):
    grants.give(4, Role.AUDITOR, division_code=cast.LICHENG, actor_id=ADMIN, now=cast.NOW)
    assert staffing.manageable(_actor("organiser"), [4], cast.NOW) == set()


def test_a_role_that_begins_or_ends_later_counts_too(app):
    with transaction() as session:
        session.add(Grant(person_id=4, role="administrator", valid_from=cast.NOW + timedelta(days=1)))
    assert staffing.manageable(_actor("organiser"), [4], cast.NOW) == set()


def test_everyone_sees_the_accounts_of_their_own_area(app):
    def seen(key):
        return {a.id for a, _p in db.session.execute(staffing.accounts(_actor(key), "", cast.NOW))}

    assert seen("administrator") == {1, 2, 3, 4, 5, 6, 10}
    assert seen("organiser") == {2, 3, 4, 5, 6}
    assert seen("foreign_organiser") == {10}


def test_a_role_is_given_once_and_ends(app):
    first = grants.give(3, Role.SUPERVISOR, division_code=cast.MEISHAN, actor_id=ORGANISER, now=cast.NOW)
    assert grants.give(3, Role.SUPERVISOR, division_code=cast.MEISHAN, actor_id=ORGANISER, now=cast.NOW).id == first.id
    assert any(g.role is Role.SUPERVISOR for g in _actor("facilitator").grants)
    grants.end(first.id, actor_id=ORGANISER, now=cast.NOW)
    assert not any(g.role is Role.SUPERVISOR for g in _actor("facilitator").grants)


def test_a_role_keeps_only_the_scope_that_it_needs(app):
    grant = grants.give(
        3, Role.SUPERVISOR, division_code=cast.MEISHAN, organisation_id=cast.OFFICE, event_id=4, actor_id=1,
        now=cast.NOW,
    )  # fmt: skip
    assert grant.organisation_id is None and grant.event_id is None


@pytest.mark.parametrize("scope", [{}, {"division_code": "999"}, {"organisation_id": cast.OFFICE}])
def test_a_role_without_its_scope_is_refused(app, scope):
    with pytest.raises(Invalid):
        grants.give(3, Role.SUPERVISOR, actor_id=1, now=cast.NOW, **scope)


def test_a_role_needs_an_account(app):
    with pytest.raises(Refusal) as refused:
        grants.give(7, Role.SUPERVISOR, division_code=cast.KAIYUAN, actor_id=1, now=cast.NOW)
    assert refused.value.code == "no_account"


def test_a_facilitator_who_gets_an_account_sees_the_events_already_given(app):
    teacher = _new()
    with transaction() as session:
        session.add(Facilitation(event_id=5, person_id=teacher.id))
    accounts.create(teacher.id, actor_id=ORGANISER, now=cast.NOW)
    roles = staffing.held([teacher.id], cast.NOW)[teacher.id]
    assert [(h.facts.role, h.facts.event_id) for h in roles] == [(Role.FACILITATOR, 5)]
    assert db.session.scalar(select(Account.must_change).where(Account.person_id == teacher.id))
    assert db.session.scalar(select(Login.id).where(Login.person_id == teacher.id)) is None
