"""Coming in by the group's link, in a browser."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import cast
from training_app.core.db import db, transaction
from training_app.people import grouplinks
from training_app.people.models import Claim, GroupLink, Person

RIGHT = {
    "subdistrict": cast.KAIYUAN, "division": cast.KAIYUAN_COMMUNITY, "name": "许建国", "phone": "139 0000 2222",
}  # fmt: skip


@pytest.fixture
def door(app):
    with transaction() as session:
        session.add(
            Person(id=50, name="许建国", phone="+8613900002222", division_code=cast.KAIYUAN_COMMUNITY,
                   created_at=cast.LONG_AGO)
        )  # fmt: skip
    link = grouplinks.create(cast.LICHENG, "群", organisation_id=cast.OFFICE, days=30, actor_id=2, now=cast.NOW)
    return f"/g/{grouplinks.token_of(link)}"


def test_the_page_shows_places_and_nobody(door, client_as):
    page = client_as("visitor").get(door).text
    assert "开元街道" in page and "丰泽" not in page and "许建国" not in page


def test_three_right_answers_lead_to_where_one_wanted_to_go(door, client_as):
    browser = client_as("visitor")
    browser.get("/people?q=chen")  # sent to the login page, which remembers
    browser.get("/login?next=/me/devices")
    assert browser.post(door, data=RIGHT).location == "/me/devices"
    assert browser.get("/me/devices").status_code == 200


def test_a_page_that_links_here_names_where_to_go_on(door, client_as):
    browser = client_as("visitor")
    assert 'value="/me/devices"' in browser.get(f"{door}?next=/me/devices").text
    assert browser.post(door, data=RIGHT).location == "/me/devices"


def test_a_personal_link_leads_to_where_one_wanted_to_go_too(door, client_as):
    from training_app.people import links

    browser = client_as("visitor")
    browser.get("/login?next=/me/devices")
    token = links.personal_token(db.session.get(Person, 7))
    assert browser.post(f"/p/{token}").location == "/me/devices"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_the_target_never_leads_to_another_site(door, client_as, target):
    browser = client_as("visitor")
    browser.get("/login", query_string={"next": target})
    assert browser.post(door, data=RIGHT | {"next": target}).location == "/"


@pytest.mark.parametrize(
    "wrong",
    [{"name": "许建"}, {"phone": "139 0000 2223"}, {"division": cast.MEISHAN}, {"name": "陈丽华"},
     {"phone": "13800000007"}],
)  # fmt: skip
def test_every_miss_looks_the_same(door, client_as, wrong):
    import re

    def shown(data):
        page = client_as("visitor").post(door, data=data)
        text = page.text
        for typed in data.values():
            text = text.replace(typed, "")
        return page.status_code, re.sub(r"\s+|selected|<meta[^>]*csrf[^>]*>|<input[^>]*csrf[^>]*>", "", text)

    nobody = RIGHT | {"name": "没有此人", "phone": "13900007777"}
    if "division" in wrong:
        nobody |= wrong
    assert shown(RIGHT | wrong) == shown(nobody)
    assert shown(nobody)[0] == 422


def test_a_locked_device_is_told_how_long_to_wait(door, client_as):
    browser = client_as("visitor")
    for _try in range(5):
        browser.post(door, data=RIGHT | {"name": "许建"})
    page = browser.post(door, data=RIGHT)
    assert page.status_code == 422 and "分钟" in page.text


def test_a_second_phone_waits_and_goes_in_after_the_nod(door, client_as):
    client_as("visitor").post(door, data=RIGHT)
    browser = client_as("visitor")
    browser.get("/login?next=/me/devices")
    assert browser.post(door, data=RIGHT).location == "/claim"
    assert browser.get("/claim/state").get_json() == {"state": "waiting"}
    assert browser.post("/claim").location == "/claim"
    assert browser.get("/me/devices").status_code == 302
    claim = db.session.scalar(select(Claim.id))
    assert str(claim) in browser.get("/claim").text
    assert "许建国" in client_as("organiser").get("/people/claims").text
    assert client_as("organiser").post(f"/people/claims/{claim}", data={"decision": "accept"}).status_code == 302
    assert browser.get("/claim/state").get_json() == {"state": "accepted"}
    assert browser.post("/claim").location == "/me/devices"
    assert browser.get("/me/devices").status_code == 200


def test_only_who_looks_after_the_person_nods(door, client_as):
    for _try in range(2):
        client_as("visitor").post(door, data=RIGHT)
    claim = db.session.scalar(select(Claim.id))
    assert (
        client_as("foreign_organiser").post(f"/people/claims/{claim}", data={"decision": "accept"}).status_code == 404
    )
    assert client_as("supervisor_kaiyuan").post(f"/people/claims/{claim}").status_code == 403
    assert "许建国" not in client_as("foreign_organiser").get("/people/claims").text
    assert db.session.scalar(select(Claim.state)) == "waiting"


def test_without_a_decision_a_device_stays_out(door, client_as):
    for _try in range(2):
        browser = client_as("visitor")
        browser.post(door, data=RIGHT)
    client_as("organiser").post(f"/people/claims/{db.session.scalar(select(Claim.id))}")
    assert browser.get("/claim/state").get_json() == {"state": "refused"}
    assert browser.post("/claim").location == "/claim" and browser.get("/claim").status_code == 200


def test_an_organiser_makes_renews_and_revokes_her_link(app, client_as):
    browser = client_as("organiser")
    done = browser.post("/people/group-links", data={"days": "30", "label": "鲤城群"})
    link = db.session.scalar(select(GroupLink))
    assert done.location == f"/people/group-links/{link.id}" and link.division_code == cast.LICHENG
    first = f"/g/{grouplinks.token_of(link)}"
    assert first in browser.get(done.location).text
    assert client_as("visitor").get(first).status_code == 200
    for foreign in ("foreign_organiser",):
        assert client_as(foreign).get(done.location).status_code == 404
        assert client_as(foreign).post(f"{done.location}/renew").status_code == 404
        assert client_as(foreign).post(f"{done.location}/revoke").status_code == 404
    browser.post(f"{done.location}/renew")
    assert client_as("visitor").get(first).status_code == 404
    db.session.expire_all()
    second = f"/g/{grouplinks.token_of(db.session.get(GroupLink, link.id))}"
    assert client_as("visitor").get(second).status_code == 200
    browser.post(f"{done.location}/revoke")
    assert client_as("visitor").get(second).status_code == 404


def test_a_link_for_a_foreign_place_is_not_made(app, client_as):
    page = client_as("organiser").post("/people/group-links", data={"days": "30", "subdistrict": "350503001"})
    link = db.session.scalar(select(GroupLink))
    assert page.status_code == 302 and link.division_code == cast.LICHENG
    assert client_as("organiser").post("/people/group-links", data={"days": "9999"}).status_code == 422
