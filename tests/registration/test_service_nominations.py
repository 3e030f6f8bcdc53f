"""A supervisor names her directors by the deadline and within her places; the organiser decides once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests import cast
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.registration import nominations, quotas
from training_app.registration.models import Enrolment, Nomination
from training_app.schedule.models import Event, Phase

PHASE = 5
ORGANISER = {"actor_id": cast.CAST["organiser"].id, "now": cast.NOW}
KAIYUAN = {"jurisdictions": (cast.KAIYUAN,), "actor_id": cast.CAST["supervisor_kaiyuan"].id, "now": cast.NOW}
CHEN, LIN, ZHANG = (cast.CAST[key].id for key in ("chen", "lin", "zhang"))


def _rows(state=None):
    statement = select(Nomination).order_by(Nomination.id)
    if state:
        statement = statement.where(Nomination.state == state)
    return list(db.session.scalars(statement))


def test_she_names_her_directors_and_a_repeat_changes_nothing(app):
    assert nominations.nominate(PHASE, [CHEN, LIN], **KAIYUAN) == 2
    assert nominations.nominate(PHASE, [LIN, CHEN], **KAIYUAN) == 0
    assert [(n.person_id, n.division_code, n.state) for n in _rows()] == [
        (CHEN, cast.KAIYUAN_COMMUNITY, "proposed"),
        (LIN, cast.MEISHAN, "proposed"),
    ]


def test_she_may_name_herself(app):
    assert nominations.nominate(PHASE, [cast.CAST["supervisor_kaiyuan"].id], **KAIYUAN) == 1
    assert _rows()[0].division_code == cast.KAIYUAN


@pytest.mark.parametrize("stranger", ["zhang", "stranger"])
def test_nobody_outside_her_subdistrict_can_be_named(app, stranger):
    with pytest.raises(NotFound):
        nominations.nominate(PHASE, [CHEN, cast.CAST[stranger].id], **KAIYUAN)
    assert _rows() == []


def test_after_the_deadline_she_is_told_whom_to_ask(app):
    deadline = db.session.get(Phase, PHASE).nominate_until
    nominations.nominate(PHASE, [CHEN], **KAIYUAN | {"now": deadline})
    with pytest.raises(Refusal) as late:
        nominations.nominate(PHASE, [LIN], **KAIYUAN | {"now": deadline + timedelta(seconds=1)})
    assert late.value.code == "nominations_closed"
    with pytest.raises(Refusal):
        nominations.withdraw(PHASE, [_rows()[0].id], **KAIYUAN | {"now": deadline + timedelta(seconds=1)})


def test_more_than_the_places_are_refused_whole(app):
    quotas.set_places(PHASE, {cast.KAIYUAN: 1}, **ORGANISER)
    with pytest.raises(Invalid) as over:
        nominations.nominate(PHASE, [CHEN, LIN], **KAIYUAN)
    assert over.value.code == "over_quota"
    assert _rows() == []
    nominations.nominate(PHASE, [CHEN], **KAIYUAN)
    nominations.withdraw(PHASE, [_rows()[0].id], **KAIYUAN)
    assert nominations.nominate(PHASE, [LIN], **KAIYUAN) == 1


def test_a_withdrawn_person_can_be_named_again(app):
    nominations.nominate(PHASE, [CHEN], **KAIYUAN)
    [row] = _rows()
    assert nominations.withdraw(PHASE, [row.id], **KAIYUAN) == 1
    assert nominations.nominate(PHASE, [CHEN], **KAIYUAN) == 1
    assert [n.state for n in _rows()] == ["proposed"]


def test_a_supervisor_cannot_withdraw_anothers_nomination(app):
    nominations.nominate(PHASE, [CHEN], **KAIYUAN)
    fuqiao = KAIYUAN | {"jurisdictions": (cast.FUQIAO,)}
    with pytest.raises(NotFound):
        nominations.withdraw(PHASE, [_rows()[0].id], **fuqiao)


def test_accepting_enrols_and_says_who_waits(app):
    with transaction() as session:
        session.get(Event, PHASE).capacity = 1
    nominations.nominate(PHASE, [CHEN, LIN], **KAIYUAN)
    outcomes = nominations.decide(PHASE, [n.id for n in _rows()], accept=True, **ORGANISER)
    assert [(o.name, o.result) for o in outcomes] == [("陈丽华", "confirmed"), ("林晓燕", "waiting")]
    assert db.session.scalar(select(func.count()).select_from(Enrolment)) == 2
    with app.test_request_context(headers={"Accept-Language": "en"}):
        said = nominations.sentence_of(outcomes)
    assert "林晓燕" in said


def test_what_is_decided_stays_as_it_is(app):
    nominations.nominate(PHASE, [CHEN], **KAIYUAN)
    [row] = _rows()
    nominations.decide(PHASE, [row.id], accept=True, **ORGANISER)
    again = nominations.decide(PHASE, [row.id], accept=False, reason="名额已满", **ORGANISER)
    assert [o.result for o in again] == ["unchanged"]
    assert [n.state for n in _rows()] == ["accepted"]
    with pytest.raises(Refusal) as decided:
        nominations.withdraw(PHASE, [row.id], **KAIYUAN)
    assert decided.value.code == "decided"


def test_a_refusal_needs_a_reason(app):
    nominations.nominate(PHASE, [CHEN], **KAIYUAN)
    [row] = _rows()
    with pytest.raises(Invalid) as wanting:
        nominations.decide(PHASE, [row.id], accept=False, reason="  ", **ORGANISER)
    assert wanting.value.code == "reason_needed"
    nominations.decide(PHASE, [row.id], accept=False, reason="上期已参加", **ORGANISER)
    assert [(n.state, n.reason) for n in _rows()] == [("refused", "上期已参加")]


def test_a_nomination_of_another_phase_is_not_there(app):
    nominations.nominate(PHASE, [CHEN], **KAIYUAN)
    with pytest.raises(NotFound):
        nominations.decide(6, [_rows()[0].id], accept=True, **ORGANISER)


def test_missing_lists_who_is_not_named_and_the_vacant_posts(app):
    before = nominations.missing(PHASE, (cast.KAIYUAN,))
    nominations.nominate(PHASE, [CHEN], **KAIYUAN)
    after = nominations.missing(PHASE, (cast.KAIYUAN,))
    assert len(before) - len(after) == 1
    assert [h.person.name for h in after if h.person] == ["林晓燕"]
    assert all(h.division.code.startswith(cast.KAIYUAN) for h in after)


def test_the_supervisors_rows_cost_the_same_for_two_and_for_a_whole_district(app, count_statements):
    phase = db.session.get(Phase, PHASE)
    few = count_statements(lambda: nominations.candidates(phase, (cast.KAIYUAN,)))
    many = count_statements(lambda: nominations.candidates(phase, (cast.LICHENG,)))
    assert many <= few


def test_accepting_many_costs_no_statement_more_for_the_messages_of_each(app):
    nominations.nominate(PHASE, [CHEN, LIN], **KAIYUAN)
    nominations.decide(PHASE, [n.id for n in _rows()], accept=True, **ORGANISER)
    from training_app.core.outgoing import Outgoing

    told = db.session.execute(select(Outgoing.channel, Outgoing.person_key).order_by(Outgoing.id)).all()
    assert sorted(told) == sorted([("group", CHEN), ("call", CHEN), ("group", LIN), ("call", LIN)])
