"""What conditions rest on that other rooms keep: read for many people in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training_app.learning import feedback
from training_app.learning.feedbackrules import Stage

from .asking import READERS, Group, reads
from .kinds_feedback import Given
from .rules import Conditions


def gathered(conditions: Conditions, group: Group) -> dict[str, Mapping[int, Any]]:
    """What each kind of a rule rests on, by kind and person; nothing is read for kinds that the rule does not have."""
    kinds = dict.fromkeys(one.kind for one in conditions.asked)
    return {kind: READERS[kind](group) for kind in kinds if kind in READERS}


@reads("feedback")
def _feedback(group: Group) -> dict[int, Given]:
    """On which sessions each of them has given feedback, and which forms are over."""
    stages = {event_id: sheet.stage(group.now) for event_id, sheet in feedback.sheets(group.event_ids).items()}
    over = frozenset(event_id for event_id, stage in stages.items() if stage in (Stage.OVER, Stage.NEVER))
    given = feedback.answered(group.programme_id, group.person_ids)
    return {person_id: Given(frozenset(given.get(person_id, ())), over) for person_id in group.person_ids}
