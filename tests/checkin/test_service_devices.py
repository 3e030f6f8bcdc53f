"""Devices: limited to events, enrolled once, out at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests import cast
from training_app.checkin import devicelist, devices, doorlinks, enrolling
from training_app.core.audit import Audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission
from training_app.people.actors import actor_of
from training_app.people.models import Device, Login
from training_app.people.policy import allows_anywhere
from training_app.schedule import moves
from training_app.schedule.models import Slot

NOW, ORGANISER = cast.NOW, cast.CAST["organiser"].id
MIDNIGHT = datetime(2026, 6, 14, 16, 0, tzinfo=UTC)
BY = {"actor_id": ORGANISER, "now": NOW}


def _scanner(*events):
    return devices.make("scanner", " 门口  一号机 ", events or (cast.TODAY_EVENT,), **BY).id


def _enrolled(*events):
    device_id = _scanner(*events)
    return device_id, enrolling.enrol(enrolling.new_code(device_id, **BY), agent="Android · Chrome", now=NOW)


def _events_of(token, now=NOW):
    return sorted(grant.event_id for grant in actor_of(token, now).grants)


def _state(device_id, now=NOW):
    return devicelist.standings([db.session.get(Device, device_id)], now)[device_id].state


def test_a_phone_that_uses_the_code_is_the_scanner_at_its_events_and_nothing_else(app):
    device_id, token = _enrolled(4, 5)
    actor = actor_of(token, NOW)
    assert (actor.device_id, actor.name, actor.person_id) == (device_id, "门口 一号机", None)
    assert _events_of(token) == [4, 5]
    assert allows_anywhere(actor, Permission.DOOR_SCAN)
    assert not allows_anywhere(actor, Permission.DOOR_MANAGE)
    assert _state(device_id) == "live"


def test_looking_at_a_code_uses_nothing_up(app):
    device_id = _scanner()
    code = enrolling.new_code(device_id, **BY)
    for _look in range(3):
        assert enrolling.device_of(code, NOW).id == device_id
    assert _state(device_id) == "waiting"


def test_a_second_phone_is_told_whose_code_it_was(app):
    device_id = _scanner()
    code = enrolling.new_code(device_id, **BY)
    enrolling.enrol(code, agent="", now=NOW)
    with pytest.raises(Refusal) as refused:
        enrolling.enrol(code, agent="", now=NOW)
    assert refused.value.code == "code_used"
    assert "门口 一号机" in str(refused.value.sentence)


def test_a_code_is_good_for_half_an_hour(app):
    code = enrolling.new_code(_scanner(), **BY)
    with pytest.raises(Refusal) as refused:
        enrolling.enrol(code, agent="", now=NOW + timedelta(minutes=30))
    assert refused.value.code == "code_over"
    assert enrolling.enrol(code, agent="", now=NOW + timedelta(minutes=29))


def test_a_new_code_makes_the_one_before_worthless_and_its_phone_takes_the_place_of_the_other(app):
    device_id, first_phone = _enrolled()
    old = enrolling.new_code(device_id, **BY)
    later = NOW + timedelta(minutes=1)
    new = enrolling.new_code(device_id, actor_id=ORGANISER, now=later)
    with pytest.raises(NotFound):
        enrolling.enrol(old, agent="", now=later)
    assert actor_of(first_phone, later).is_authenticated
    second_phone = enrolling.enrol(new, agent="", now=later)
    assert not actor_of(first_phone, later).is_authenticated
    assert actor_of(second_phone, later).is_authenticated


@pytest.mark.parametrize("token", ["", "x", "101-AAAAAAAAAAAAAAAAAAAAAAAAAAA", "9999-AAAAAAAAAAAAAAAAAAAAAAAAAAA"])
def test_a_made_up_code_enrols_nothing(app, token):
    with pytest.raises(NotFound):
        enrolling.enrol(token, agent="", now=NOW)


def test_a_scanner_is_out_at_its_last_events_midnight(app):
    _device_id, token = _enrolled()
    assert actor_of(token, MIDNIGHT - timedelta(seconds=1)).is_authenticated
    assert not actor_of(token, MIDNIGHT).is_authenticated


def test_a_scanner_is_out_after_half_a_year_whatever_its_events(app):
    with transaction():
        slot = db.session.get(Slot, 6)
        slot.starts_at, slot.ends_at = NOW + timedelta(days=300), NOW + timedelta(days=301)
    _device_id, token = _enrolled(6)
    assert actor_of(token, NOW + timedelta(days=180, seconds=-1)).is_authenticated
    assert not actor_of(token, NOW + timedelta(days=180)).is_authenticated


def test_its_events_change_at_once_and_its_login_lasts_as_long_as_they(app):
    device_id, token = _enrolled(4)
    devices.change(device_id, "门口二号机", [5], **BY)
    assert _events_of(token) == [5]
    assert actor_of(token, MIDNIGHT).name == "门口二号机"
    devices.change(device_id, "门口二号机", [], **BY)
    assert not actor_of(token, NOW).is_authenticated
    devices.change(device_id, "门口二号机", [4], **BY)
    assert _events_of(token) == [4]


def test_a_moved_event_takes_its_scanners_and_door_links_along(app):
    _device_id, token = _enrolled(4)
    link = doorlinks.make(cast.TODAY_EVENT, "门口", **BY)
    volunteer = doorlinks.use(link.token, device_name="", now=NOW)
    ended = doorlinks.make(cast.TODAY_EVENT, "停用的", **BY)
    doorlinks.revoke(cast.TODAY_EVENT, ended.id, **BY)
    week = timedelta(days=7)
    moves.move(
        cast.TODAY_EVENT,
        starts_at=datetime(2026, 6, 21, 0, 30, tzinfo=UTC),
        venue_id=cast.VENUE,
        actor_id=ORGANISER,
        now=NOW,
    )
    for held in (token, volunteer):
        assert actor_of(held, MIDNIGHT + week - timedelta(seconds=1)).grants
        assert not actor_of(held, MIDNIGHT + week).is_authenticated
    with pytest.raises(NotFound):
        doorlinks.grant_of(ended.token, NOW)


def test_renaming_alone_ends_no_grant(app):
    device_id, token = _enrolled(4, 5)
    before = [grant.id for grant in actor_of(token, NOW).grants]
    devices.change(device_id, "新名", [4, 5], **BY)
    assert [grant.id for grant in actor_of(token, NOW).grants] == before


def test_a_revoked_device_is_out_at_once_and_for_good(app):
    device_id, token = _enrolled()
    code = enrolling.new_code(device_id, **BY)
    devices.revoke(device_id, **BY)
    assert not actor_of(token, NOW).is_authenticated
    with pytest.raises(NotFound):
        enrolling.enrol(code, agent="", now=NOW)
    with pytest.raises(Refusal) as refused:
        devices.change(device_id, "x", [4], **BY)
    assert refused.value.code == "device_revoked"
    assert _state(device_id) == "revoked"


def test_a_program_has_a_token_of_which_a_hash_is_kept(app):
    device_id = devices.make("api", "系统", [4], scopes=["door:scan", "door:read"], **BY).id
    token = devices.new_token(device_id, **BY)
    actor = actor_of(token, NOW)
    assert (actor.device_id, actor.scopes) == (device_id, ("door:read", "door:scan"))
    kept = db.session.scalars(select(Login.token_hash).where(Login.device_id == device_id)).all()
    assert token not in kept and len(kept) == 1
    assert not any(token in str(row.after) for row in db.session.scalars(select(Audit)))


def test_a_new_token_ends_the_one_before(app):
    device_id = devices.make("api", "系统", [4], scopes=["door:read"], **BY).id
    first, second = devices.new_token(device_id, **BY), devices.new_token(device_id, **BY)
    assert not actor_of(first, NOW).is_authenticated
    assert actor_of(second, NOW).is_authenticated


@pytest.mark.parametrize(
    ("kind", "name", "events", "scopes", "code"),
    [
        ("scanner", "  ", [4], (), "name_missing"),
        ("scanner", "门", [], (), "no_event"),
        # The third session is over.
        ("scanner", "门", [3], (), "no_event"),
        ("scanner", "门", [4, 7], (), "events_mixed"),
        ("api", "系统", [4], (), "scopes_missing"),
        ("api", "系统", [4], ("door:manage",), "scopes_missing"),
    ],
)
def test_what_cannot_be_made(app, kind, name, events, scopes, code):
    with pytest.raises(Invalid) as refused:
        devices.make(kind, name, events, scopes=scopes, **BY)
    assert refused.value.code == code


def test_another_offices_event_is_never_added(app):
    device_id, token = _enrolled(4)
    devices.change(device_id, "门", [4, cast.OTHER_EVENT], **BY)
    assert _events_of(token) == [4]


def test_each_step_is_on_record(app):
    device_id, _token = _enrolled()
    devices.change(device_id, "新名", [5], **BY)
    devices.revoke(device_id, **BY)
    actions = db.session.scalars(select(Audit.action).where(Audit.subject_kind == "device").order_by(Audit.id)).all()
    assert actions == ["device.made", "device.changed", "device.enrolled", "device.changed", "device.revoked"]
