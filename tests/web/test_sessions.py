"""Sessions in signed cookies whose signature is checked once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask, session

from tests import cast
from training_app.web import sessions


@pytest.fixture
def app():
    app = Flask("sessions")
    app.config.update(SECRET_KEY="a key", SESSION_COOKIE_NAME="s", PERMANENT_SESSION_LIFETIME=timedelta(days=2))
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    sessions.init_app(app)

    @app.get("/add/<word>")
    def add(word: str) -> list[str]:
        session.permanent = True
        session["words"] = [*session.get("words", []), word]
        return session["words"]

    @app.get("/words")
    def words() -> list[str]:
        # What a page does to its own copy must not reach the next request.
        session.get("words", []).append("mine")
        return session.get("words", [])

    return app


@pytest.fixture
def browser(app):
    with time_machine.travel(cast.NOW, tick=False):
        browser = app.test_client()
        assert browser.get("/add/one").json == ["one"]
        yield browser


def test_a_session_is_read_again_and_again(browser):
    assert browser.get("/words").json == ["one", "mine"]
    assert browser.get("/words").json == ["one", "mine"]


def test_a_change_makes_a_new_cookie_and_the_old_one_says_what_it_said(browser):
    old = browser.get_cookie("s").value
    assert browser.get("/add/two").json == ["one", "two"]
    browser.set_cookie("s", old)
    assert browser.get("/words").json == ["one", "mine"]


def test_a_cookie_that_was_proven_still_grows_old(browser):
    assert browser.get("/words").json == ["one", "mine"]
    with time_machine.travel(cast.NOW + timedelta(days=2, seconds=1), tick=False):
        assert browser.get("/words").json == []


def test_a_cookie_of_another_text_is_nobodys(browser):
    good = browser.get_cookie("s").value
    for bad in (good[:-2], good[1:], "x" + good, good.replace(".", ".x", 1), ""):
        browser.set_cookie("s", bad)
        assert browser.get("/words").json == []


def test_another_keys_cookie_is_nobodys(app, browser):
    value = browser.get_cookie("s").value
    other = Flask("other")
    other.config.update(SECRET_KEY="another key", SESSION_COOKIE_NAME="s")
    sessions.init_app(other)
    other.add_url_rule("/words", view_func=app.view_functions["words"])
    stranger = other.test_client()
    stranger.set_cookie("s", value)
    assert stranger.get("/words").json == []
