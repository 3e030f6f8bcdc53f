"""Publishing, cancelling, moving, copying, on every database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from tests import cast
from tests.schedule.drafting import WHO, moment, salon, slot
from training_app.core.audit import Audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.signals import event_cancelled, event_changed
from training_app.registration.models import Registration
from training_app.schedule import events, moves, phases, states
from training_app.schedule.drafts import AgendaDraft, FacilitatorDraft, HostDraft
from training_app.schedule.models import Event, Phase, Slot


def _register(event_id):
    with transaction() as session:
        session.add(
            Registration(
                event_id=event_id,
                person_id=cast.CAST["chen"].id,
                state="waiting",
                source="self",
                ticket_code=f"CODE{event_id:06}",
                created_at=cast.NOW,
            )
        )


def _actions():
    return list(db.session.scalars(select(Audit.action).order_by(Audit.id)))


def test_a_draft_is_published_once(app):
    made = events.create(cast.PROGRAMME, salon(), **WHO)
    states.publish(made.id, **WHO)
    states.publish(made.id, **WHO)
    kept = db.session.get(Event, made.id)
    assert (kept.state, kept.revision) == ("published", 1)
    assert _actions() == ["event.created", "event.published"]


def test_without_a_venue_nothing_is_published(app):
    made = events.create(cast.PROGRAMME, salon(venue_id=None), **WHO)
    with pytest.raises(Refusal) as refused:
        states.publish(made.id, **WHO)
    assert refused.value.code == "no_venue"


def test_an_event_is_taken_back_only_while_nobody_is_registered(app):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == 5).values(seats_taken=1))
    with pytest.raises(Refusal) as refused:
        states.unpublish(5, **WHO)
    assert refused.value.code == "seats_taken"
    assert states.unpublish(6, **WHO).state == "draft"


def test_a_cancellation_needs_a_reason(app):
    with pytest.raises(Invalid) as refused:
        states.cancel(5, "  ", **WHO)
    assert refused.value.code == "reason_needed"


def test_a_cancellation_is_told_once_and_kept_on_record(app):
    said = []
    with event_cancelled.connected_to(lambda _s, **news: said.append((news["event_id"], news["reason"]))):
        states.cancel(5, "台风", **WHO)
        states.cancel(5, "台风", **WHO)
    kept = db.session.get(Event, 5)
    assert (kept.state, kept.cancel_reason, kept.revision, said) == ("cancelled", "台风", 1, [(5, "台风")])
    assert _actions() == ["event.cancelled"]


def test_a_cancellation_is_taken_back_and_told(app):
    said = []
    states.cancel(5, "台风", **WHO)
    with event_changed.connected_to(lambda _s, **news: said.append(news["changes"])):
        states.restore(5, **WHO)
    kept = db.session.get(Event, 5)
    assert (kept.state, kept.cancel_reason, kept.revision) == ("published", "", 2)
    assert said == [{"state": ("cancelled", "published")}]


def test_a_cancellation_stands_when_the_venue_was_given_to_another(app):
    states.cancel(5, "台风", **WHO)
    other = events.create(cast.PROGRAMME, salon("2026-07-12 09:00"), **WHO)
    with pytest.raises(Refusal) as refused:
        states.restore(5, **WHO)
    assert refused.value.code == "venue_taken" and refused.value.details["event_id"] == other.id


def test_what_is_over_is_not_restored(app):
    states.cancel(1, "台风", **WHO)
    with pytest.raises(Refusal) as refused:
        states.restore(1, **WHO)
    assert refused.value.code == "over"


def test_a_draft_is_thrown_away_with_all_its_parts(app):
    made = events.create(
        cast.PROGRAMME,
        salon(agenda=(AgendaDraft(20, "talk", "讲"),), facilitators=(FacilitatorDraft("吴教授", "13800000003"),)),
        **WHO,
    )
    states.delete_draft(made.id, **WHO)
    assert db.session.get(Event, made.id) is None
    assert db.session.scalar(select(func.count()).where(Slot.event_id == made.id)) == 0


def test_what_was_published_is_not_thrown_away(app):
    with pytest.raises(Refusal):
        states.delete_draft(5, **WHO)
    assert db.session.get(Event, 5) is not None


def test_a_draft_with_a_registration_stays(app):
    event_id = events.create(cast.PROGRAMME, salon(), **WHO).id
    _register(event_id)
    with pytest.raises(Refusal) as refused:
        states.delete_draft(event_id, **WHO)
    assert refused.value.code == "in_use"
    db.session.remove()
    assert len(db.session.get(Event, event_id).slots) == 1


def test_a_move_takes_slots_and_windows_along(app):
    moves.move(5, starts_at=moment("2026-07-19 14:00"), venue_id=cast.VENUE, **WHO)
    kept = db.session.get(Event, 5)
    moved = kept.slots[0]
    assert moved.id == 5 and kept.revision == 1
    assert moved.starts_at == moment("2026-07-19 14:00") and moved.ends_at == moment("2026-07-19 17:00")
    assert moved.checkin_opens_at == moment("2026-07-19 13:30") and moved.late_after == moment("2026-07-19 14:15")
    assert kept.registration_closes_at == moment("2026-07-19 14:00")
    assert _actions() == ["event.moved"]


def test_the_preview_of_a_move_says_who_and_what_stands_in_the_way_and_changes_nothing(app):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == 5).values(seats_taken=12))
    seen = moves.preview(5, starts_at=moment("2026-08-16 09:00"), venue_id=cast.VENUE)
    assert seen.seats_taken == 12 and seen.refusal.details["event_id"] == 6
    assert moves.preview(5, starts_at=moment("2026-08-17 09:00"), venue_id=cast.VENUE).refusal is None
    assert db.session.get(Event, 5).slots[0].starts_at == moment("2026-07-12 08:30")


def test_a_clash_refuses_the_move_that_its_preview_allowed(app):
    moves.preview(5, starts_at=moment("2026-07-01 09:00"), venue_id=cast.VENUE)
    events.create(cast.PROGRAMME, salon(), **WHO)
    with pytest.raises(Refusal) as refused:
        moves.move(5, starts_at=moment("2026-07-01 09:00"), venue_id=cast.VENUE, **WHO)
    assert refused.value.code == "venue_taken"


def test_a_closed_event_stays_as_it_is(app):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == 1).values(state="closed"))
    with pytest.raises(Refusal) as refused:
        moves.move(1, starts_at=moment("2026-07-01 09:00"), venue_id=None, **WHO)
    assert refused.value.code == "not_open"


def test_a_copy_is_a_draft_with_the_next_number_and_slots_of_its_own(app):
    made = moves.copy_event(5, starts_at=moment("2026-09-01 08:30"), **WHO)
    assert (made.state, made.number, made.seats_taken, made.phase_id) == ("draft", 7, 0, 5)
    assert made.slots[0].id != 5 and made.slots[0].starts_at == moment("2026-09-01 08:30")
    assert [h.organisation_id for h in made.hosts] == [cast.BUREAU, cast.OFFICE]
    assert len(db.session.get(Event, 5).slots) == 1


def test_a_phase_is_copied_with_its_events(app):
    events.create(cast.PROGRAMME, salon("2026-07-13 09:00", phase_id=5), **WHO)
    made = moves.copy_phase(5, first_day=date(2026, 9, 5), **WHO)
    copied = db.session.scalars(select(Event).where(Event.phase_id == made.id).order_by(Event.id)).all()
    assert made.number == 7
    assert [(e.kind, e.number, e.state) for e in copied] == [("session", 7, "draft"), ("salon", 2, "draft")]
    assert [e.slots[0].starts_at for e in copied] == [moment("2026-09-05 08:30"), moment("2026-09-06 09:00")]
    assert made.nominate_until == moment("2026-09-05 08:30") - timedelta(days=3)


def test_a_clash_leaves_nothing_of_a_copied_phase(app):
    before = db.session.scalar(select(func.count()).select_from(Phase))
    with pytest.raises(Refusal):
        moves.copy_phase(5, first_day=date(2026, 8, 16), **WHO)
    assert db.session.scalar(select(func.count()).select_from(Phase)) == before


def test_only_an_empty_phase_is_deleted(app):
    with pytest.raises(Refusal) as refused:
        phases.delete(5, **WHO)
    assert refused.value.code == "phase_in_use"
    made = phases.create(cast.PROGRAMME, title="附加", **WHO)
    assert phases.delete(made.id, **WHO) == cast.PROGRAMME
    assert db.session.get(Phase, made.id) is None


def test_a_phase_number_is_given_once(app):
    with pytest.raises(Invalid) as refused:
        phases.create(cast.PROGRAMME, number=5, **WHO)
    assert refused.value.code == "number_taken"
    with pytest.raises(Invalid):
        phases.change(5, number=6, title="", nominate_until=None, **WHO)


@pytest.mark.parametrize("act", [states.publish, states.unpublish, states.restore, states.delete_draft])
def test_an_unknown_event_is_not_found(app, act):
    with pytest.raises(NotFound):
        act(999, **WHO)


def test_hosts_are_changed_in_place(app):
    made = events.create(cast.PROGRAMME, salon(hosts=(HostDraft("guided_by", "甲局"),), slots=(slot(),)), **WHO)
    assert [(h.role, h.organisation.kind) for h in made.hosts] == [("guided_by", "bureau")]
