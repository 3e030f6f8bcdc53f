"""Names, phone numbers, lock-outs: pure decisions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import cast
from training_app.core.actors import Actor, ActorGrant, Role
from training_app.core.errors import Invalid
from training_app.people import names, phones, rules
from training_app.people.phones import shown


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("王 芳", "王芳"),
        ("　陈　丽华 ", "陈丽华"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("Anna  Li", "Anna Li"),
        ("ＬＩ", "LI"),
    ],
)
def test_a_name_loses_the_spaces_that_rosters_put_in(typed, kept):
    assert names.normalise(typed) == kept


@pytest.mark.parametrize("typed", ["", "  ", "13800000007", "王芳2", "-", "王" * 61])
def test_what_is_no_name_is_refused(typed):
    with pytest.raises(Invalid):
        names.normalise(typed)


def test_a_name_is_found_by_pinyin_and_initials():
    assert names.pinyin_of("陈丽华") == "chenlihua clh"


@pytest.mark.parametrize(
    "typed", ["13800000007", "138 0000 0007", "１３８００００００07", "+86 138-0000-0007", "13800000007.0", 13800000007]
)
def test_a_phone_number_is_one_number_however_it_is_typed(typed):
    assert phones.normalise(typed) == "+8613800000007"


@pytest.mark.parametrize("typed", ["", "1380000000", "abc", "138000000070", "0007"])
def test_what_is_no_full_phone_number_is_refused(typed):
    with pytest.raises(Invalid) as refused:
        phones.normalise(typed)
    assert refused.value.code == "phone_invalid" and "phone" in refused.value.fields


def test_a_phone_number_is_shown_in_groups_and_masked():
    assert shown("+8613800000007") == "138 0000 0007"
    assert phones.masked("+8613800000007") == "138 **** 0007"


def test_a_name_is_locked_after_five_failures_and_longer_each_time():
    minutes = [rules.lock_for(n) for n in range(1, 11)]
    expected = [None] * 4 + [timedelta(minutes=m) for m in (1, 2, 4, 8, 15, 15)]
    assert minutes == expected


def test_a_quiet_day_forgets_failures():
    assert rules.failures_after(4, cast.NOW, cast.NOW + timedelta(hours=25)) == 1
    assert rules.failures_after(4, cast.NOW, cast.NOW + timedelta(hours=1)) == 5


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaa", "13800000002", "organiser", "kaiyuan123"[:9]])
def test_a_weak_password_is_seen(password):
    assert rules.weak(password, "+8613800000002", "organiser")


def test_a_long_password_is_not_weak():
    assert not rules.weak("correct horse battery", "+8613800000002", "organiser")


def _organiser():
    return Actor(1, "t", 2, grants=(ActorGrant(1, Role.ORGANISER, cast.OFFICE, cast.LICHENG),))


@pytest.mark.parametrize(
    ("role", "division", "organisation", "may"),
    [
        (Role.SUPERVISOR, cast.KAIYUAN, None, True),
        (Role.SUPERVISOR, "350503001", None, False),
        (Role.SUPERVISOR, "3505", None, False),
        (Role.FACILITATOR, None, cast.OFFICE, True),
        (Role.FACILITATOR, None, cast.OTHER_OFFICE, False),
        (Role.ORGANISER, cast.LICHENG, cast.OFFICE, False),
        (Role.AUDITOR, cast.LICHENG, None, False),
        (Role.ADMINISTRATOR, None, None, False),
    ],
)
def test_an_organiser_gives_roles_below_her_own_and_inside_her_own_area(role, division, organisation, may):
    assert rules.may_give(_organiser(), role, division_code=division, event_organisation_id=organisation) is may
