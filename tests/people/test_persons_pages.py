"""The list of persons, one added, one changed, two merged; links and devices."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert, select, update

from tests import cast
from training_app.core.db import db, transaction
from training_app.people import links, logins, persons, posts
from training_app.people.models import Login, Person, Post


@pytest.fixture
def pinyin(app):
    with transaction() as session:
        for person_id, text in ((7, "chenlihua clh"), (8, "linxiaoyan lxy"), (9, "zhangshuying zsy")):
            session.execute(update(Person).where(Person.id == person_id).values(pinyin=text))


@pytest.mark.parametrize("typed", ["陈丽", "chenli", "clh", "0007", "%E9%99%88"])
def test_a_person_is_found_by_name_pinyin_initials_and_last_digits(pinyin, client_as, typed):
    page = client_as("organiser").get(f"/people?q={typed}").text
    assert "138 0000 0007" in page and "138 0000 0008" not in page


def test_a_supervisor_sees_her_own_subdistrict_and_no_button(pinyin, client_as):
    page = client_as("supervisor_kaiyuan").get("/people").text
    assert "陈丽华" in page and "林晓燕" in page and "张淑英" not in page and "0009" not in page
    assert "/people/new" not in page and "/people/7/link" not in page


def test_a_subdistrict_in_the_address_never_widens_the_area(pinyin, client_as):
    for filters in (f"subdistrict={cast.FUQIAO}", f"show=vacant&subdistrict={cast.FUQIAO}", "subdistrict=35"):
        page = client_as("supervisor_kaiyuan").get(f"/people?{filters}").text
        assert "张淑英" not in page and "浮桥社区" not in page


def test_the_filters_narrow_the_list(pinyin, client_as):
    with transaction() as session:
        session.execute(update(Person).where(Person.id == 8).values(phone=None))
        session.execute(update(Person).where(Person.id == 9).values(unconfirmed=True))
    browser = client_as("organiser")
    assert "林晓燕" in browser.get("/people?show=no_phone").text
    assert "陈丽华" not in browser.get("/people?show=no_phone").text
    assert "张淑英" in browser.get("/people?show=unconfirmed").text
    vacant = browser.get("/people?show=vacant&page=1").text
    assert "开元社区" not in vacant and "/people/new?division=3505" in vacant


def test_nothing_found_says_what_to_do(client_as):
    page = client_as("organiser").get("/people?q=zzz").text
    assert "没有相符的结果" in page


def test_the_list_takes_as_many_statements_for_a_thousand_as_for_ten(app, client_as, count_statements):
    browser = client_as("organiser")
    codes = [row.division.code for row in posts.holders([cast.LICHENG]) if row.post is None]

    def add(start, count):
        with transaction() as session:
            rows = [
                {"id": n, "name": f"人{n}", "pinyin": "", "division_code": codes[n % len(codes)], "link_revision": 0,
                 "unconfirmed": False, "created_at": cast.NOW}
                for n in range(start, start + count)
            ]  # fmt: skip
            session.execute(insert(Person), rows)
            free = [r for r in rows if r["id"] - start < 20 and start == 100]
            session.execute(
                insert(Post),
                [{"division_code": codes[n], "kind": "director", "person_id": r["id"],
                  "started_on": date(2024, 1, 1), "appointed": "unknown"} for n, r in enumerate(free)],
            ) if free else None  # fmt: skip

    add(100, 10)
    few = count_statements(lambda: browser.get("/people"))
    add(200, 1000)
    assert count_statements(lambda: browser.get("/people")) == few <= 8
    assert count_statements(lambda: browser.get("/people?show=vacant")) <= few


def test_a_person_is_added_with_the_vacant_post(app, client_as):
    free = next(row.division.code for row in posts.holders([cast.KAIYUAN]) if row.post is None)
    browser = client_as("organiser")
    assert "checked" in browser.get(f"/people/new?division={free}").text
    done = browser.post(
        "/people/new",
        data={"name": "许 建国", "phone": "139 0000 1234", "subdistrict": free[:9], "division": free,
              "takes_post": "y", "from_on": "2026-06-01", "appointed": "elected"},
    )  # fmt: skip
    assert done.status_code == 302
    person = db.session.scalar(select(Person).where(Person.phone == "+8613900001234"))
    assert person.name == "许建国" and posts.division_of(person.id) == free


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(app, client_as):
    browser = client_as("organiser")
    page = browser.post("/people/new", data={"name": "许建国", "phone": "139"})
    assert page.status_code == 422 and "phone-error" in page.text and 'value="许建国"' in page.text
    page = browser.post("/people/new", data={"name": "别的人", "phone": "13800000007"})
    assert page.status_code == 422 and "陈丽华" not in page.text
    page = browser.post(
        "/people/new",
        data={"name": "新人", "subdistrict": cast.KAIYUAN, "division": cast.MEISHAN, "takes_post": "y",
              "from_on": "2026-06-01"},
    )  # fmt: skip
    assert page.status_code == 422 and db.session.scalar(select(Person).where(Person.name == "新人")) is None


def test_without_scripts_the_button_brings_the_communities_and_keeps_the_rest(client_as):
    page = client_as("organiser").post(
        "/people/new", data={"name": "许建国", "subdistrict": cast.KAIYUAN, "choosing": "1"}
    )
    assert page.status_code == 200 and cast.MEISHAN in page.text and "field-error" not in page.text
    assert 'value="许建国"' in page.text


def test_someone_of_another_area_is_neither_shown_nor_changed(app, client_as):
    page = client_as("foreign_organiser").post("/people/new", data={"name": "陈丽华", "phone": "13800000007"})
    assert page.status_code == 422 and "其他地区" in page.text
    assert db.session.get(Person, 7).division_code is None


def test_saving_confirms_a_walk_in(app, client_as):
    made = persons.find_or_create(
        "陈丽华", "13900001111", division_code=cast.MEISHAN, actor_id=None, now=cast.NOW, unconfirmed=True
    )
    data = {"name": "陈丽花", "phone": "13900001111", "subdistrict": cast.KAIYUAN, "division": cast.MEISHAN}
    assert client_as("organiser").post(f"/people/{made.id}/edit", data=data).status_code == 302
    db.session.expire_all()
    person = db.session.get(Person, made.id)
    assert person.name == "陈丽花" and not person.unconfirmed and person.pinyin.startswith("chenlihua")


def test_an_organiser_does_not_touch_who_stands_above_her(app, client_as):
    with transaction() as session:
        session.execute(update(Person).where(Person.id.in_([1, 6])).values(division_code=cast.LICHENG))
    browser = client_as("organiser")
    for person_id in (1, 6):
        data = {"name": "苏明远", "phone": "13900009999"}
        assert browser.post(f"/people/{person_id}/edit", data=data).status_code == 403
        assert browser.get(f"/people/{person_id}/link").status_code == 403
        assert browser.post(f"/people/{person_id}/link/renew", data={"devices": "1"}).status_code == 403
        assert browser.post(f"/people/{person_id}/merge", data={"into": "7"}).status_code == 403
        assert browser.post("/people/7/merge", data={"into": str(person_id)}).status_code == 403
        assert browser.get(f"/people/staff/new?person={person_id}").status_code == 403
    assert db.session.get(Person, 1).phone == "+8613800000001"


def test_a_post_that_is_held_is_asked_about_before_it_changes_hands(app, client_as):
    browser = client_as("organiser")
    data = {"subdistrict": cast.KAIYUAN, "division": cast.MEISHAN, "from_on": "2026-06-01", "appointed": "elected"}
    page = browser.post("/people/7/posts", data=data)
    assert page.status_code == 409 and "林晓燕" in page.text and posts.division_of(8) == cast.MEISHAN
    assert browser.post("/people/7/posts", data=data | {"expected": "8"}).status_code == 302
    assert len(posts.present_posts([7])[7]) == 2
    post = db.session.scalar(select(Post.id).where(Post.person_id == 7, Post.division_code == cast.MEISHAN))
    assert browser.post(f"/people/7/posts/{post}/end").status_code == 302
    assert len(posts.present_posts([7])[7]) == 1


def test_two_records_stand_side_by_side_before_they_are_merged(app, client_as):
    made = persons.find_or_create(
        "陈丽华", "13900001111", division_code=cast.MEISHAN, actor_id=None, now=cast.NOW, unconfirmed=True
    )
    browser = client_as("organiser")
    assert f"into={7}" in browser.get(f"/people/{made.id}/merge").text
    page = browser.get(f"/people/{made.id}/merge?into=7").text
    assert "139 0000 1111" in page and "138 0000 0007" in page and "开元社区" in page
    assert browser.get("/people/7/merge?into=8").text.count("反过来合并") >= 2
    assert browser.get(f"/people/{made.id}/merge?into=9999").status_code == 404
    assert browser.post(f"/people/{made.id}/merge", data={"into": "7"}).status_code == 302
    assert db.session.scalar(select(Person.merged_into_id).where(Person.id == made.id)) == 7
    assert "该" not in browser.get("/people/7/merge?into=x").text


def test_a_refused_merge_says_why_and_changes_nothing(app, client_as):
    browser = client_as("organiser")
    browser.post("/people/7/merge", data={"into": "8"})
    assert db.session.scalar(select(Person.merged_into_id).where(Person.id == 7)) is None


def test_the_link_page_shows_the_link_that_works(app, client_as):
    page = client_as("organiser").get("/people/7/link")
    token = links.personal_token(db.session.get(Person, 7))
    assert f"http://localhost/p/{token}" in page.text and "<svg" in page.text
    png = client_as("organiser").get("/people/7/link.png")
    assert (
        png.mimetype == "image/png" and png.data.startswith(b"\x89PNG") and "no-store" in png.headers["Cache-Control"]
    )


def test_a_renewed_link_kills_the_old_one_and_the_devices_when_the_phone_is_lost(app, client_as):
    old = links.personal_token(db.session.get(Person, 7))
    browser = client_as("organiser")
    browser.post("/people/7/link/renew")
    assert client_as("visitor").get(f"/p/{old}").status_code == 404
    assert client_as("chen").get("/me/devices").status_code == 200
    browser.post("/people/7/link/renew", data={"devices": "1"})
    assert client_as("chen").get("/me/devices").status_code == 302


def test_the_sheet_has_a_card_for_each_holder_of_one_subdistrict(client_as):
    page = client_as("organiser").get(f"/people/links?subdistrict={cast.KAIYUAN}").text
    assert page.count('class="card-name"') == 2 and "陈丽华" in page and "张淑英" not in page


def test_one_ends_ones_own_devices_and_no_other(app, client_as):
    logins.open_login(how="personal_link", person_id=7, device_name="Android · WeChat", now=cast.NOW)
    browser = client_as("chen")
    assert "Android · WeChat" in browser.get("/me/devices").text
    other = db.session.scalar(select(Login.id).where(Login.device_name == "Android · WeChat"))
    assert client_as("lin").post(f"/me/devices/{other}/revoke").status_code == 404
    assert browser.post(f"/me/devices/{other}/revoke").status_code == 302
    assert "Android · WeChat" not in browser.get("/me/devices").text


def test_the_form_shows_a_number_as_it_is_dialled(app, client_as):
    page = client_as("organiser").get(f"/people/{cast.CAST['chen'].id}/edit").text
    assert 'value="138 0000 0007"' in page and "+86" not in page
