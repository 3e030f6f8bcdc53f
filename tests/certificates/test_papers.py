"""One paper: its page, its files, its holder, taken back, issued again."""

from __future__ import annotations

import pytest

from tests import cast
from tests.certificates.earning import CHEN, LIN, ORGANISER, ZHANG, earn, issue, issued
from training_app.certificates import issuing, papers
from training_app.core import files, jobs
from training_app.core.db import transaction
from training_app.people.models import Person

BROWSER_ROLES = ("administrator", "organiser", "supervisor_kaiyuan", "supervisor_fuqiao", "auditor", "chen", "lin")


@pytest.fixture
def paper(app, now):
    earn(CHEN)
    return issue()[0]


def statuses(client_as, path):
    return {who: client_as(who).get(path).status_code for who in (*BROWSER_ROLES, "foreign_organiser", "stranger")}


def test_the_file_goes_to_its_holder_and_to_staff_of_her_area_only(client_as, paper):
    for end in ("pdf", "png"):
        assert statuses(client_as, f"/certificates/{paper.id}.{end}") == {
            "administrator": 200, "organiser": 200, "supervisor_kaiyuan": 200, "supervisor_fuqiao": 404,
            "auditor": 200, "chen": 200, "lin": 404, "foreign_organiser": 404, "stranger": 404,
        }  # fmt: skip


def test_the_page_of_a_paper_is_for_staff_of_the_area(client_as, paper):
    found = statuses(client_as, f"/certificates/{paper.id}")
    assert found == {
        "administrator": 200, "organiser": 200, "supervisor_kaiyuan": 200, "supervisor_fuqiao": 404,
        "auditor": 200, "chen": 403, "lin": 403, "foreign_organiser": 404, "stranger": 403,
    }  # fmt: skip


def test_a_supervisor_sees_the_paper_and_cannot_change_it(client_as, paper):
    browser = client_as("supervisor_kaiyuan")
    assert "revoke" not in browser.get(f"/certificates/{paper.id}").text
    assert browser.post(f"/certificates/{paper.id}/revoke", data={"revoke-reason": "x"}).status_code == 403


def test_another_offices_organiser_gets_nothing(client_as, paper):
    browser = client_as("foreign_organiser")
    for what in ("revoke", "reissue"):
        assert browser.post(f"/certificates/{paper.id}/{what}", data={f"{what}-reason": "x"}).status_code == 404
    assert browser.post("/certificates/jobs/1/stop").status_code == 404


def test_the_files_are_those_that_were_stored(client_as, paper):
    answer = client_as("chen").get(f"/certificates/{paper.id}.pdf")
    assert answer.mimetype == "application/pdf" and answer.data == files.read(paper.file_sha256)
    picture = client_as("chen").get(f"/certificates/{paper.id}.png?download=1")
    assert picture.mimetype == "image/png" and "LC2026-0001.png" in picture.headers["Content-Disposition"]


def test_a_phone_that_is_handed_on_asks_again_for_every_paper(client_as, paper):
    answer = client_as("chen").get(f"/certificates/{paper.id}.pdf")
    assert "no-cache" in answer.headers["Cache-Control"] and "private" in answer.headers["Cache-Control"]
    again = {"If-None-Match": answer.headers["ETag"]}
    assert client_as("chen").get(f"/certificates/{paper.id}.pdf", headers=again).status_code == 304
    assert client_as("lin").get(f"/certificates/{paper.id}.pdf", headers=again).status_code == 404


def test_a_file_that_was_tampered_with_is_not_sent(client_as, paper, app):
    path = next(app.config["FILES"].rglob(paper.file_sha256))
    path.write_bytes(path.read_bytes() + b" ")
    assert client_as("chen").get(f"/certificates/{paper.id}.pdf").status_code == 500


