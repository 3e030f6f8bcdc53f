"""Venues: listed, created, changed."""

from __future__ import annotations

from sqlalchemy import insert, select

from tests import cast
from tests.schedule.reading import fields
from training_app.core.db import db, transaction
from training_app.schedule import moves
from training_app.schedule.models import Event, Venue


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


def test_a_venues_place_is_pasted_from_a_map_and_shown_as_degrees(app, client_as):
    browser = client_as("organiser")
    form = f"/venues/{cast.VENUE}/edit"
    typed = fields(browser.get(form))
    link = "https://uri.amap.com/marker?position=118.591349,24.9043&name=x"
    assert browser.post(form, data=typed | {"place": link}).status_code == 302
    db.session.expire_all()
    venue = db.session.get(Venue, cast.VENUE)
    assert (round(venue.latitude, 4), round(venue.longitude, 4)) == (24.9073, 118.5869)
    assert fields(browser.get(form))["place"] == f"{venue.latitude}, {venue.longitude}"
    assert browser.post(form, data=fields(browser.get(form)) | {"place": ""}).status_code == 302
    db.session.expire_all()
    assert db.session.get(Venue, cast.VENUE).latitude is None


def test_a_link_that_says_no_place_is_refused_beside_the_field_and_stays(app, client_as):
    browser = client_as("organiser")
    form = f"/venues/{cast.VENUE}/edit"
    answer = browser.post(form, data=fields(browser.get(form)) | {"place": "https://surl.amap.com/4bXyZ"})
    assert answer.status_code == 422 and "https://surl.amap.com/4bXyZ" in answer.text and "短链接" in answer.text


def test_check_in_is_limited_to_a_venue_whose_place_is_known(app, client_as):
    browser = client_as("organiser")
    form = f"/events/{cast.TODAY_EVENT}/edit"
    typed = fields(browser.get(form)) | {"checkin_within_m": "200"}
    refused = browser.post(form, data=typed)
    assert refused.status_code == 422 and "还没有填写这个地点在地图上的位置" in refused.text
    with transaction() as session:
        venue = session.get(Venue, cast.VENUE)
        venue.latitude, venue.longitude = 24.9073, 118.5869
    event = f"/events/{cast.TODAY_EVENT}"
    assert "米以内" not in browser.get(event).text
    assert browser.post(form, data=typed | {"checkin_within_m": "5"}).status_code == 422
    assert browser.post(form, data=typed).status_code == 302
    db.session.expire_all()
    assert db.session.get(Event, cast.TODAY_EVENT).checkin_within_m == 200
    assert fields(browser.get(form))["checkin_within_m"] == "200"
    assert "仅限会场 200 米以内" in browser.get(event).text


def test_the_limit_does_not_move_to_a_venue_whose_place_is_unknown(app):
    with transaction() as session:
        venue = session.get(Venue, cast.VENUE)
        venue.latitude, venue.longitude = 24.9073, 118.5869
        session.get(Event, 5).checkin_within_m = 200
    starts = db.session.get(Event, 5).slots[0].starts_at
    moved = moves.move(5, starts_at=starts, venue_id=cast.VENUE, actor_id=2, now=cast.NOW)
    assert moved.checkin_within_m == 200
    moved = moves.move(5, starts_at=starts, venue_id=cast.OTHER_VENUE, actor_id=2, now=cast.NOW)
    assert moved.checkin_within_m is None
