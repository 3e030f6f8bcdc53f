"""What no page and no log may ever do."""

from __future__ import annotations

import logging

import pytest

from tests import cast
from training_app.web.access import declared
from training_app.web.masking import masked


@pytest.fixture
def guarded(app):
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


def test_every_change_needs_the_page_that_it_came_from(guarded, client_as):
    """Each POST in the URL map without a token is refused, whoever sends it."""
    browser = client_as("administrator")
    sent = 0
    for rule in guarded.url_map.iter_rules():
        if "POST" in rule.methods:
            values = dict.fromkeys(rule.arguments, 1)
            with guarded.test_request_context():
                path = guarded.url_map.bind("localhost").build(rule.endpoint, values, method="POST")
            answer = browser.post(path, data={})
            # What a program asks needs no such token, for a browser's cookie counts nothing there.
            access = declared(guarded.view_functions[rule.endpoint])
            refused = 401 if access.kind == "bearer" else 400
            assert answer.status_code == refused, f"{rule.endpoint} took a POST without a token"
            sent += 1
    assert sent >= 5


def test_a_login_with_its_token_works_where_csrf_is_on(guarded, client_as):
    browser = client_as("visitor")
    token = browser.get("/csrf").get_json()["token"]
    data = {"name": "organiser", "password": cast.PASSWORD, "csrf_token": token}
    assert browser.post("/login", data=data).status_code == 302


@pytest.mark.parametrize(
    "text",
    ["GET /p/7-abcdefghijklmnop 200", "call 13800000007", "+8613800000007", "/g/3-abcdefghij", "/v/4/abcdefgh0123"],
)
def test_secrets_and_phone_numbers_are_masked_in_logs(text):
    shown = masked(text)
    assert "abcdefgh" not in shown and "13800000007" not in shown


def test_the_log_of_a_request_holds_no_personal_link(client_as, caplog):
    with caplog.at_level(logging.DEBUG):
        client_as("visitor").get("/p/7-abcdefghijklmnopqrstuvw")
        logging.getLogger("anything").warning("came from %s by %s", "/p/7-abcdefghijklmnopqrstuvw", "13800000007")
    assert "abcdefghijkl" not in caplog.text and "13800000007" not in caplog.text
    assert "came from" in caplog.text