def test_the_holder_has_the_picture_to_press_and_hold(client_as, paper):
    page = client_as("chen").get("/certificates/mine").text
    assert f"/certificates/{paper.id}.png" in page and "长按图片" in page
    assert f"/certificates/{paper.id}.png" not in client_as("lin").get("/certificates/mine").text


def test_whoever_was_merged_brings_her_paper_along(client_as, app, now):
    earn(LIN)
    (one,) = issue()
    with transaction() as session:
        session.get(Person, LIN).merged_into_id = CHEN
    assert client_as("chen").get(f"/certificates/{one.id}.pdf").status_code == 200


def test_revoking_asks_for_a_reason_and_is_said_to_the_holder(client_as, paper):
    browser = client_as("organiser")
    refused = browser.post(f"/certificates/{paper.id}/revoke", data={"revoke-reason": "  "})
    assert refused.status_code == 422 and 'id="revoke-reason-error"' in refused.text
    for what in ("revoke", "reissue"):
        # The verify page says it to everyone.
        long = browser.post(f"/certificates/{paper.id}/{what}", data={f"{what}-reason": "长" * 301})
        assert long.status_code == 422 and f'id="{what}-reason-error"' in long.text
    assert browser.post(f"/certificates/{paper.id}/revoke", data={"revoke-reason": "学时录错"}).status_code == 302
    assert papers.state_of(issued()[0]) == "revoked"
    page = client_as("chen").get("/certificates/mine").text
    assert "学时录错" in page and ".png" not in page.split("<main")[1]


def test_issuing_again_makes_a_job_and_both_papers_stay(client_as, paper):
    with transaction() as session:
        session.get(Person, CHEN).name = "陈丽桦"
    browser = client_as("organiser")
    assert "陈丽桦" in browser.get(f"/certificates/{paper.id}").text
    started = browser.post(f"/certificates/{paper.id}/reissue", data={"reissue-reason": "姓名更正"})
    jobs.run(2)
    assert started.location.endswith("/certificates/jobs/2")
    old, new = issued()
    assert f'href="/certificates/{new.id}"' in browser.get("/certificates/jobs/2").text
    page = browser.get(f"/certificates/{old.id}").text
    assert new.serial in page and f"/certificates/{old.id}/revoke" not in page
    assert [one.id for one in papers.of_person(CHEN)] == [new.id]


def test_both_papers_are_listed_where_the_holder_was_merged_meanwhile(client_as, app, now):
    earn(LIN)
    (old,) = issue()
    with transaction() as session:
        session.get(Person, LIN).merged_into_id = CHEN
    jobs.run(issuing.reissue(old.id, reason="姓名更正", base_url="http://localhost", actor_id=ORGANISER, now=now))
    old, new = issued()
    assert (old.person_id, new.person_id) == (LIN, CHEN)
    browser = client_as("organiser")
    assert new.serial in browser.get(f"/certificates/{old.id}").text
    assert old.serial in browser.get(f"/certificates/{new.id}").text


def test_a_name_that_cannot_be_drawn_is_said_before_issuing_again(client_as, paper):
    with transaction() as session:
        session.get(Person, CHEN).name = "陈\U0002f9f4华"
    browser = client_as("organiser")
    assert "\U0002f9f4" in browser.get(f"/certificates/{paper.id}").text
    answer = browser.post(f"/certificates/{paper.id}/reissue", data={"reissue-reason": "x"}, follow_redirects=True)
    assert "字库中没有这些字" in answer.text and len(issued()) == 1


def test_the_index_counts_papers_in_few_statements(client_as, app, now, count_statements):
    earn(CHEN, LIN, ZHANG)
    issue()
    papers.revoke(1, reason="x", actor_id=ORGANISER, now=cast.NOW)
    browser = client_as("auditor")
    page = browser.get("/certificates").text
    assert "2026 年儿童主任培训计划" in page and "丰泽" not in page.split("<main")[1]
    assert count_statements(lambda: browser.get("/certificates")) <= 5
