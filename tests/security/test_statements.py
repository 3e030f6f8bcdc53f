"""Lists that no room's own tests count: as many statements for a thousand rows as for ten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from tests import cast
from training_app.core.db import transaction
from training_app.divisions.models import Division
from training_app.divisions.rules import within
from training_app.people.models import Grant, GroupLink, Organisation, Person, Post

FOREVER = cast.NOW + timedelta(days=90)


def organisations(first, count):
    rows = [
        {"id": n, "name": f"机构{n}", "kind": "office", "division_code": cast.LICHENG}
        for n in range(first, first + count)
    ]
    return Organisation, rows


def group_links(first, count):
    row = {
        "organisation_id": cast.OFFICE,
        "division_code": cast.KAIYUAN,
        "label": "群",
        "revision": 0,
        "expires_at": FOREVER,
    }
    return GroupLink, [row | {"id": n} for n in range(first, first + count)]


def door_links(first, count):
    row = {
        "role": "door_volunteer",
        "event_id": cast.TODAY_EVENT,
        "label": "门",
        "valid_from": cast.NOW,
        "valid_to": FOREVER,
    }
    return Grant, [row | {"id": n, "token_hash": f"{n:064}"} for n in range(first, first + count)]


def persons(first, count):
    row = {
        "pinyin": "chen",
        "division_code": cast.MEISHAN,
        "link_revision": 0,
        "unconfirmed": False,
        "created_at": cast.NOW,
    }
    return Person, [row | {"id": n, "name": "陈某"} for n in range(first, first + count)]


@pytest.mark.parametrize(
    ("path", "who", "rows"),
    [
        ("/organisations", "administrator", organisations),
        ("/people/group-links", "organiser", group_links),
        (f"/events/{cast.TODAY_EVENT}/door-links", "organiser", door_links),
        ("/search?q=chen", "organiser", persons),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_list_takes_as_many_statements_for_a_thousand_as_for_ten(app, client_as, count_statements, path, who, rows):
    browser = client_as(who)

    def add(first, count):
        model, values = rows(first, count)
        with transaction() as session:
            session.execute(insert(model), values)

    add(1000, 10)
    assert browser.get(path).status_code == 200
    few = count_statements(lambda: browser.get(path))
    add(2000, 1000)
    assert count_statements(lambda: browser.get(path)) == few


def test_a_supervisors_report_takes_as_many_statements_for_two_posts_as_for_all(app, client_as, count_statements):
    browser = client_as("auditor")
    few = count_statements(lambda: browser.get(f"/reports/{cast.LICHENG}"))
    with transaction() as session:
        codes = session.scalars(
            select(Division.code).where(within(Division.code, cast.FUQIAO), Division.level == "community")
        ).all()
        codes = [code for code in codes if code != cast.FUQIAO_COMMUNITY]
        assert len(codes) > 5
        model, values = persons(3000, len(codes))
        session.execute(insert(model), values)
        session.execute(
            insert(Post),
            [
                {
                    "division_code": code,
                    "kind": "director",
                    "person_id": 3000 + n,
                    "started_on": cast.NOW.date(),
                    "appointed": "elected",
                }
                for n, code in enumerate(codes)
            ],
        )
    assert count_statements(lambda: browser.get(f"/reports/{cast.LICHENG}")) == few
