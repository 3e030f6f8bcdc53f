"""A division is taken over by another: from a day on the successor stands in its place, and nothing before changes."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core import audit, signals
from training_app.core.clock import local_date
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal

from .models import Division
from .rules import lies_in, parent_of


@dataclass(frozen=True, slots=True)
class Step:
    """One division and the one that takes it over. `name`: the successor is new, and is called so."""

    old: str
    new: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Succeeded:
    """What a succession did: divisions ended, posts that went on at the successor, posts that ended with the old."""

    ended: int = 0
    moved: int = 0
    lost: int = 0


def succeed(
    old_code: str,
    new_code: str,
    *,
    on: date,
    name: str = "",
    communities: Sequence[Step] = (),
    actor_id: int | None,
    now: datetime,
) -> Succeeded:
    """Let `new_code` take over `old_code` from the day `on`; harmless to repeat.

    Both are communities, or both subdistricts; then `communities` says where each of the old one's goes. The old ones
    keep their rows and everything that names them; `valid_to` becomes the day before, and posts go on at the
    successor. Several may go to the same successor, one after the other.

    Raises NotFound for an unknown code, Invalid for a day that has not come yet or lies before the division's first,
    Refusal("communities_left") with `details["codes"]` where the mapping leaves some out, and Refusal
    ("already_ended"), ("successor_ended") or ("not_alike").
    """
    if on > local_date(now):
        raise Invalid("not_yet", _l("The day lies ahead. Record the change when it has come."))
    steps = [Step(old_code, new_code, name), *communities]
    with transaction() as session:
        codes = sorted({code for step in steps for code in (step.old, step.new)})
        # Whoever fills a post there meanwhile waits.
        locked = select(Division).where(Division.code.in_(codes)).order_by(Division.code).with_for_update()
        known = {division.code: division for division in session.scalars(locked)}
        for step in steps:
            if step.new not in known and step.name:
                known[step.new] = _found(step, on)
                session.add(known[step.new])
        session.flush()
        _check(steps, known, on)
        ended = moved = lost = 0
        for step in [*steps[1:], steps[0]]:
            old = known[step.old]
            if old.valid_to is not None:
                continue
            old.valid_to, old.successor_code = on - timedelta(days=1), step.new
            session.flush()
            told: dict[str, Any] = {
                "old_code": step.old,
                "new_code": step.new,
                "on": on,
                "actor_id": actor_id,
                "now": now,
            }
            audit.record(
                audit.Action.DIVISION_SUCCEEDED,
                ("division", None),
                actor_id=actor_id,
                now=now,
                before={"division": step.old},
                after={"division": step.new, "on": on.isoformat()},
            )
            for _room, followed in signals.division_succeeded.send(None, **told):
                if isinstance(followed, signals.PostsFollowed):
                    moved, lost = moved + followed.moved, lost + followed.lost
            ended += 1
        return Succeeded(ended, moved, lost)


def _found(step: Step, on: date) -> Division:
    """A division that did not exist before, of its predecessor's level."""
    level = {9: "subdistrict", 12: "community"}.get(len(step.new))
    parent = parent_of(step.new)
    if level is None or not (step.new.isascii() and step.new.isdigit()) or len(step.name) > 60:
        raise _unlike(step)
    return Division(code=step.new, name=step.name, level=level, parent_code=parent, valid_from=on)


def _unlike(step: Step) -> Refusal:
    sentence = _l(
        "A subdistrict is taken over by a subdistrict, a community by a community: %(old)s and %(new)s are not alike.",
        old=step.old,
        new=step.new,
    )
    return Refusal("not_alike", sentence)


def _check(steps: Sequence[Step], known: dict[str, Division], on: date) -> None:
    leaving = {step.old for step in steps}
    for step in steps:
        old, new = known.get(step.old), known.get(step.new)
        if old is None or new is None:
            code = step.old if old is None else step.new
            raise NotFound("division_unknown", _l("There is no division with the code %(code)s.", code=code))
        if old.level not in ("subdistrict", "community") or old.level != new.level or step.new in leaving:
            raise _unlike(step)
        if new.parent_code and db.session.get(Division, new.parent_code) is None:
            raise NotFound("division_unknown", _l("There is no division with the code %(code)s.", code=new.parent_code))
        if old.valid_to is not None and (old.successor_code, old.valid_to) != (step.new, on - timedelta(days=1)):
            raise Refusal("already_ended", _l("%(code)s was taken over already.", code=step.old))
        if new.valid_to is not None:
            raise Refusal("successor_ended", _l("%(code)s itself was taken over. Give its successor.", code=step.new))
        if old.valid_from is not None and on <= old.valid_from:
            raise Invalid("day_too_early", _l("The day lies before the first day of %(code)s.", code=step.old))
    _check_communities(steps)


def _check_communities(steps: Sequence[Step]) -> None:
    whole, *parts = steps
    foreign = next((step for step in parts if not lies_in(step.old, whole.old) or len(step.old) != 12), None)
    if foreign is not None:
        raise _unlike(foreign)
    under = select(Division.code).where(Division.parent_code == whole.old, Division.valid_to.is_(None))
    left = sorted(set(db.session.scalars(under)) - {step.old for step in parts})
    if left:
        sentence = _l(
            "%(count)s communities would be left without a subdistrict: %(codes)s. Say where each goes.",
            count=len(left),
            codes=", ".join(left[:20]),
        )
        raise Refusal("communities_left", sentence, codes=left)


def read_mapping(data: bytes) -> list[Step]:
    """The steps of a CSV with the columns old, new and, where the successor is new, name.

    Raises Invalid("mapping_unreadable") when it is not such a file.
    """
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        if not {"old", "new"} <= set(reader.fieldnames or ()):
            raise ValueError
        return [Step(*((row.get(column) or "").strip() for column in ("old", "new", "name"))) for row in reader]
    except (ValueError, csv.Error):
        sentence = _l("The file needs a first line with the columns old and new, perhaps name, in UTF-8.")
        raise Invalid("mapping_unreadable", sentence) from None
