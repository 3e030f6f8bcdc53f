"""Programmes, both presets, venues and lists, on every database."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.schedule.drafting import WHO, moment
from training_app.core.audit import Audit
from training_app.core.db import db
from training_app.core.errors import Invalid
from training_app.schedule import presets, programmes, queries, venues
from training_app.schedule.drafts import HostDraft
from training_app.schedule.models import Event, Phase, Programme

MORNING = presets.Hours(time(8, 30), time(11, 30), Decimal(4))
AFTERNOON = presets.Hours(time(14, 30), time(17, 30), Decimal(4), "afternoon")


def _draft(**more):
    values = {
        "title": "2027 年儿童主任培训计划",
        "counting_year": 2027,
        "division_code": cast.LICHENG,
        "organisation_id": cast.OFFICE,
        "preset": "one_session_phases",
        "planned_sessions": 6,
        "hosts": (
            HostDraft("guided_by", "泉州市民政局"),
            HostDraft("hosted_by", "鲤城区未成年人保护委员会"),
            HostDraft("hosted_by", "泉州市鲤城区民政局"),
            HostDraft("delivered_by", "致和社工事务所"),
        ),
    }
    return programmes.ProgrammeDraft(**(values | more))


def _rows(*days):
    return [presets.SessionRow(day, str(title), area) for day, (area, title) in zip(days, presets.SIX, strict=False)]


def _counts():
    return [db.session.scalar(select(func.count()).select_from(model)) for model in (Phase, Event)]


def test_a_programme_keeps_its_hosts_in_their_order(app):
    made = programmes.create(_draft(), **WHO)
    assert [(h.role, h.organisation.name) for h in programmes.hosts_of(made.id)] == [
        ("guided_by", "泉州市民政局"),
        ("hosted_by", "鲤城区未成年人保护委员会"),
        ("hosted_by", "泉州市鲤城区民政局"),
        ("delivered_by", "致和社工事务所"),
    ]


def test_every_wrong_field_of_a_programme_gets_its_sentence(app):
    with pytest.raises(Invalid) as refused:
        programmes.create(_draft(title="", counting_year=26, preset="x", planned_sessions=0), **WHO)
    assert set(refused.value.fields) == {"title", "counting_year", "preset", "planned_sessions"}
    with pytest.raises(Invalid) as refused:
        programmes.create(_draft(division_code="99", organisation_id=99), **WHO)
    assert set(refused.value.fields) == {"division_code", "organisation_id"}


def test_a_change_of_a_programme_is_audited_once(app):
    made = programmes.create(_draft(), **WHO)
    programmes.change(made.id, _draft(title="新名"), **WHO)
    programmes.change(made.id, _draft(title="新名"), **WHO)
    entries = db.session.scalars(select(Audit).where(Audit.action == "programme.changed")).all()
    assert [(e.before["title"], e.after["title"]) for e in entries] == [("2027 年儿童主任培训计划", "新名")]


def test_six_sessions_become_six_phases_of_drafts(app):
    made = programmes.create(_draft(), **WHO)
    days = [date(2027, month, 14) for month in range(3, 9)]
    presets.plan_sessions(made.id, _rows(*days), MORNING, venue_id=cast.VENUE, capacity=80, **WHO)
    events = db.session.scalars(select(Event).where(Event.programme_id == made.id).order_by(Event.number)).all()
    assert [(e.number, e.phase.number, e.state, e.capacity) for e in events] == [
        (n, n, "draft", 80) for n in range(1, 7)
    ]
    assert [e.slots[0].starts_at for e in events] == [moment(f"{day} 08:30") for day in days]
    assert {len(e.hosts) for e in events} == {4}
    assert events[0].phase.nominate_until == moment("2027-03-11 08:30")


def test_a_class_of_two_days_has_a_slot_each_half_day_in_each_phase(app):
    made = programmes.create(_draft(preset="one_class", planned_sessions=1), **WHO)
    presets.plan_class(
        made.id,
        [date(2027, 3, 1), date(2027, 4, 1)],
        2,
        MORNING,
        AFTERNOON,
        title="儿童主任培训班",
        curriculum_area="policies",
        venue_id=None,
        capacity=None,
        **WHO,
    )
    events = db.session.scalars(select(Event).where(Event.programme_id == made.id).order_by(Event.number)).all()
    assert [(e.number, e.phase.number) for e in events] == [(1, 1), (2, 2)]
    assert [(s.label, s.starts_at) for s in events[1].slots] == [
        ("morning", moment("2027-04-01 08:30")),
        ("afternoon", moment("2027-04-01 14:30")),
        ("morning", moment("2027-04-02 08:30")),
        ("afternoon", moment("2027-04-02 14:30")),
    ]


def test_a_clash_of_one_date_leaves_no_phase_and_names_the_date(app):
    before = _counts()
    rows = _rows(date(2026, 7, 1), date(2026, 7, 12))
    with pytest.raises(Invalid) as refused:
        presets.plan_sessions(cast.PROGRAMME, rows, MORNING, venue_id=cast.VENUE, capacity=None, **WHO)
    assert refused.value.code == "venue_taken" and list(refused.value.fields) == ["rows-1-day"]
    assert refused.value.details["event_id"] == 5
    assert _counts() == before


def test_the_same_date_twice_and_no_date_at_all_are_questions(app):
    with pytest.raises(Invalid) as refused:
        presets.plan_sessions(
            cast.PROGRAMME, _rows(date(2026, 7, 1), date(2026, 7, 1)), MORNING, venue_id=None, capacity=None, **WHO
        )
    assert list(refused.value.fields) == ["rows-1-day"]
    with pytest.raises(Invalid):
        presets.plan_sessions(cast.PROGRAMME, [], MORNING, venue_id=None, capacity=None, **WHO)


def test_too_many_credit_hours_are_marked_at_the_plans_own_field(app):
    five = presets.Hours(time(8, 30), time(11, 30), Decimal(5))
    with pytest.raises(Invalid) as refused:
        presets.plan_sessions(cast.PROGRAMME, _rows(date(2026, 7, 1)), five, venue_id=None, capacity=None, **WHO)
    assert list(refused.value.fields) == ["credit_hours"]


def _venue(**more):
    values = {
        "name": "浮桥街道新时代文明实践所",
        "address": "",
        "directions": "",
        "division_code": cast.FUQIAO,
        "capacity": None,
    }
    return values | more


def test_a_venue_typed_twice_is_one_venue(app):
    assert venues.create(**_venue(), **WHO).id == venues.create(**_venue(), **WHO).id


def test_a_venue_without_a_name_is_a_question(app):
    with pytest.raises(Invalid) as refused:
        venues.change(cast.VENUE, **_venue(name="", capacity=0), **WHO)
    assert set(refused.value.fields) == {"name", "capacity"}


def test_a_director_sees_published_events_of_her_area_that_are_not_over(app):
    assert [e.id for e in queries.published_for(cast.KAIYUAN_COMMUNITY, cast.NOW)] == [4, 5, 6]
    assert [e.id for e in queries.published_for("350503001", cast.NOW)] == [cast.OTHER_EVENT]


def test_a_programmes_figures_leave_cancelled_events_out(app):
    found = queries.figures([cast.PROGRAMME, cast.OTHER_PROGRAMME], cast.NOW)
    assert found[cast.PROGRAMME] == queries.Figures(6, 0, moment("2026-07-12 08:30"))
    assert db.session.get(Programme, cast.PROGRAMME) is not None
