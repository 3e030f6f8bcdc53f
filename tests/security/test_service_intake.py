"""What a probing stranger sends is refused, on every database, and is never a fault of ours."""

from __future__ import annotations

import pytest

from training_app.divisions.models import Division
from training_app.divisions.rules import within
from training_app.web.addresses import local_path

LARGE = "9" * 30


@pytest.mark.parametrize(
    "path",
    [
        "/people?q=%00",
        "/people?subdistrict=350502004%00",
        "/search?q=a%00b",
        "/programmes/1/scores?q=%00",
        "/people?%00=1",
        "/people?" + "x" * 300 + "=1",
    ],
)
def test_a_nul_or_an_endless_name_in_an_address_is_a_bad_request(client_as, path):
    assert client_as("administrator").get(path).status_code == 400


@pytest.mark.parametrize(
    "path", ["/p/%00", "/t/1.%00", "/c/%00", "/reports/%00", f"/events/{LARGE}", "/people/2147483648"]
)
def test_an_address_that_cannot_exist_is_not_there(client_as, path):
    assert client_as("administrator").get(path).status_code == 404


@pytest.mark.parametrize("last", ["\U0010ffff", "\ud7ff", "²", "x"])
def test_nothing_lies_under_what_is_no_code(app, client_as, last):
    assert str(within(Division.code, f"3505{last}")) == "false"
    assert client_as("administrator").get("/people", query_string={"subdistrict": f"3505{last}"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/events/4/attendance", {"person": LARGE, "slot": "4", "status": "present", "reason": "x"}),
        ("/events/4/attendance/leave", {"person": LARGE, "answer": "grant", "slots": LARGE}),
        ("/people/7/posts", {"expected": "²", "subdistrict": "350502004", "division": "350502004002"}),
        ("/people/staff/new", {"person": "²"}),
        ("/people/7/edit", {"name": "陈\0华"}),
    ],
)
def test_a_number_beyond_all_ids_is_refused(client_as, path, data):
    assert client_as("organiser").post(path, data=data).status_code in (400, 404, 409, 422)


@pytest.mark.parametrize(
    "target", ["/\t/[", "/\t/evil.example", "//evil.example", "/\\evil.example", "https://evil.example"]
)
def test_one_is_never_led_to_another_site(client_as, target):
    assert local_path(target) == "/"
    assert client_as("visitor").get("/login", query_string={"next": target}).status_code == 200
