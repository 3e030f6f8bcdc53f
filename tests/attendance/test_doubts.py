"""Which scans want a human's look; whatever order they arrived in."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from tests import cast
from training_app.attendance.doubts import KINDS, Shown, doubts

START, END = cast.NOW, cast.NOW + timedelta(hours=3)
SLOT = 4


def _shown(number, minutes=0, person=7, **more):
    at = START + timedelta(minutes=minutes)
    plain = {
        "device": "login 1", "phone_key": None, "source": "camera", "direction": "in", "device_time": None,
        "clock_offset_ms": None, "received_at": at, "accepted": True, "reason": None, "said": None, "forced": False,
        "unconfirmed": False, "elsewhere": False,
    }  # fmt: skip
    return Shown(**{"id": number, "slot_id": SLOT, "person_id": person, "at": at} | plain | more)


def _doubts(*scans):
    found = doubts(scans, {SLOT: (START, END)})
    mixed = list(scans)
    random.Random(1).shuffle(mixed)
    assert doubts(mixed, {SLOT: (START, END)}) == found
    return found


def test_an_ordinary_scan_and_a_double_one_want_no_look():
    assert _doubts(_shown(1), _shown(2, 3, device="login 2"), _shown(3, 90)) == {}


def test_two_devices_far_apart_are_asked_about_on_the_later_scan():
    assert _doubts(_shown(1), _shown(2, 11, device="login 2")) == {2: ("twice",)}


def test_who_left_and_came_back_by_another_door_is_not():
    assert _doubts(_shown(1), _shown(2, 60, direction="out"), _shown(3, 70, device="login 2")) == {}


def test_a_signature_on_paper_beside_a_scan_is_not():
    assert _doubts(_shown(1), _shown(2, 120, source="paper", device=None)) == {}


@pytest.mark.parametrize(
    "more",
    [
        {"device_time": START, "clock_offset_ms": 130_000},
        {"device_time": START, "clock_offset_ms": -600_000},
        {"device_time": START + timedelta(minutes=5), "received_at": START},
        {"device_time": START - timedelta(days=30)},
        {"device_time": START, "clock_offset_ms": 0, "received_at": START + timedelta(hours=13)},
        {"said": "ok", "device_time": None},
    ],
)
def test_a_clock_that_cannot_be_trusted(more):
    assert _doubts(_shown(1, **more)) == {1: ("clock",)}


def _kept(number, made, sent, **more):
    """A scan that a phone says to have made and that arrived so many minutes after the start."""
    made, sent = START + timedelta(minutes=made), START + timedelta(minutes=sent)
    plain = {"at": made, "device_time": made, "clock_offset_ms": 0, "received_at": sent}
    return _shown(number, person=number, **plain | more)


def test_a_time_that_the_phone_gave_the_lie_to_by_what_it_sent_meanwhile():
    assert _doubts(_kept(1, 50, 50), _kept(2, 5, 90)) == {2: ("clock",)}


def test_what_a_phone_kept_without_network_and_sent_oldest_first_is_believed():
    assert _doubts(_kept(1, 0, 0), _kept(2, 5, 90), _kept(3, 80, 90), _kept(4, 85, 95)) == {}
    assert _doubts(_kept(1, 50, 50), _kept(2, 5, 90, device="login 2")) == {}


def test_a_clock_that_is_right_enough():
    assert _doubts(_shown(1, 2, device_time=START, clock_offset_ms=90_000, said="ok")) == {}


def test_one_phone_for_several_people_but_not_a_shared_tablet():
    scans = [_shown(n, person=n, source="venue_code", phone_key="p") for n in (1, 2)]
    assert _doubts(*scans) == {1: ("shared",), 2: ("shared",)}
    assert _doubts(*(_shown(n, person=n, source="kiosk", phone_key="p") for n in (1, 2))) == {}


def test_what_the_phone_let_in_and_the_server_refused():
    refused = {"accepted": False, "device_time": START, "clock_offset_ms": 0}
    assert _doubts(_shown(1, reason="revoked", said="ok", **refused)) == {1: ("overruled",)}
    assert _doubts(_shown(1, reason="revoked", said="revoked", **refused)) == {}
    assert _doubts(_shown(1, reason="event_closed", said="ok", **refused)) == {1: ("closed", "overruled")}


def test_going_out_without_having_come_in():
    assert _doubts(_shown(1, direction="out")) == {1: ("out",)}
    assert _doubts(_shown(1), _shown(2, 5, direction="out"), _shown(3, 9, direction="out")) == {}


def test_a_ticket_of_nobody_a_forced_admission_and_an_unconfirmed_walk_in():
    assert _doubts(_shown(1, person=None, accepted=False, reason="unknown")) == {1: ("unknown",)}
    assert _doubts(_shown(1, forced=True, reason="waiting")) == {1: ("forced",)}
    assert _doubts(_shown(1, unconfirmed=True), _shown(2, 1, unconfirmed=True)) == {1: ("unconfirmed",)}


def test_at_another_event_at_the_same_hours():
    assert _doubts(_shown(1, elsewhere=True)) == {1: ("twice",)}


def test_kinds_stand_in_the_order_of_the_list():
    every = _doubts(_shown(1, forced=True, elsewhere=True, unconfirmed=True, said="ok", phone_key="p"))
    assert list(every[1]) == sorted(every[1], key=KINDS.index) and len(every[1]) == 4
