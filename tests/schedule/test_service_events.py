"""Events: created, changed, refused on a clash, on every database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from tests import cast
from tests.schedule.drafting import ACTOR, WHO, moment, salon, slot
from training_app.core.audit import Audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.signals import event_changed
from training_app.people.models import Grant, Organisation, Person
from training_app.schedule import events, occupancy
from training_app.schedule.drafts import AgendaDraft, FacilitatorDraft, HostDraft
from training_app.schedule.facts import draft_of
from training_app.schedule.models import Event, Slot

TODAY = "2026-06-14 09:00"


@pytest.fixture
def heard():
    """What `event_changed` said, in order."""
    said = []

    def listen(_sender, **news):
        said.append(news)

    with event_changed.connected_to(listen):
        yield said


def _count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_salon_is_kept_with_everything_that_was_typed(app):
    made = events.create(
        cast.PROGRAMME,
        salon(
            agenda=(AgendaDraft(20, "icebreaker", "花信使"), AgendaDraft(40, "group_pk", "小组PK")),
            hosts=(HostDraft("guided_by", "泉州市民政局"), HostDraft("hosted_by", "泉州市鲤城区民政局")),
            facilitators=(FacilitatorDraft("许老师", "13900001111", "致和社工事务所 督导"),),
            capacity=20,
        ),
        **WHO,
    )
    db.session.remove()
    kept = db.session.get(Event, made.id)
    assert (kept.state, kept.number, kept.capacity, kept.curriculum_area) == ("draft", 1, 20, None)
    assert [(a.position, a.minutes, a.title) for a in kept.agenda] == [(1, 20, "花信使"), (2, 40, "小组PK")]
    assert [(h.role, h.organisation.name) for h in kept.hosts] == [
        ("guided_by", "泉州市民政局"),
        ("hosted_by", "泉州市鲤城区民政局"),
    ]
    assert [(f.person.name, f.unit_and_title) for f in kept.facilitations] == [("许老师", "致和社工事务所 督导")]
    assert kept.registration_closes_at == kept.slots[0].starts_at
    assert db.session.scalar(select(Organisation.kind).where(Organisation.name == "泉州市民政局")) == "bureau"


def test_salons_and_sessions_are_numbered_apart(app):
    first = events.create(cast.PROGRAMME, salon(), **WHO)
    second = events.create(cast.PROGRAMME, salon("2026-07-02 09:00"), **WHO)
    session = events.create(
        cast.PROGRAMME, salon("2026-07-03 09:00", kind="session", curriculum_area="policies"), **WHO
    )
    assert (first.number, second.number, session.number) == (1, 2, 7)


def test_a_number_is_given_once(app):
    events.create(cast.PROGRAMME, salon(number=3), **WHO)
    with pytest.raises(Invalid) as refused:
        events.create(cast.PROGRAMME, salon("2026-07-02 09:00", number=3), **WHO)
    assert refused.value.code == "number_taken" and "number" in refused.value.fields


def test_a_taken_venue_is_refused_and_the_other_event_named(app):
    before = _count(Event), _count(Person)
    typed = salon(TODAY, facilitators=(FacilitatorDraft("新老师", "13900002222"),))
    with pytest.raises(Refusal) as refused:
        events.create(cast.PROGRAMME, typed, **WHO)
    assert refused.value.code == "venue_taken"
    assert refused.value.details["event_id"] == cast.TODAY_EVENT
    assert "儿童服务社会工作技巧" in str(refused.value.sentence) and "6月14日 周日 08:30–11:30" in str(
        refused.value.sentence
    )
    assert (_count(Event), _count(Person)) == before


def test_a_cancelled_event_leaves_its_venue_free(app):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == cast.TODAY_EVENT).values(state="cancelled"))
    assert events.create(cast.PROGRAMME, salon(TODAY), **WHO).id


def test_a_facilitator_is_in_one_place_at_a_time(app):
    teacher = (FacilitatorDraft("许老师", "13900001111"),)
    first = events.create(cast.PROGRAMME, salon(facilitators=teacher), **WHO)
    with pytest.raises(Refusal) as refused:
        events.create(cast.PROGRAMME, salon(venue_id=None, facilitators=(FacilitatorDraft("许老师"),)), **WHO)
    assert refused.value.code == "facilitator_taken" and refused.value.details["event_id"] == first.id


def test_a_change_does_not_clash_with_the_event_itself(app):
    made = events.create(cast.PROGRAMME, salon(), **WHO)
    draft = draft_of(made)
    later = replace(draft.slots[0], ends_at=moment("2026-07-01 10:30"))
    events.change(made.id, replace(draft, slots=(later,)), **WHO)
    assert db.session.get(Event, made.id).slots[0].ends_at == moment("2026-07-01 10:30")


def test_changing_the_venue_of_a_published_event_is_told_and_audited(app, heard):
    draft = draft_of(db.session.get(Event, cast.TODAY_EVENT))
    events.change(cast.TODAY_EVENT, replace(draft, venue_id=None), **WHO)
    assert db.session.get(Event, cast.TODAY_EVENT).revision == 1
    assert [(n["event_id"], n["changes"], n["actor_id"]) for n in heard] == [
        (cast.TODAY_EVENT, {"venue": ("开元街道新时代文明实践所", "")}, ACTOR)
    ]
    entry = db.session.scalars(select(Audit).where(Audit.action == "event.moved")).one()
    assert entry.before["venue"] == cast.VENUE and entry.after["venue"] is None


def test_a_new_title_raises_the_revision_but_tells_nobody(app, heard):
    draft = draft_of(db.session.get(Event, cast.TODAY_EVENT))
    events.change(cast.TODAY_EVENT, replace(draft, title="新题目"), **WHO)
    assert db.session.get(Event, cast.TODAY_EVENT).revision == 1 and heard == []


def test_sending_the_same_form_twice_changes_nothing(app, heard):
    draft = draft_of(db.session.get(Event, cast.TODAY_EVENT))
    events.change(cast.TODAY_EVENT, draft, **WHO)
    assert db.session.get(Event, cast.TODAY_EVENT).revision == 0 and heard == []
    assert _count(Audit) == 0


def test_who_hears_of_a_change_may_veto_it(app):
    draft = draft_of(db.session.get(Event, cast.TODAY_EVENT))

    def veto(_sender, **_news):
        raise Refusal("scanned", "no")

    with event_changed.connected_to(veto), pytest.raises(Refusal):
        events.change(cast.TODAY_EVENT, replace(draft, venue_id=None), **WHO)
    db.session.remove()
    kept = db.session.get(Event, cast.TODAY_EVENT)
    assert (kept.venue_id, kept.revision) == (cast.VENUE, 0)


def test_the_capacity_never_falls_below_the_seats_taken(app):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == cast.TODAY_EVENT).values(seats_taken=30))
    draft = draft_of(db.session.get(Event, cast.TODAY_EVENT))
    with pytest.raises(Invalid) as refused:
        events.change(cast.TODAY_EVENT, replace(draft, capacity=29), **WHO)
    assert refused.value.code == "capacity_below_taken" and "30" in str(refused.value.fields["capacity"])
    assert events.change(cast.TODAY_EVENT, replace(draft, capacity=30), **WHO).capacity == 30


def test_five_credit_hours_for_a_half_day_are_refused_with_the_rule(app):
    with pytest.raises(Invalid) as refused:
        events.create(cast.PROGRAMME, salon(slots=(slot(credit="5"),)), **WHO)
    assert "4" in str(refused.value.fields["slots-0-credit_hours"])


def test_every_wrong_field_gets_its_sentence(app):
    typed = salon(
        kind="session",
        title=" ",
        capacity=0,
        slots=(slot(hours=-1), slot("2026-07-01 14:00", label="afternoon")),
        agenda=(AgendaDraft(0, "party", ""),),
        registration_opens_at=moment("2026-06-30 09:00"),
        registration_closes_at=moment("2026-06-29 09:00"),
    )
    with pytest.raises(Invalid) as refused:
        events.create(cast.PROGRAMME, typed, **WHO)
    assert set(refused.value.fields) == {
        "title",
        "capacity",
        "curriculum_area",
        "slots-0-ends_at",
        "agenda-0-minutes",
        "agenda-0-kind",
        "agenda-0-title",
        "registration_closes_at",
    }


def test_a_slot_of_another_event_cannot_be_taken_over(app):
    with pytest.raises(NotFound):
        events.create(cast.PROGRAMME, salon(slots=(slot(id=cast.OTHER_SLOT),)), **WHO)
    assert db.session.get(Slot, cast.OTHER_SLOT).event_id == cast.OTHER_EVENT


def test_a_phase_of_another_programme_is_not_found(app):
    with pytest.raises(NotFound):
        events.create(cast.PROGRAMME, salon(phase_id=cast.OTHER_PHASE), **WHO)


def test_a_facilitator_with_an_account_may_see_the_event_until_she_leaves_it(app):
    professor = FacilitatorDraft("吴教授", "13800000003", "大学教授")
    made = events.create(cast.PROGRAMME, salon(facilitators=(professor,)), **WHO)
    grant = db.session.scalars(select(Grant).where(Grant.event_id == made.id)).one()
    assert (grant.person_id, grant.role, grant.valid_to) == (cast.CAST["facilitator"].id, "facilitator", None)
    events.change(made.id, draft_of(made), **WHO)
    assert db.session.scalar(select(func.count()).where(Grant.event_id == made.id)) == 1
    events.change(made.id, replace(draft_of(made), facilitators=()), **WHO)
    db.session.refresh(grant)
    assert grant.valid_to == cast.NOW


def test_a_facilitator_without_an_account_gets_no_grant(app):
    made = events.create(cast.PROGRAMME, salon(facilitators=(FacilitatorDraft("许老师", "13900001111"),)), **WHO)
    assert db.session.scalar(select(func.count()).where(Grant.event_id == made.id)) == 0


def test_the_same_facilitator_twice_is_a_question(app):
    twice = (FacilitatorDraft("许老师", "13900001111"), FacilitatorDraft("许老师", "139 0000 1111"))
    with pytest.raises(Invalid) as refused:
        events.create(cast.PROGRAMME, salon(facilitators=twice), **WHO)
    assert list(refused.value.fields) == ["facilitators-1-name"]


def test_someone_elses_number_is_named_at_its_row(app):
    with pytest.raises(Invalid) as refused:
        events.create(cast.PROGRAMME, salon(facilitators=(FacilitatorDraft("别人", "13800000003"),)), **WHO)
    assert refused.value.code == "name_differs" and list(refused.value.fields) == ["facilitators-0-phone"]


def test_an_unknown_venue_is_a_question(app):
    with pytest.raises(Invalid) as refused:
        events.create(cast.PROGRAMME, salon(venue_id=999), **WHO)
    assert list(refused.value.fields) == ["venue_id"]


def test_others_are_read_in_two_statements_whatever_their_number(app, count_statements):
    wanted = occupancy.Occupation(
        None, "x", (occupancy.Span(moment("2026-01-01 00:00"), moment("2026-12-31 00:00")),), 1
    )
    assert count_statements(lambda: occupancy.others(wanted)) == 2
    assert len(occupancy.others(wanted)) == 6
