"""Accounts and roles in a browser; nobody reaches above themselves."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import func, insert, select, update

from tests import cast
from training_app.core.db import db, transaction
from training_app.people import posts
from training_app.people.models import Account, Grant, Handover, Organisation, Person, PostChange


def _password(page):
    return re.search(r'class="slip-password">([^<]+)<', page.text).group(1).strip()


def test_a_new_account_comes_with_a_slip_that_logs_in(app, client_as):
    page = client_as("organiser").post("/people/staff/new", data={"name": "许建国", "phone": "13900001234"})
    assert page.status_code == 200 and "xujianguo" in page.text and "no-store" in page.headers["Cache-Control"]
    browser = client_as("visitor")
    assert browser.post("/login", data={"name": "xujianguo", "password": _password(page)}).status_code == 302
    assert browser.get("/me/devices").location.endswith("/password")
    assert "许建国" in client_as("organiser").get("/people/staff").text


def test_a_reset_gives_a_password_that_works_and_ends_the_old_devices(app, client_as):
    supervisor = client_as("supervisor_kaiyuan")
    page = client_as("organiser").post("/people/accounts/4/reset")
    assert supervisor.get("/people").status_code == 302
    browser = client_as("visitor")
    data = {"name": "supervisor_kaiyuan", "password": _password(page)}
    assert browser.post("/login", data=data).status_code == 302


@pytest.mark.parametrize("account", [1, 2, 6, 10])
@pytest.mark.parametrize("action", ["reset", "disable", "enable"])
def test_an_organiser_never_reaches_an_equal_a_superior_or_a_stranger(app, client_as, account, action):
    before = db.session.scalar(select(Account.password_hash).where(Account.id == account))
    status = client_as("organiser").post(f"/people/accounts/{account}/{action}").status_code
    assert status in (403, 404) and (status == 404) == (account in (1, 10))
    db.session.expire_all()
    kept = db.session.get(Account, account)
    assert kept.password_hash == before and kept.disabled_at is None and not kept.must_change


@pytest.mark.parametrize("who", ["supervisor_kaiyuan", "supervisor_fuqiao", "auditor", "facilitator", "chen"])
def test_no_one_else_resets_anyone(app, client_as, who):
    for account in (1, 2, 3, 4, 5, 6, 10):
        assert client_as(who).post(f"/people/accounts/{account}/reset").status_code == 403


@pytest.mark.parametrize(
    "data",
    [
        {"role": "organiser", "organisation_id": str(cast.OFFICE)},
        {"role": "auditor", "division_code": cast.LICHENG},
        {"role": "administrator"},
        {"role": "supervisor", "division_code": "350503"},
        {"role": "supervisor", "division_code": ""},
        {"role": "supervisor", "division_code": "35"},
        {"role": "facilitator", "event_id": "7"},
        {"role": "facilitator", "event_id": "999"},
        {"role": "door_volunteer", "event_id": "4"},
        {"role": "supervisor", "division_code": cast.KAIYUAN, "until": "gestern"},
    ],
)
def test_an_organiser_gives_no_role_above_or_beside_her_own(app, client_as, data):
    before = db.session.scalar(select(func.count()).select_from(Grant))
    for account in (4, 2):
        assert client_as("organiser").post(f"/people/accounts/{account}/roles", data=data).status_code in (404, 422)
    assert db.session.scalar(select(func.count()).select_from(Grant)) == before


def test_an_organiser_does_not_end_her_own_or_a_higher_role(app, client_as):
    for grant in db.session.scalars(select(Grant).where(Grant.role.in_(["administrator", "organiser", "auditor"]))):
        assert client_as("organiser").post(f"/people/roles/{grant.id}/end").status_code == 404


def test_a_role_given_works_at_the_next_click_and_ends_at_the_next(app, client_as):
    organiser, teacher = client_as("organiser"), client_as("facilitator")
    assert teacher.get("/people").status_code == 403
    organiser.post("/people/accounts/3/roles", data={"role": "supervisor", "division_code": cast.FUQIAO})
    assert "张淑英" in teacher.get("/people").text
    grant = db.session.scalar(select(Grant.id).where(Grant.person_id == 3, Grant.role == "supervisor"))
    organiser.post(f"/people/roles/{grant}/end")
    assert teacher.get("/people").status_code == 403


def test_the_list_of_accounts_takes_as_many_statements_for_a_thousand_as_for_ten(app, client_as, count_statements):
    browser = client_as("organiser")

    def add(start, count):
        ids = range(start, start + count)
        with transaction() as session:
            session.execute(
                insert(Person),
                [{"id": n, "name": f"人{n}", "pinyin": "", "division_code": cast.LICHENG, "link_revision": 0,
                  "unconfirmed": False, "created_at": cast.NOW} for n in ids],
            )  # fmt: skip
            session.execute(
                insert(Account), [{"id": n, "person_id": n, "username": f"u{n}", "password_hash": "x"} for n in ids]
            )
            session.execute(
                insert(Grant),
                [{"person_id": n, "role": "supervisor", "division_code": cast.KAIYUAN, "label": "",
                  "valid_from": cast.NOW} for n in ids],
            )  # fmt: skip
            session.execute(
                insert(Grant),
                [{"person_id": n, "role": "facilitator", "event_id": 4, "label": "", "valid_from": cast.NOW}
                 for n in ids],
            )  # fmt: skip

    add(100, 10)
    few = count_statements(lambda: browser.get("/people/staff"))
    add(200, 1000)
    assert count_statements(lambda: browser.get("/people/staff")) == few


def test_an_organisation_is_added_and_its_name_stays_unique(app, client_as):
    browser = client_as("administrator")
    data = {"name": "新 机构", "kind": "office", "division": cast.LICHENG}
    assert browser.post("/organisations/new", data=data).status_code == 302
    assert browser.post("/organisations/new", data=data).status_code == 422
    assert browser.post("/organisations/new", data=data | {"name": "x", "division": "9"}).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Organisation).where(Organisation.name == "新 机构")) == 1


def _submit(browser, **more):
    data = {f"{cast.MEISHAN}-name": "新人", f"{cast.MEISHAN}-old": "8", f"{cast.MEISHAN}-phone": "13912340000",
            "from_on": "2026-06-01", "appointed": "elected"} | more  # fmt: skip
    return browser.post(f"/handovers/new?subdistrict={cast.KAIYUAN}", data=data)


def test_a_supervisor_submits_and_the_organiser_confirms(app, client_as):
    supervisor, organiser = client_as("supervisor_kaiyuan"), client_as("organiser")
    page = supervisor.get("/handovers/new").text
    assert "林晓燕" in page and "张淑英" not in page
    address = _submit(supervisor).location
    assert client_as("supervisor_fuqiao").get(address).status_code == 404
    assert "核对姓名和手机号后" in supervisor.get(address).text
    assert supervisor.post(f"{address}/confirm").status_code == 403
    assert client_as("foreign_organiser").post(f"{address}/confirm").status_code == 404
    shown = organiser.get(address).text
    assert "林晓燕" in shown and "新人" in shown and "139 1234 0000" in shown
    assert organiser.post(f"{address}/confirm").status_code == 302
    assert {r.division.code: r.person.name for r in posts.holders([cast.KAIYUAN]) if r.person}[cast.MEISHAN] == "新人"
    assert organiser.post(f"{address}/confirm").status_code == 409


def test_a_row_with_a_fault_keeps_everything_that_was_typed(app, client_as):
    page = _submit(client_as("supervisor_kaiyuan"), **{f"{cast.MEISHAN}-phone": "139"})
    assert page.status_code == 422 and 'value="139"' in page.text and 'value="新人"' in page.text
    assert f"{cast.MEISHAN}-phone-error" in page.text
    assert db.session.scalar(select(func.count()).select_from(Handover)) == 0


def test_a_conflict_is_said_beside_its_row(app, client_as):
    address = _submit(client_as("supervisor_kaiyuan")).location
    posts.change_holder(
        cast.MEISHAN, "director", expected_person_id=8, new_person_id=11, from_on=date(2026, 5, 1), appointed="",
        actor_id=1, now=cast.NOW,
    )  # fmt: skip
    page = client_as("organiser").post(f"{address}/confirm")
    assert page.status_code == 409 and "现任人员已有变动" in page.text and "路人甲" in page.text


def test_a_refusal_shows_its_reason_to_the_supervisor(app, client_as):
    supervisor = client_as("supervisor_kaiyuan")
    address = _submit(supervisor).location
    assert client_as("organiser").post(f"{address}/refuse", data={"reason": ""}).status_code == 422
    assert client_as("organiser").post(f"{address}/refuse", data={"reason": "请补电话"}).status_code == 302
    assert "请补电话" in supervisor.get(address).text


def test_the_list_of_handovers_takes_as_many_statements_for_a_thousand_as_for_ten(app, client_as, count_statements):
    browser = client_as("organiser")

    def add(count):
        with transaction() as session:
            for _n in range(count):
                made = Handover(division_code=cast.KAIYUAN, submitted_by_id=4, submitted_at=cast.NOW, state="refused")
                made.changes = [PostChange(division_code=cast.MEISHAN, from_on=date(2026, 6, 1), new_name="人")]
                session.add(made)

    add(10)
    few = count_statements(lambda: browser.get("/handovers"))
    add(1000)
    assert count_statements(lambda: browser.get("/handovers")) == few


def test_waiting_devices_take_as_many_statements_for_many_as_for_few(app, client_as, count_statements):
    from training_app.people.models import Claim, GroupLink

    with transaction() as session:
        session.add(GroupLink(id=1, organisation_id=3, division_code=cast.LICHENG, expires_at=cast.NOW, revision=0))
        session.execute(update(Person).where(Person.id == 11).values(division_code=cast.MEISHAN))

    def add(start, count):
        with transaction() as session:
            session.execute(
                insert(Claim),
                [{"person_id": (7, 8, 9, 11)[n % 4], "group_link_id": 1, "token_hash": str(n), "device_name": "",
                  "state": "waiting", "created_at": cast.NOW} for n in range(start, start + count)],
            )  # fmt: skip

    browser = client_as("organiser")
    add(0, 10)
    few = count_statements(lambda: browser.get("/people/claims"))
    add(100, 1000)
    assert count_statements(lambda: browser.get("/people/claims")) == few
