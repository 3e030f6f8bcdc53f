"""What the organiser does with a form: change its items, close it, enter the totals of forms on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.schedule.models import Programme

from .feedback import held, sheet
from .feedbackmodels import FeedbackForm
from .feedbackrules import BUILT_IN, OVERALL, Asked, Stage, checked_items, checked_totals


def current(programme_id: int) -> Asked:
    """What the programme's next form asks."""
    form = db.session.scalar(
        select(FeedbackForm)
        .where(FeedbackForm.programme_id == programme_id)
        .order_by(FeedbackForm.version.desc())
        .limit(1)
    )
    if form is None:
        return BUILT_IN
    return Asked(form.id, form.version, tuple((key, label) for key, label in form.items))


def change_items(programme_id: int, items: Sequence[tuple[str, str]], *, actor_id: int, now: datetime) -> Asked:
    """Ask other items from now on, as (known key, own label); the same ones make no new version. Audited.

    Events whose first answer is there keep what they asked. Raises NotFound, Invalid.
    """
    wanted = checked_items(items)
    with transaction() as session:
        # Two who change it at once take turns, so that each version has one number.
        if session.scalar(select(Programme.id).where(Programme.id == programme_id).with_for_update()) is None:
            raise NotFound()
        before = current(programme_id)
        if before.items == wanted:
            return before
        form = FeedbackForm(
            programme_id=programme_id,
            version=before.version + 1,
            items=[list(item) for item in wanted],
            created_by_id=actor_id,
            created_at=now,
        )
        session.add(form)
        session.flush()
        audit.record(
            audit.Action.FEEDBACK_FORM_CHANGED,
            ("programme", programme_id),
            actor_id=actor_id,
            now=now,
            before={"version": before.version, "items": [list(item) for item in before.items]},
            after={"version": form.version, "items": form.items},
        )
        return Asked(form.id, form.version, wanted)


def close(event_id: int, *, actor_id: int, now: datetime) -> None:
    """Take no more answers for an event, so that its result can be shown; final, harmless to repeat. Audited.

    Raises NotFound, Refusal "not_open".
    """
    with transaction():
        asked_for = sheet(event_id)
        stage = asked_for.stage(now)
        if stage is Stage.OVER:
            return
        if stage is not Stage.OPEN:
            raise Refusal("not_open", _l("The form opens when the event's last part begins."))
        box, _asked = held(asked_for)
        if box.closed_at is not None:
            return
        box.closed_at, box.closed_by_id = now, actor_id
        audit.record(audit.Action.FEEDBACK_CLOSED, ("event", event_id), actor_id=actor_id, now=now)


def enter_paper(event_id: int, totals: Mapping[str, Sequence[int]], *, actor_id: int, now: datetime) -> int:
    """Enter what the forms on paper add up to; gives how many they are. Nothing at all takes them back. Audited.

    `totals`: how many chose each step of each question, the best step first. Raises NotFound, Invalid with
    `fields`, Refusal "not_open".
    """
    with transaction():
        asked_for = sheet(event_id)
        if asked_for.stage(now) not in (Stage.OPEN, Stage.OVER):
            raise Refusal("not_open", _l("The form opens when the event's last part begins."))
        box, asked = held(asked_for)
        counts = checked_totals(totals, asked)
        if (box.paper or {}) == counts:
            return sum(counts.get(OVERALL, ()))
        before, box.paper = box.paper, counts or None
        box.paper_by_id, box.paper_at = actor_id, now
        audit.record(
            audit.Action.FEEDBACK_PAPER,
            ("event", event_id),
            actor_id=actor_id,
            now=now,
            before={"paper": before},
            after={"paper": box.paper},
        )
        return sum(counts.get(OVERALL, ()))
