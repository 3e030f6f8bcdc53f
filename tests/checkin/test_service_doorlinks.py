"""Door links: for one event, dead at midnight, ended at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests import cast
from training_app.checkin import doorlinks
from training_app.core.audit import Audit
from training_app.core.db import db
from training_app.core.errors import NotFound, Refusal
from training_app.core.permissions import Permission
from training_app.people.actors import actor_of
from training_app.people.models import Grant
from training_app.people.policy import allows_anywhere

EVENT, NOW, ORGANISER = cast.TODAY_EVENT, cast.NOW, cast.CAST["organiser"].id
MIDNIGHT = datetime(2026, 6, 14, 16, 0, tzinfo=UTC)


def _link():
    return doorlinks.make(EVENT, " 门口二 小林 ", actor_id=ORGANISER, now=NOW)


def _use(link, now=NOW):
    return doorlinks.use(link.token, device_name="Android · WeChat", now=now)


def test_a_link_lets_a_phone_scan_at_this_event_and_nothing_else(app):
    actor = actor_of(_use(_link()), NOW)
    assert [(g.role, g.event_id) for g in actor.grants] == [("door_volunteer", EVENT)]
    assert actor.person_id is None
    assert allows_anywhere(actor, Permission.DOOR_SCAN) and not allows_anywhere(actor, Permission.DOOR_MANAGE)


def test_a_link_and_its_phones_are_dead_at_midnight(app):
    link = _link()
    token = _use(link)
    assert link.valid_to == MIDNIGHT
    assert actor_of(token, MIDNIGHT - timedelta(seconds=1)).is_authenticated
    assert not actor_of(token, MIDNIGHT).is_authenticated
    with pytest.raises(NotFound):
        _use(link, MIDNIGHT)


def test_a_link_that_is_ended_puts_its_phones_out_at_once(app):
    link = _link()
    token = _use(link)
    doorlinks.revoke(EVENT, link.id, actor_id=ORGANISER, now=NOW + timedelta(minutes=1))
    later = NOW + timedelta(minutes=1)
    assert not actor_of(token, later).is_authenticated
    with pytest.raises(NotFound):
        _use(link, later)
    assert [x.is_live(later) for x in doorlinks.listing(EVENT, later) if x.id == link.id] == [False]


def test_ending_one_link_leaves_the_others(app):
    first, second = _link(), _link()
    token = _use(second)
    doorlinks.revoke(EVENT, first.id, actor_id=ORGANISER, now=NOW)
    assert actor_of(token, NOW).is_authenticated


def test_another_events_link_cannot_be_ended_or_shown(app):
    link = _link()
    with pytest.raises(NotFound):
        doorlinks.revoke(5, link.id, actor_id=ORGANISER, now=NOW)
    with pytest.raises(NotFound):
        doorlinks.link_for(5, link.id, NOW)


def test_the_list_shows_each_link_again_with_its_phones(app):
    link = _link()
    _use(link)
    shown = doorlinks.link_for(EVENT, link.id, NOW)
    assert (shown.label, shown.token) == ("门口二 小林", link.token)
    assert shown.devices == (("Android · WeChat", NOW),)
    # The cast's link was made elsewhere: its token is not known here.
    assert doorlinks.link_for(EVENT, 100, NOW).token is None


def test_only_a_hash_of_the_token_is_stored_and_all_is_on_record(app):
    link = _link()
    assert link.token not in (db.session.get(Grant, link.id).token_hash or "")
    doorlinks.revoke(EVENT, link.id, actor_id=ORGANISER, now=NOW)
    assert db.session.scalars(select(Audit.action).order_by(Audit.id)).all() == [
        "door_link.made",
        "door_link.revoked",
    ]


def test_a_past_event_gets_no_link(app):
    with pytest.raises(Refusal) as refused:
        doorlinks.make(3, "门口", actor_id=ORGANISER, now=NOW)
    assert refused.value.code == "event_over"


def test_a_made_up_token_is_nobodys(app):
    for token in ("", "x", "100-AAAAAAAAAAAAAAAAAAAAAAAAAAA"):
        with pytest.raises(NotFound):
            doorlinks.grant_of(token, NOW)
