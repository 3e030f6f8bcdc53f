"""Logging in by password, on every database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.people import links, logins
from training_app.people.actors import actor_of
from training_app.people.models import Account, LoginAttempts, Person

NEW = "a quiet harbour in may"


def _try(name, password=cast.PASSWORD, now=cast.NOW):
    return logins.log_in(name, password, device_name="", now=now)


@pytest.mark.parametrize("name", ["organiser", "Organiser ", "13800000002", "138 0000 0002", "+8613800000002"])
def test_staff_log_in_by_username_or_phone_number(app, name):
    answer = _try(name)
    actor = actor_of(answer.token, cast.NOW)
    assert actor.person_id == 2 and [g.role for g in actor.grants] == ["organiser"]


def test_an_unknown_name_gets_the_very_answer_of_a_wrong_password(app):
    known, unknown = _try("organiser", "wrong"), _try("nobody", "wrong")
    assert (known.code, str(known.sentence)) == (unknown.code, str(unknown.sentence)) == ("wrong", str(known.sentence))


def test_an_unknown_name_costs_a_hash_too(app, monkeypatch):
    from argon2 import PasswordHasher

    checked = []
    real = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *a: checked.append(1) or real(*a))
    _try("organiser", "wrong")
    _try("nobody", "wrong")
    _try("chen", "wrong")
    assert len(checked) == 3


@pytest.mark.parametrize("name", ["organiser", "nobody"])
def test_five_failures_lock_a_name_known_or_not(app, name):
    for _ in range(5):
        assert _try(name, "wrong").code == "wrong"
    assert _try(name).code == "locked"
    later = cast.NOW + timedelta(minutes=1, seconds=1)
    assert _try(name, now=later).code == ("ok" if name == "organiser" else "wrong")


def test_the_lock_grows(app):
    at = cast.NOW
    for _ in range(5):
        _try("nobody", "wrong", at)
    at += timedelta(seconds=61)
    assert _try("nobody", "wrong", at).code == "wrong"
    assert _try("nobody", "wrong", at + timedelta(seconds=119)).code == "locked"
    assert _try("nobody", "wrong", at + timedelta(seconds=121)).code == "wrong"


def test_a_right_password_forgets_the_failures(app):
    _try("organiser", "wrong")
    _try("organiser")
    assert db.session.scalars(select(LoginAttempts)).all() == []


def test_the_lock_out_keeps_no_names(app):
    _try("13800000002", "wrong")
    row = db.session.scalars(select(LoginAttempts)).one()
    assert "1380" not in row.name_hash and len(row.name_hash) == 64


def test_a_disabled_account_logs_nobody_in(app):
    with transaction() as session:
        session.get(Account, 2).disabled_at = cast.NOW
    assert _try("organiser").code == "wrong"
    assert not actor_of("organiser-token", cast.NOW).is_authenticated


def test_a_hash_of_old_costs_is_made_new_at_login(app):
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(cast.PASSWORD)
    with transaction() as session:
        session.get(Account, 2).password_hash = old
    assert _try("organiser").code == "ok"
    db.session.expire_all()
    assert db.session.get(Account, 2).password_hash != old and _try("organiser").code == "ok"


def test_a_password_change_ends_every_device_and_link(app):
    other = _try("organiser").token
    link = links.personal_token(db.session.get(Person, 2))
    own = logins.change_password(2, cast.PASSWORD, NEW, device_name="", now=cast.NOW)
    assert not actor_of(other, cast.NOW).is_authenticated
    assert not actor_of("organiser-token", cast.NOW).is_authenticated
    assert actor_of(own, cast.NOW).person_id == 2
    assert _try("organiser").code == "wrong" and _try("organiser", NEW).code == "ok"
    with pytest.raises(NotFound):
        links.person_of(link)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [("wrong", NEW, "old_password_wrong"), (cast.PASSWORD, "short", "password_weak"),
     (cast.PASSWORD, cast.PASSWORD, "password_weak"), (cast.PASSWORD, "13800000002", "password_weak")],
)  # fmt: skip
def test_a_refused_change_changes_nothing(app, old, new, code):
    with pytest.raises(Invalid) as refused:
        logins.change_password(2, old, new, device_name="", now=cast.NOW)
    assert refused.value.code == code
    assert _try("organiser").code == "ok" and actor_of("organiser-token", cast.NOW).is_authenticated


def test_staff_devices_end_after_a_month_and_directors_after_180_days(app):
    staff = _try("organiser").token
    link = links.personal_token(db.session.get(Person, 7))
    phone = links.use_personal(link, device_name="", now=cast.NOW)
    day = timedelta(days=1)
    assert actor_of(staff, cast.NOW + 29 * day).is_authenticated
    assert not actor_of(staff, cast.NOW + 31 * day).is_authenticated
    assert actor_of(phone, cast.NOW + 179 * day).person_id == 7
    assert not actor_of(phone, cast.NOW + 181 * day).is_authenticated


def test_a_personal_link_never_carries_the_grants_of_staff(app):
    link = links.personal_token(db.session.get(Person, 2))
    assert actor_of(links.use_personal(link, device_name="", now=cast.NOW), cast.NOW).grants == ()


def test_a_renewed_link_kills_the_old_and_on_wish_its_devices(app):
    link = links.personal_token(db.session.get(Person, 7))
    links.renew(7, with_devices=False, actor_id=2, now=cast.NOW)
    with pytest.raises(NotFound):
        links.person_of(link)
    assert actor_of("chen-token", cast.NOW).is_authenticated
    links.renew(7, with_devices=True, actor_id=2, now=cast.NOW)
    assert not actor_of("chen-token", cast.NOW).is_authenticated


def test_a_device_is_ended_by_its_owner_only(app):
    with pytest.raises(NotFound):
        logins.revoke(8, 7, actor_id=7, now=cast.NOW)
    logins.revoke(7, 7, actor_id=7, now=cast.NOW)
    assert not actor_of("chen-token", cast.NOW).is_authenticated
