"""Every endpoint, every role: the status that they get; ids of others are 404."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

from tests import security
from tests.security.table import ROLES, Row

ROWS: dict[str, list[Row]] = {}
for _found in pkgutil.iter_modules(security.__path__):
    if _found.name.startswith("access_"):
        for _endpoint, _rows in importlib.import_module(f"tests.security.{_found.name}").ROWS.items():
            ROWS.setdefault(_endpoint, []).extend(_rows)

CASES = [
    pytest.param(endpoint, row, id=f"{endpoint}-{row.method}-{number}")
    for endpoint, rows in sorted(ROWS.items())
    for number, row in enumerate(rows)
]


def _accepted(app):
    return {
        (rule.endpoint, method) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_every_endpoint_and_method_has_a_row(app):
    covered = {(endpoint, row.method) for endpoint, rows in ROWS.items() for row in rows}
    assert sorted(_accepted(app) - covered) == [], "add rows in tests/security/access_<room>.py"


def test_no_row_is_left_of_an_endpoint_that_is_gone(app):
    known = {endpoint for endpoint, _method in _accepted(app)}
    assert sorted(set(ROWS) - known) == []


def test_every_address_with_an_id_is_tried_with_a_foreign_one(app):
    numbered = {r.endpoint for r in app.url_map.iter_rules() if re.search(r"<int[:(]", r.rule)}
    tried = {endpoint for endpoint, rows in ROWS.items() if all(row.foreign for row in rows)}
    assert sorted(numbered - tried) == []


def test_every_row_asks_the_endpoint_that_it_names(app):
    wrong = []
    for endpoint, rows in ROWS.items():
        for row in rows:
            for path in filter(None, (row.path, row.foreign)):
                matched, _values = app.url_map.bind("localhost").match(path.split("?")[0], row.method)
                if matched != endpoint:
                    wrong.append((path, matched, endpoint))
    assert wrong == []


@pytest.mark.parametrize(("endpoint", "row"), CASES)
def test_each_role_gets_its_status(database, client_as, endpoint, row):
    got = {}
    for role, who in ROLES.items():
        if row.method != "GET":
            database.reset()
        got[role] = client_as(who).open(row.path, method=row.method, **row.body).status_code
    assert got == row.statuses, f"{row.method} {row.path}"


def test_what_belongs_to_another_office_is_not_there(client_as):
    wrong = []
    for endpoint, row in ((endpoint, row) for endpoint, rows in ROWS.items() for row in rows if row.foreign):
        for who in ("program",) if row.path.startswith("/api/") else ("organiser", "supervisor_kaiyuan", "chen"):
            status = client_as(who).open(row.foreign, method=row.method, **row.body).status_code
            # Who lacks the permission everywhere is told so before anything is looked up.
            known_role = who == "program" or (who == "organiser" and row.statuses["organiser"] != 403)
            if status not in ((404,) if known_role else (403, 404)):
                wrong.append((who, endpoint, row.method, row.foreign, status))
    assert wrong == []
