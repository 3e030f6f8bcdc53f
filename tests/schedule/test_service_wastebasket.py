"""Drafts that were thrown away come back whole, on every database; several events are published at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import cast
from tests.schedule.drafting import WHO, salon, slot
from training_app.core.db import db
from training_app.core.errors import NotFound, Refusal
from training_app.core.signals import event_changed
from training_app.schedule import events, states, wastebasket
from training_app.schedule.drafts import AgendaDraft, FacilitatorDraft, HostDraft
from training_app.schedule.facts import draft_of
from training_app.schedule.models import Event


def _whole():
    return salon(
        title="误删沙龙",
        description="请穿运动鞋",
        capacity=20,
        slots=(slot(), slot("2026-07-01 14:00", label="afternoon", credit="1.5")),
        agenda=(AgendaDraft(20, "icebreaker", "花信使"), AgendaDraft(40, "group_pk", "小组PK")),
        hosts=(HostDraft("guided_by", "泉州市民政局"), HostDraft("hosted_by", "泉州市鲤城区民政局")),
        facilitators=(FacilitatorDraft("许老师", "13900001111", "督导"),),
    )


def test_a_thrown_away_draft_comes_back_whole(app):
    made = events.create(cast.PROGRAMME, _whole(), **WHO)
    before = draft_of(made)
    states.delete_draft(made.id, **WHO)
    back = draft_of(wastebasket.undelete(cast.PROGRAMME, made.id, **WHO))
    assert back == replace(
        before, slots=tuple(replace(s, id=b.id) for s, b in zip(before.slots, back.slots, strict=True))
    )


def test_its_number_is_the_next_one_when_another_took_it(app):
    made = events.create(cast.PROGRAMME, _whole(), **WHO)
    states.delete_draft(made.id, **WHO)
    taker = events.create(cast.PROGRAMME, salon("2026-07-05 09:00", number=1), **WHO)
    assert wastebasket.undelete(cast.PROGRAMME, made.id, **WHO).number == taker.number + 1


def test_its_venue_may_be_taken_meanwhile(app):
    made = events.create(cast.PROGRAMME, _whole(), **WHO)
    states.delete_draft(made.id, **WHO)
    events.create(cast.PROGRAMME, salon(), **WHO)
    with pytest.raises(Refusal) as refused:
        wastebasket.undelete(cast.PROGRAMME, made.id, **WHO)
    assert refused.value.code == "venue_taken"


def test_nothing_comes_back_for_another_programme_or_an_event_that_was_never_deleted(app):
    made = events.create(cast.PROGRAMME, _whole(), **WHO)
    with pytest.raises(NotFound):
        wastebasket.undelete(cast.PROGRAMME, made.id, **WHO)
    states.delete_draft(made.id, **WHO)
    with pytest.raises(NotFound):
        wastebasket.undelete(cast.OTHER_PROGRAMME, made.id, **WHO)


def test_several_are_published_and_the_one_without_a_venue_says_why(app):
    ready = events.create(cast.PROGRAMME, salon(), **WHO)
    homeless = events.create(cast.PROGRAMME, salon("2026-07-02 09:00", venue_id=None), **WHO)
    outcome = states.publish_several(cast.PROGRAMME, [ready.id, homeless.id, 4, cast.OTHER_EVENT, 999], **WHO)
    assert outcome.done == (ready.id,) and [row[0] for row in outcome.refused] == [homeless.id]


def test_what_a_receiver_refuses_to_take_back_stays_as_it_was(app):
    def veto(_sender, **news):
        if news["event_id"] == 5:
            raise Refusal("veto", "not that one")

    with event_changed.connected_to(veto):
        outcome = states.unpublish_several(cast.PROGRAMME, [5, 6], **WHO)
    assert outcome.done == (6,) and [row[0] for row in outcome.refused] == [5]
    db.session.expire_all()
    kept, turned = db.session.get(Event, 5), db.session.get(Event, 6)
    assert (kept.state, kept.revision, turned.state) == ("published", 0, "draft")
