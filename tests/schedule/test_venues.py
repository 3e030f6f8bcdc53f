"""Venues: listed, created, changed."""

from __future__ import annotations

from sqlalchemy import insert, select

from tests import cast
from tests.schedule.reading import fields
from training_app.core.db import db, transaction
from training_app.schedule.models import Venue


def _more(count):
    rows = [{"name": f"地点 {n}", "address": "", "directions": "", "division_code": cast.KAIYUAN} for n in range(count)]
    with transaction() as session:
        session.execute(insert(Venue), rows)


def test_ten_venues_take_as_many_statements_as_a_thousand(app, client_as, count_statements):
    browser = client_as("organiser")
    _more(10)
    ten = count_statements(lambda: browser.get("/venues"))
    _more(990)
    assert count_statements(lambda: browser.get("/venues")) == ten


def test_everyone_sees_the_venues_of_their_own_area(app, client_as):
    page = client_as("organiser").get("/venues").text
    assert "开元街道新时代文明实践所" in page and "丰泽区社工站" not in page
    assert "开元街道新时代文明实践所" not in client_as("supervisor_fuqiao").get("/venues").text


def test_a_venue_is_made_and_leads_back_to_where_it_was_missing(app, client_as):
    browser = client_as("organiser")
    typed = fields(browser.get("/venues/new")) | {"name": "浮桥实践所", "division_code": cast.FUQIAO, "capacity": "60"}
    answer = browser.post("/venues/new?next=/programmes/1", data=typed)
    assert answer.location == "/programmes/1"
    assert db.session.scalar(select(Venue.capacity).where(Venue.name == "浮桥实践所")) == 60
    assert browser.post("/venues/new?next=//evil.example", data=typed).location == "/venues"


def test_what_was_typed_stays_when_the_name_is_missing(app, client_as):
    page = client_as("organiser").post(
        "/venues/new",
        data={"name": "", "address": "新华北路 1 号", "directions": "乘 2 路", "division_code": cast.KAIYUAN},
    )
    assert page.status_code == 422 and "name-error" in page.text
    assert fields(page)["address"] == "新华北路 1 号" and fields(page)["directions"] == "乘 2 路"


def test_a_venue_cannot_be_put_into_the_district_of_others(app, client_as):
    browser = client_as("organiser")
    typed = fields(browser.get("/venues/1/edit"))
    page = browser.post("/venues/1/edit", data=typed | {"division_code": "350503"})
    assert page.status_code == 422 and "division_code-error" in page.text
    assert browser.post("/venues/1/edit", data=typed | {"directions": "二楼"}).status_code == 302
    assert "二楼" in browser.get("/events/4").text
