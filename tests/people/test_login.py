"""The login pages and the personal link in a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests import cast
from training_app.core.db import db
from training_app.people import links
from training_app.people.models import Person

RIGHT = {"name": "organiser", "password": cast.PASSWORD}


def _link(person_id=7):
    return f"/p/{links.personal_token(db.session.get(Person, person_id))}"


def test_a_login_goes_on_to_where_one_wanted_to_go(client_as):
    answer = client_as("visitor").post("/login?next=/people?q=chen", data=RIGHT)
    assert answer.status_code == 302 and answer.location == "/people?q=chen"


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\\\\evil"]
)
def test_a_login_never_leads_to_another_site(client_as, target):
    answer = client_as("visitor").post("/login", query_string={"next": target}, data=RIGHT)
    assert answer.location == "/"


def test_a_wrong_password_keeps_the_name_and_not_the_password(client_as):
    page = client_as("visitor").post("/login", data={"name": "organiser", "password": "not the one"})
    assert page.status_code == 422 and "organiser" in page.text and "not the one" not in page.text


def test_a_login_starts_a_new_session(client_as):
    browser = client_as("visitor")
    with browser.session_transaction() as session:
        session["planted"] = "by someone else"
    browser.post("/login", data=RIGHT)
    with browser.session_transaction() as session:
        assert "planted" not in session and session["_user_id"] not in ("", None)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client_as):
    cookie = client_as("visitor").post("/login", data=RIGHT).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_the_session_cookie_is_secure_where_https_is_on(client_as, app):
    app.config["SESSION_COOKIE_SECURE"] = True
    try:
        assert "Secure" in client_as("visitor").post("/login", data=RIGHT).headers["Set-Cookie"]
    finally:
        app.config["SESSION_COOKIE_SECURE"] = False


def test_a_logout_ends_the_device_even_if_its_cookie_was_kept(client_as):
    browser = client_as("organiser")
    assert browser.post("/logout").status_code == 302
    assert client_as("organiser").get("/password").status_code == 302


def test_a_staff_browser_that_idles_for_half_a_day_is_out(client_as):
    browser = client_as("visitor")
    browser.post("/login", data=RIGHT)
    with time_machine.travel(cast.NOW + timedelta(hours=11), tick=False):
        assert browser.get("/password").status_code == 200
    with time_machine.travel(cast.NOW + timedelta(hours=22), tick=False):
        assert browser.get("/password").status_code == 200
    with time_machine.travel(cast.NOW + timedelta(hours=35), tick=False):
        assert browser.get("/password").status_code == 302


def test_looking_at_a_personal_link_remembers_nothing(app, client_as):
    browser = client_as("visitor")
    page = browser.get(_link())
    assert page.status_code == 200 and "陈丽华" in page.text and "开元社区" in page.text and "居委会" not in page.text
    with browser.session_transaction() as session:
        assert "_user_id" not in session


def test_a_tap_on_the_personal_link_remembers_the_phone_for_half_a_year(app, client_as):
    browser = client_as("visitor")
    answer = browser.post(_link())
    assert answer.status_code == 302 and "Expires=" in answer.headers["Set-Cookie"]
    with time_machine.travel(cast.NOW + timedelta(days=170), tick=False):
        assert browser.get("/password").status_code == 403
    with time_machine.travel(cast.NOW + timedelta(days=181), tick=False):
        assert browser.get("/password").status_code == 302


@pytest.mark.parametrize("token", ["7-AAAAAAAAAAAAAAAAAAAAAAAAAAA", "999-AAAAAAAAAAAAAAAAAAAAAAAAAAA", "x", "7-", "-7"])
def test_a_wrong_link_gets_one_kind_page_whoever_it_names(client_as, token):
    page = client_as("visitor").get(f"/p/{token}")
    assert page.status_code == 404 and "陈丽华" not in page.text
    assert client_as("visitor").post(f"/p/{token}").status_code == 404


def test_a_changed_password_logs_the_other_devices_out_at_the_next_click(client_as):
    other = client_as("organiser")
    browser = client_as("visitor")
    browser.post("/login", data=RIGHT)
    new = "a quiet harbour in may"
    done = browser.post("/password", data={"old": cast.PASSWORD, "new": new, "again": new})
    assert done.status_code == 302
    assert other.get("/password").status_code == 302
    assert browser.get("/password").status_code == 200


def test_two_new_passwords_that_differ_are_said_beside_the_field(client_as):
    page = client_as("organiser").post(
        "/password", data={"old": cast.PASSWORD, "new": "a quiet harbour", "again": "another harbour"}
    )
    assert page.status_code == 422 and "again-error" in page.text
