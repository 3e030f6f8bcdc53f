"""The cockpit of a phase."""

from __future__ import annotations

from tests import cast
from tests.home.story import CHEN, ZHANG, attended, crowd, registered


def test_six_sessions_stand_in_a_row_with_what_each_lacks(app, client_as):
    registered(CHEN, 1, 2, 3, 4, 5)
    attended(CHEN, 1, 2, 3)
    page = client_as("organiser").get("/phases/4").text
    assert "6 期培训总览" in page and page.count("session-card") == 6
    assert "签到中" in page and "授课人待定" in page and "待结算" in page and "报名 1 / 80" in page


def test_the_matrix_says_who_can_complete(app, client_as):
    registered(CHEN, 1, 2, 3, 4)
    attended(CHEN, 1, 2, 3)
    page = client_as("organiser").get("/phases/4").text
    assert "陈丽华" in page and "还差 2 期" in page


def test_a_supervisor_sees_her_rows_and_counts_alone(app, client_as):
    registered(CHEN, 4)
    registered(ZHANG, 4)
    attended(ZHANG, 4)
    page = client_as("supervisor_kaiyuan").get("/phases/4").text
    assert "陈丽华" in page and "张淑英" not in page and "实到 0 / 1" in page


def test_a_phase_without_registrations_says_what_will_stand_there(client_as):
    assert "还没有人报名" in client_as("organiser").get("/phases/4").text


def test_a_foreign_phase_is_not_there(client_as):
    assert client_as("organiser").get(f"/phases/{cast.OTHER_PHASE}").status_code == 404


def test_the_cockpit_takes_as_many_statements_for_a_thousand_as_for_ten(app, client_as, count_statements):
    crowd(10)
    client_as("organiser").get("/phases/4")
    ten = count_statements(lambda: client_as("organiser").get("/phases/4"))
    crowd(990, first=2000)
    assert count_statements(lambda: client_as("organiser").get("/phases/4")) == ten
