"""Two organisers want one venue, or one facilitator, at one time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.schedule.drafting import WHO, salon
from training_app.core.db import db
from training_app.core.errors import Refusal
from training_app.schedule import events
from training_app.schedule.drafts import FacilitatorDraft
from training_app.schedule.models import Event

AT_ONCE = 6


def _race(app, drafts):
    gate = Barrier(len(drafts))

    def create(draft):
        with app.app_context():
            gate.wait()
            try:
                events.create(cast.PROGRAMME, draft, **WHO)
                return "created"
            except Refusal as refused:
                return refused.code
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(drafts)) as organisers:
        return sorted(organisers.map(create, drafts))


def _salons():
    return db.session.scalar(select(func.count()).select_from(Event).where(Event.kind == "salon"))


@pytest.mark.parametrize("trial", range(3))
def test_one_of_many_gets_the_venue(app, trial):
    answers = _race(app, [salon(number=n + 1) for n in range(AT_ONCE)])
    assert answers == ["created"] + ["venue_taken"] * (AT_ONCE - 1)
    assert _salons() == 1


@pytest.mark.parametrize("trial", range(3))
def test_one_of_many_gets_the_facilitator(app, trial):
    known = FacilitatorDraft("吴教授", person_id=cast.CAST["facilitator"].id)
    answers = _race(app, [salon(number=n + 1, venue_id=None, facilitators=(known,)) for n in range(AT_ONCE)])
    assert answers == ["created"] + ["facilitator_taken"] * (AT_ONCE - 1)
    assert _salons() == 1


def test_one_of_many_gets_the_number(app):
    answers = _race(app, [salon(number=1, venue_id=None, title=f"沙龙 {n}") for n in range(AT_ONCE)])
    assert answers == ["created"] + ["number_taken"] * (AT_ONCE - 1)
    assert _salons() == 1
