"""What waits for the organiser today: nominations to answer, changes of post, a leave."""

from __future__ import annotations

from datetime import datetime, timedelta

from training_app.attendance import leaves
from training_app.core import audit
from training_app.core.clock import local_date
from training_app.core.db import transaction
from training_app.people import handovers
from training_app.people.handovers import Change
from training_app.registration import quotas
from training_app.registration.models import Nomination

from . import acts
from .current import Current
from .stage import FUQIAO, Stage

JIANGNAN = "350502006"


def leave(stage: Stage, current: Current, now: datetime) -> None:
    """Leave it all for the organiser to find."""
    _nominations(stage, current, now)
    _handovers(stage, now)
    event = current.events[4]
    person_id = stage.directors["350502003001"]
    slots = [slot.id for slot in acts.slots_of(event)]
    leaves.ask(event.id, person_id, slots, "当天要参加社区防汛值班", actor_id=person_id, now=now - timedelta(hours=9))


def _nominations(stage: Stage, current: Current, now: datetime) -> None:
    """Places for every subdistrict; Fuqiao's supervisor has named five, Jinlong's nobody yet."""
    phase = current.phases[4]
    places: dict[str, int | None] = {}
    for code in stage.directors:
        places[code[:9]] = (places.get(code[:9]) or 0) + 1
    quotas.set_places(phase.id, places, actor_id=stage.organiser, now=now - timedelta(days=12))
    codes = [code for code in stage.directors if code.startswith(FUQIAO)][:5]
    with transaction() as session:
        for code in codes:
            nomination = Nomination(
                phase_id=phase.id,
                person_id=stage.directors[code],
                division_code=code,
                state="proposed",
                by_id=stage.supervisors[FUQIAO],
                created_at=now - timedelta(hours=6),
            )
            session.add(nomination)
            session.flush()
            audit.record(
                audit.Action.NOMINATION_SUBMITTED,
                ("nomination", nomination.id),
                actor_id=stage.supervisors[FUQIAO],
                now=now - timedelta(hours=6),
            )


def _handovers(stage: Stage, now: datetime) -> None:
    """After an election: four posts of Jiangnan change hands, one of Fuqiao."""
    day = local_date(now) - timedelta(days=3)
    for subdistrict, count in ((JIANGNAN, 4), (FUQIAO, 1)):
        codes = sorted(code for code in stage.directors if code.startswith(subdistrict))[-count:]
        changes = [
            Change(code, stage.directors[code], next(stage.names), next(stage.numbers), False, day, "elected")
            for code in codes
        ]
        handovers.submit(subdistrict, changes, actor_id=stage.supervisors[subdistrict], now=now - timedelta(hours=20))
