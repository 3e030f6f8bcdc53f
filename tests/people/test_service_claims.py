"""The group's link: three things together find a person; nothing less reveals one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests import cast
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound
from training_app.people import actors, claims, grouplinks, logins
from training_app.people.models import Claim, Login, Person

ACTOR = cast.CAST["organiser"].id
#: A new director without any device.
PHONE = "13900002222"


@pytest.fixture
def token(app):
    with transaction() as session:
        session.add(
            Person(id=50, name="许建国", phone="+8613900002222", division_code=cast.KAIYUAN_COMMUNITY,
                   created_at=cast.NOW, pinyin="xujianguo xjg")
        )  # fmt: skip
    link = grouplinks.create(cast.LICHENG, "群", organisation_id=cast.OFFICE, days=30, actor_id=ACTOR, now=cast.NOW)
    return grouplinks.token_of(link)


def _claim(token, *, place=cast.KAIYUAN_COMMUNITY, name="许建国", phone=PHONE, device="d1", now=cast.NOW):
    return claims.make(
        token, division_code=place, name=name, phone=phone, device_key=device, device_name="Android · WeChat", now=now
    )


def test_the_first_claim_remembers_the_phone_for_half_a_year(token):
    answer = _claim(token)
    assert answer.code == "in"
    actor = actors.actor_of(answer.token, cast.NOW + timedelta(days=179))
    assert actor.person_id == 50 and actor.grants == ()
    assert not actors.actor_of(answer.token, cast.NOW + timedelta(days=181)).is_authenticated


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "许建"},
        {"phone": "13900002223"},
        {"phone": "2222"},
        {"phone": ""},
        {"name": ""},
        {"place": cast.MEISHAN},
        {"place": ""},
        {"name": "陈丽华"},
        {"phone": "13800000007"},
        {"name": "外区社工", "phone": "13800000010", "place": "350503001"},
    ],
)
def test_every_miss_gets_the_same_answer_and_no_device(token, typed):
    before = db.session.scalar(select(func.count()).select_from(Login))
    answer = _claim(token, **typed)
    assert answer == claims.ClaimAnswer("missed", claims.NOT_FOUND)
    assert db.session.scalar(select(func.count()).select_from(Login)) == before
    assert db.session.scalar(select(func.count()).select_from(Claim)) == 0


def test_a_second_claim_waits_for_the_nod_which_lets_that_device_in(token):
    _claim(token)
    answer = _claim(token, device="d2")
    assert answer.code == "waits" and claims.state_of(answer.token, cast.NOW) == "waiting"
    assert not actors.actor_of(answer.token, cast.NOW).is_authenticated
    (claim,) = db.session.scalars(claims.waiting([cast.KAIYUAN], cast.NOW)).all()
    claims.decide(claim.id, accept=True, actor_id=ACTOR, now=cast.NOW)
    assert claims.state_of(answer.token, cast.NOW) == "accepted"
    assert actors.actor_of(answer.token, cast.NOW).person_id == 50


def test_a_refused_claim_lets_nobody_in_even_when_accepted_later(token):
    _claim(token)
    answer = _claim(token, device="d2")
    claim = db.session.scalar(select(Claim))
    claims.decide(claim.id, accept=False, actor_id=ACTOR, now=cast.NOW)
    claims.decide(claim.id, accept=True, actor_id=ACTOR, now=cast.NOW)
    assert claims.state_of(answer.token, cast.NOW) == "refused"
    assert not actors.actor_of(answer.token, cast.NOW).is_authenticated


def test_a_claim_that_nobody_looked_at_is_void_the_next_day(token):
    _claim(token)
    answer = _claim(token, device="d2")
    later = cast.NOW + timedelta(hours=25)
    assert claims.state_of(answer.token, later) == "refused"
    assert db.session.scalars(claims.waiting([""], later)).all() == []
    with pytest.raises(NotFound):
        claims.decide(db.session.scalar(select(Claim.id)), accept=True, actor_id=ACTOR, now=later)


def test_who_found_a_lost_phone_does_not_get_in_by_its_number(token):
    _claim(token)
    with transaction():
        logins.end_everything(50, cast.NOW)
    assert _claim(token, device="thief").code == "waits"


def test_staff_never_get_in_by_the_groups_link_alone(token):
    with transaction() as session:
        session.execute(Login.__table__.delete().where(Login.person_id == 4))
    assert _claim(token, place=cast.KAIYUAN, name="王督导", phone="13800000004").code == "waits"


def test_a_link_for_one_subdistrict_finds_nobody_of_another(app):
    link = grouplinks.create(cast.FUQIAO, "", organisation_id=cast.OFFICE, days=7, actor_id=ACTOR, now=cast.NOW)
    answer = _claim(grouplinks.token_of(link), name="陈丽华", phone="13800000007")
    assert answer.code == "missed"


def test_five_misses_of_one_device_are_followed_by_a_pause(token):
    for _try in range(5):
        assert _claim(token, name="许建").code == "missed"
    assert _claim(token).code == "locked"
    assert _claim(token, device="other").code == "in"
    assert _claim(token, now=cast.NOW + timedelta(minutes=2)).code == "waits"


def _spelt(number):
    return "许" + chr(0x5000 + number)


def test_a_dropped_cookie_gives_no_more_guesses_at_the_number_of_one_name(token):
    for number in range(claims.NAME_FREE_FAILURES):
        assert _claim(token, phone=f"138111100{number:02d}", device=f"d{number}").code == "missed"
    assert _claim(token, device="another").code == "locked"
    assert _claim(token, name="许 建国", device="spaced").code == "locked"
    assert _claim(token, name="陈丽华", phone="13800000007", device="else").code == "waits"


def test_a_renewed_link_is_free_of_what_was_tried_at_the_old_one(token):
    for number in range(claims.NAME_FREE_FAILURES):
        _claim(token, phone=f"138111100{number:02d}", device=f"d{number}")
    assert _claim(token, device="another").code == "locked"
    link = grouplinks.link_of(token, cast.NOW)
    fresh = grouplinks.renew(link.id, days=7, actor_id=ACTOR, now=cast.NOW)
    assert _claim(grouplinks.token_of(fresh), device="yet another").code == "in"


def test_many_devices_cannot_try_one_link_without_end(token):
    for number in range(claims.LINK_FREE_FAILURES):
        assert _claim(token, name=_spelt(number), device=f"d{number}").code == "missed"
    assert _claim(token, name="许建", device="another").code == "locked"


def test_right_answers_do_not_use_a_link_up(token):
    for number in range(claims.LINK_FREE_FAILURES + 5):
        assert _claim(token, device=f"d{number}").code in ("in", "waits")
    waiting = select(func.count()).select_from(Claim)
    assert db.session.scalar(waiting) == claims.MOST_WAITING


@pytest.mark.parametrize("how", ["renewed", "revoked", "expired", "forged"])
def test_a_dead_link_finds_nobody(token, how):
    link = grouplinks.link_of(token, cast.NOW)
    now = cast.NOW
    if how == "renewed":
        grouplinks.renew(link.id, days=30, actor_id=ACTOR, now=now)
    elif how == "revoked":
        grouplinks.revoke(link.id, actor_id=ACTOR, now=now)
    elif how == "expired":
        now += timedelta(days=31)
    else:
        token = token[:-1] + ("a" if token[-1] != "a" else "b")
    with pytest.raises(NotFound):
        _claim(token, now=now)
