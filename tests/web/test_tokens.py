"""A token's signature is checked once in a process; everything else is checked every time."""

from __future__ import annotations

import pytest
import time_machine

from tests import cast

DOOR = f"/checkin/{cast.TODAY_SLOT}/scan"


def _sent(browser, token, nonce, **more):
    headers = {"Accept": "application/json", "X-CSRFToken": token}
    data = {"nonce": nonce, "ticket": "nothing", "source": "camera"}
    return browser.post(DOOR, data=data, headers=headers | more.pop("headers", {}), **more)


def _token(browser):
    return browser.get("/csrf").get_json()["token"]


@pytest.fixture(autouse=True)
def _guarded(app):
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config.update(WTF_CSRF_ENABLED=False, WTF_CSRF_TIME_LIMIT=None)


def test_a_token_counts_again_and_again_for_its_own_session_alone(client_as):
    volunteer, organiser = client_as("volunteer"), client_as("organiser")
    token = _token(volunteer)
    assert [_sent(volunteer, token, f"nonce-000{n}").status_code for n in range(3)] == [200, 200, 200]
    _token(organiser)
    assert [_sent(organiser, token, f"nonce-001{n}").status_code for n in range(2)] == [400, 400]
    assert _sent(volunteer, token + "x", "nonce-0020").status_code == 400
    assert _sent(volunteer, "", "nonce-0021").status_code == 400


def test_a_token_in_the_form_is_the_one_that_counts(client_as):
    volunteer = client_as("volunteer")
    token = _token(volunteer)
    assert _sent(volunteer, token, "nonce-0001").status_code == 200
    data = {"nonce": "nonce-0002", "ticket": "nothing", "source": "camera", "csrf_token": "forged"}
    assert volunteer.post(DOOR, data=data, headers={"X-CSRFToken": token}).status_code == 400


def test_over_https_a_known_token_still_has_to_come_from_this_site(client_as):
    volunteer = client_as("volunteer")
    token = _token(volunteer)
    here = {"base_url": "https://localhost"}
    own, foreign = {"Referer": "https://localhost/checkin/4"}, {"Referer": "https://evil.example/"}
    assert _sent(volunteer, token, "nonce-0001", headers=own, **here).status_code == 200
    assert _sent(volunteer, token, "nonce-0002", headers=foreign, **here).status_code == 400
    assert _sent(volunteer, token, "nonce-0003", **here).status_code == 400


def test_a_known_token_grows_old_like_any_other(app, client_as):
    app.config["WTF_CSRF_TIME_LIMIT"] = 3600
    with time_machine.travel(cast.NOW, tick=False) as clock:
        volunteer = client_as("volunteer")
        token = _token(volunteer)
        assert _sent(volunteer, token, "nonce-0001").status_code == 200
        clock.shift(3601)
        assert _sent(volunteer, token, "nonce-0002").status_code == 400
