"""A choice of places in an area of any size."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from tests import cast
from training_app.core.db import transaction
from training_app.divisions import service
from training_app.divisions.forms import PlaceForm
from training_app.divisions.models import Division
from training_app.schedule.models import Programme

#: Made up: a province with 20 cities, each of 10 districts with 15 subdistricts.
PROVINCE = "90"
CITY, DISTRICT, SUBDISTRICT = "9003", "900307", "900307011"


def wide_country():
    """Three thousand subdistricts more than the cast's, each with a community."""
    cities = [f"{PROVINCE}{n:02}" for n in range(1, 21)]
    districts = [f"{city}{n:02}" for city in cities for n in range(1, 11)]
    subdistricts = [f"{district}{n:03}" for district in districts for n in range(1, 16)]
    levels = (("province", [PROVINCE]), ("city", cities), ("district", districts), ("subdistrict", subdistricts))
    above = {"province": 0, "city": 2, "district": 4, "subdistrict": 6, "community": 9}
    communities = ("community", [f"{one}001" for one in subdistricts])
    with transaction() as session:
        session.execute(
            insert(Division),
            [
                {"code": code, "name": f"名{code}", "level": level, "parent_code": code[: above[level]] or None}
                for level, codes in (*levels, communities)
                for code in codes
            ],
        )


@pytest.fixture
def wide(app):
    wide_country()


def _codes(prefixes, chosen=""):
    return [one.code for one in service.steps(prefixes, chosen).found]


def test_a_districts_subdistricts_are_offered_at_once(app):
    steps = service.steps([cast.LICHENG])
    assert not steps.stepwise and {len(one.code) for one in steps.found} == {9}
    assert steps.labelled()[0][1] == steps.found[0].name, "nothing is set in"


def test_the_nation_is_opened_a_level_at_a_time(wide, count_statements):
    assert _codes([""]) == ["35", PROVINCE]
    assert len(_codes([""], PROVINCE)) == 2 + 20
    assert len(_codes([""], CITY)) == 2 + 20 + 10
    assert len(_codes([""], DISTRICT)) == len(_codes([""], SUBDISTRICT)) == 2 + 20 + 10 + 15
    assert SUBDISTRICT in _codes([""], f"{SUBDISTRICT}001")
    assert count_statements(lambda: service.steps([""], DISTRICT)) == 2


def test_a_wide_area_begins_with_what_lies_in_it_and_never_leaves_it(wide):
    assert len(_codes([PROVINCE])) == 1 + 20
    assert all(code.startswith(PROVINCE) for code in _codes([PROVINCE], cast.KAIYUAN))
    assert _codes([PROVINCE], "nonsense") == _codes([PROVINCE])


def test_a_step_on_the_way_is_no_place(app, wide):
    with app.test_request_context("/", method="POST", data={"subdistrict": DISTRICT}):
        form = PlaceForm()
        form.offer([""])
        assert form.stepwise and form.subdistrict.data == DISTRICT and form.place is None
        assert not form.validate() and form.subdistrict.errors
    with app.test_request_context("/", method="POST", data={"subdistrict": SUBDISTRICT}):
        form = PlaceForm()
        form.offer([""])
        assert form.place == SUBDISTRICT and [code for code, _name in form.division.choices] == [
            "",
            f"{SUBDISTRICT}001",
        ]


PAGES = (
    "/people",
    "/people/links",
    "/people/new",
    "/people/group-links",
    "/people/staff/new",
    "/people/7/posts",
    "/people/7/edit",
    "/people/accounts/4/roles",
    "/organisations/new",
    "/organisations/3",
    "/handovers/new",
    "/programmes/new",
    "/programmes/1/edit",
    "/venues/new",
    "/venues/1/edit",
    "/reports/nation",
)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_a_wide_country_weighs_more_than_a_hundred_kilobytes(wide, client_as, count_statements, path):
    browser = client_as("administrator")
    below = f"{path}?subdistrict={DISTRICT}"
    for address in (path, below):
        answer = browser.get(address)
        assert answer.status_code == 200 and len(answer.data) < 100_000
    assert count_statements(lambda: browser.get(path)) <= 30


def test_the_list_of_people_narrows_to_a_division_of_any_level(wide, client_as):
    browser = client_as("administrator")
    assert "陈丽华" in browser.get("/people?subdistrict=35").text
    assert "陈丽华" not in browser.get(f"/people?subdistrict={PROVINCE}").text
    assert f'value="{CITY}"' in browser.get(f"/people?subdistrict={PROVINCE}").text


def test_the_button_opens_what_lies_below_and_keeps_what_was_typed(wide, client_as):
    browser = client_as("administrator")
    sent = {"name": "新机构", "kind": "office", "division": CITY, "choosing": "1"}
    answer = browser.post("/organisations/new", data=sent)
    assert answer.status_code == 200 and "新机构" in answer.text and f'value="{DISTRICT}"' in answer.text
    sent = {"title": "新计划", "division_code": DISTRICT, "choosing": "1"}
    answer = browser.post("/programmes/new", data=sent)
    assert answer.status_code == 200 and "新计划" in answer.text and f'value="{SUBDISTRICT}"' in answer.text


def test_links_and_changes_of_post_are_for_a_subdistrict(wide, client_as):
    browser = client_as("administrator")
    assert "link-cards" not in browser.get("/people/links?subdistrict=35").text
    assert f"subdistrict={SUBDISTRICT}" in browser.get(f"/handovers/new?subdistrict={DISTRICT}").text


def test_a_list_of_people_is_narrowed_within_the_programme_and_ones_own_area(wide):
    def offered(area, seen, chosen=""):
        return [code for code, _name in service.filter_choices(area, seen, chosen)]

    assert offered(cast.LICHENG, [cast.KAIYUAN]) == offered(cast.LICHENG, [cast.KAIYUAN_COMMUNITY]) == [cast.KAIYUAN]
    assert len(offered(cast.LICHENG, ["35"])) == len(offered("35", [cast.LICHENG])) == 9
    assert offered(cast.LICHENG, [PROVINCE]) == []
    assert len(offered(PROVINCE, [""])) == 1 + 20 and SUBDISTRICT in offered(PROVINCE, [""], DISTRICT)


@pytest.mark.parametrize(
    "path",
    [
        "/programmes/1/attendance",
        "/phases/4/attendance",
        "/phases/4/registrations",
        "/events/4/registrations",
        "/phases/5/nominations",
        "/programmes/1/scores",
        "/programmes/1/certificates",
    ],
)
def test_the_lists_of_a_provinces_programme_stay_light(wide, client_as, path):
    with transaction() as session:
        session.execute(update(Programme).values(division_code=PROVINCE))
    answer = client_as("administrator").get(path)
    assert answer.status_code == 200 and len(answer.data) < 100_000 and f'value="{PROVINCE}01"' in answer.text
