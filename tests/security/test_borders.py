"""Borders between people who all have some right to be here."""

from __future__ import annotations

import logging
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests import cast
from training_app.core.db import db, transaction
from training_app.people.models import Claim, Grant, GroupLink, Person, Post
from training_app.people.phones import shown
from training_app.registration import messagefacts, seats
from training_app.schedule.models import Event

CHEN, ZHANG, ADMINISTRATOR = cast.CAST["chen"], cast.CAST["zhang"], cast.CAST["administrator"]


def test_an_error_in_the_log_names_nobody(app, caplog):
    try:
        with transaction() as session:
            session.execute(text("INSERT INTO person (id, name, phone) VALUES (7, :name, :phone)"),
                            {"name": "某某某", "phone": "+8613800000077"})  # fmt: skip
    except IntegrityError:
        logging.getLogger("anything").exception("came from 13800000077")
    try:
        raise ValueError("no room for 13800000078 by /p/7-abcdefghijklmnop")
    except ValueError:
        logging.getLogger("anything").exception("unhandled")
    assert "Traceback" in caplog.text and "IntegrityError" in caplog.text
    for secret in ("13800000077", "某某某", "13800000078", "abcdefghijklmnop"):
        assert secret not in caplog.text


def test_the_link_in_an_email_never_leads_to_a_host_that_somebody_typed(app, now):
    row = seats.register(cast.TODAY_EVENT, CHEN.id, source="organiser", actor_id=2, now=now)
    app.config["PUBLIC_URL"] = ""
    try:
        with app.test_request_context(headers={"Host": "evil.example"}):
            assert "evil" not in messagefacts.ticket_link(row)
    finally:
        app.config["PUBLIC_URL"] = "http://localhost"


@pytest.mark.parametrize("path", ["/events/4/registrations", "/phases/4/registrations"])
def test_who_sees_everyone_by_one_role_has_the_phones_of_her_own_area_alone(app, client_as, now, path):
    for person in (CHEN, ZHANG):
        seats.enrol(cast.TODAY_PHASE, person.id, source="organiser", actor_id=2, now=now)
    with transaction() as session:
        session.add(Grant(person_id=4, role="facilitator", event_id=4, valid_from=now))
    page = client_as("supervisor_kaiyuan").get(path).text
    assert shown(CHEN.phone) in page and shown(ZHANG.phone) not in page and "/people/9" not in page
    page = client_as("organiser").get(path).text
    assert shown(CHEN.phone) in page and shown(ZHANG.phone) in page


def test_the_sheet_of_links_holds_none_of_someone_who_stands_above(app, client_as):
    with transaction() as session:
        session.add(Post(division_code="350502004002", kind="director", person_id=1, started_on=date(2026, 1, 1)))
    for who, is_there in (("organiser", False), ("administrator", True)):
        page = client_as(who).get("/people/links?subdistrict=350502004").text
        assert (ADMINISTRATOR.name in page) is is_there
        assert CHEN.name in page


def test_an_organiser_lets_no_device_in_as_someone_who_stands_above(app, client_as, now):
    with transaction() as session:
        session.get_one(Person, 1).division_code = cast.KAIYUAN_COMMUNITY
        session.add(GroupLink(id=1, organisation_id=cast.OFFICE, division_code=cast.LICHENG, label="", revision=0,
                              expires_at=now.replace(year=2027), created_by_id=2))  # fmt: skip
        session.flush()
        session.add(Claim(id=1, person_id=1, group_link_id=1, token_hash="0" * 64, device_name="", state="waiting",
                          created_at=now))  # fmt: skip
    assert client_as("organiser").post("/people/claims/1", data={"decision": "accept"}).status_code == 403
    db.session.expire_all()
    assert db.session.get_one(Claim, 1).state == "waiting"


@pytest.mark.parametrize("who", ["supervisor_kaiyuan", "auditor"])
@pytest.mark.parametrize("page", ["", "/registrations", "/attendance"])
def test_a_draft_is_there_for_planners_alone(app, client_as, who, page):
    with transaction() as session:
        session.get_one(Event, 6).state = "draft"
    assert client_as(who).get(f"/events/6{page}").status_code == 404
