"""What somebody may not see costs as much to refuse as what there is not: no count of statements tells them apart."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.security import neighbours, walking
from tests.security.neighbours import FUQIAO, KAIYUAN
from training_app.core.db import db
from training_app.reports import exports


@pytest.mark.timeout(400)
@pytest.mark.parametrize("who", ["supervisor_kaiyuan", "foreign_organiser"])
def test_a_foreign_number_is_refused_with_as_many_statements_as_an_unknown_one(
    app, client_as, count_statements, monkeypatch, who
):
    monkeypatch.setitem(exports.AT_ONCE, "csv", 0)
    neighbours.train(KAIYUAN)
    neighbours.train(FUQIAO)
    # Without a token of one's own, addresses that need one are left out.
    paths = walking.addresses(app, {rule.endpoint: "" for rule in app.url_map.iter_rules()})
    db.session.remove()
    browser = client_as(who)
    browser.get("/")
    told = {}
    for endpoint, written in paths.items():
        costs = defaultdict(dict)
        for path, to_come in written:
            answers = []
            count = count_statements(lambda path=path, answers=answers: answers.append(browser.get(path)))
            if answers[0].status_code == 404:
                costs[to_come].setdefault(count, path)
        if costs[True] and costs[False] and set(costs[True]) != set(costs[False]):
            told[endpoint] = (costs[True], costs[False])
    assert told == {}
