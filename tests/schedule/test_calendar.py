"""The month and the list, with filters in the address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert

from tests import cast
from training_app.core.db import transaction
from training_app.schedule.models import Event, Slot


def _more(count, first=100):
    """Events of the programme, all in July 2026, ten minutes after one another."""
    start = cast.NOW + timedelta(days=20)
    with transaction() as session:
        session.execute(
            insert(Event),
            [
                {
                    "id": n,
                    "programme_id": cast.PROGRAMME,
                    "kind": "salon",
                    "number": n,
                    "title": f"沙龙 {n}",
                    "description": "",
                    "venue_id": cast.VENUE,
                    "state": "published",
                    "cancel_reason": "",
                    "seats_taken": 0,
                    "revision": 0,
                    "created_at": cast.LONG_AGO,
                }
                for n in range(first, first + count)
            ],
        )
        session.execute(
            insert(Slot),
            [
                {
                    "id": n,
                    "event_id": n,
                    "label": "whole",
                    "starts_at": start + timedelta(minutes=10 * n),
                    "ends_at": start + timedelta(minutes=10 * n + 9),
                    "checkin_opens_at": start,
                    "checkin_closes_at": start + timedelta(days=20),
                    "late_after": start + timedelta(minutes=10 * n + 5),
                    "credit_hours": 1,
                }
                for n in range(first, first + count)
            ],
        )


@pytest.mark.parametrize("address", ["/events", "/calendar?month=2026-07", "/events?month=2026-07&kind=salon"])
def test_ten_events_take_as_many_statements_as_a_thousand(app, client_as, count_statements, address):
    browser = client_as("organiser")
    _more(10)
    ten = count_statements(lambda: browser.get(address))
    _more(990, 200)
    assert count_statements(lambda: browser.get(address)) == ten


def test_the_list_begins_with_what_comes_next_and_ends_with_the_oldest(app, client_as):
    page = client_as("organiser").get("/events?programme=1").text
    days = re.findall(r'href="/events/(\d+)"', page)
    assert days == ["4", "5", "6", "3", "2", "1"]


def test_the_list_turns_its_pages_and_keeps_its_filters(app, client_as):
    _more(70)
    page = client_as("organiser").get("/events?kind=salon")
    assert "共 70 条" in page.text and "kind=salon" in page.text and "儿童主任职责" not in page.text


@pytest.mark.parametrize(
    ("filters", "there", "gone"),
    [
        ("month=2026-07", "特殊儿童服务", "综合研讨与结业"),
        ("state=cancelled", "没有符合条件的活动", "综合研讨与结业"),
        ("programme=2", "没有符合条件的活动", "外区培训"),
        ("venue=1", "综合研讨与结业", "外区培训"),
        ("month=nonsense&kind=x&state=y&programme=z&venue=w&page=-1", "没有符合条件的活动", "外区培训"),
    ],
)
def test_filters_stand_in_the_address(app, client_as, filters, there, gone):
    page = client_as("organiser").get(f"/events?{filters}")
    assert page.status_code == 200 and there in page.text and gone not in page.text


def test_the_month_shows_its_days_events_and_holidays(app, client_as):
    page = client_as("organiser").get("/calendar").text
    assert "2026年6月" in page and "儿童服务社会工作技巧" in page and "端午节" in page
    assert "month=2026-05" in page and "month=2026-07" in page
    assert "综合研讨与结业" in client_as("organiser").get("/calendar?month=2026-08").text


@pytest.mark.parametrize("month", ["2026-13", "x", "99999-01", "1800-01", ""])
def test_a_month_that_is_none_is_this_month(app, client_as, month):
    page = client_as("organiser").get(f"/calendar?month={month}")
    assert page.status_code == 200 and "2026年6月" in page.text


def test_a_day_leads_planners_to_a_new_event_on_it_and_nobody_else(app, client_as):
    browser = client_as("organiser")
    assert "/programmes/1/events/new?day=2026-06-20" in browser.get("/calendar").text
    assert 'value="2026-06-20"' in browser.get("/programmes/1/events/new?day=2026-06-20").text
    assert "events/new" not in client_as("supervisor_kaiyuan").get("/calendar").text
