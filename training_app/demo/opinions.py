"""What people say of the sessions: by phone, and on paper where it was still handed round."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from training_app.attendance.models import Attendance
from training_app.attendance.rules import HERE
from training_app.core.db import db
from training_app.learning import feedback, feedbackkeeping
from training_app.learning.feedbackrules import BUILT_IN, Answer
from training_app.learning.service import FOR_ONESELF
from training_app.schedule.models import Event

from . import acts
from .stage import Stage

#: How often each step is chosen, the best first.
_OFTEN = (58, 30, 9, 2, 1)
TEXTS = (
    "案例讲得很实在，回去就能用。",
    "希望多一些个案走访的练习。",
    "会场停车不太方便。",
    "老师讲得清楚，下次想听困境儿童政策的新变化。",
    "小组讨论时间可以再长一点。",
    "",
    "",
    "",
)


def _step(chance: random.Random) -> int:
    return chance.choices(range(len(_OFTEN)), _OFTEN)[0]


def by_phone(event: Event, chance: random.Random, *, forms: int, now: datetime | None = None) -> None:
    """So many of those who were there answer, an hour after the end unless another moment is given."""
    slot = acts.slots_of(event)[-1]
    there = db.session.scalars(
        select(Attendance.person_id)
        .where(Attendance.slot_id == slot.id, Attendance.status.in_(HERE), Attendance.as_whom.in_(FOR_ONESELF))
        .order_by(Attendance.person_id)
    ).all()
    texts = chance.sample(TEXTS, len(TEXTS))
    for place, person_id in enumerate(chance.sample(there, min(forms, len(there)))):
        steps = {key: _step(chance) for key in BUILT_IN.keys}
        answer = Answer(steps, texts[place] if place < len(texts) else "")
        feedback.give(event.id, person_id, answer, version=0, now=now or slot.ends_at + timedelta(hours=1))


def on_paper(stage: Stage, events: Sequence[Event], chance: random.Random, *, forms: int) -> None:
    """Forms on paper were handed round and added up."""
    for event in events:
        totals = {key: [0] * len(_OFTEN) for key in BUILT_IN.keys}
        for _form in range(forms + chance.randrange(-4, 5)):
            for numbers in totals.values():
                numbers[_step(chance)] += 1
        now = acts.slots_of(event)[-1].ends_at + timedelta(days=2)
        feedbackkeeping.enter_paper(event.id, totals, actor_id=stage.organiser, now=now)
