"""The weekly digest of a supervisor (每周简报): shown, and on Monday morning sent by e-mail, once a week.

The unique key of `outgoing` (kind, week, channel, person) decides: whatever two job processes do at once, one message
is written, and a repetition writes none. What was not written on Monday is written on the next day of that week on
which a job process runs. A supervisor in whose divisions no programme was announced gets none, which is on record in
the same place; a week without news is told in the same few lines, for silence would say that the mail is broken.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import and_, exists, or_, select

from training_app.core import mail, tasks
from training_app.core.actors import Role
from training_app.core.db import db, insert_unless_there, transaction
from training_app.core.outgoing import Channel, Outgoing, OutgoingState
from training_app.people.models import Account, Grant, Person
from training_app.web.addresses import lasting_url

from . import digestfacts, digesttexts
from .digestrules import Week, outermost
from .digesttexts import Block, Facts

log = logging.getLogger(__name__)
KIND = "digest"
TASK = "reports.digest"
#: So many are made at a time: what else waits for the job process has its turn between two portions.
PORTION = 50
_KEY = ["kind", "subject", "channel", "person_key"]


def gathered(codes: Iterable[str], week: Week, now: datetime) -> list[Facts]:
    """The facts of each of these divisions, one inside another left out, and one without a programme too."""
    found = (digestfacts.facts(code, week, now) for code in outermost(codes))
    return [one for one in found if one is not None]


def blocks(found: Sequence[Facts], week: Week) -> list[Block]:
    """What a digest tells, in the language that is in force."""
    return [digesttexts.block(one, week) for one in found]


def _valid(week: Week, now: datetime) -> Any:
    """The condition that a Grant makes its holder a supervisor now and did so when the week's digests left."""
    return and_(
        Grant.role == Role.SUPERVISOR.value,
        Grant.division_code.is_not(None),
        Grant.valid_from <= week.opens_at,
        or_(Grant.valid_to.is_(None), Grant.valid_to > now),
    )


def waiting(week: Week, now: datetime) -> list[Person]:
    """A portion of the supervisors who have an address, want the digest and have none of this week yet."""
    written = exists().where(
        Outgoing.kind == KIND,
        Outgoing.subject == week.subject,
        Outgoing.channel == Channel.EMAIL.value,
        Outgoing.person_key == Person.id,
    )
    return list(
        db.session.scalars(
            select(Person)
            .join(Account, Account.person_id == Person.id)
            .where(
                Person.id.in_(select(Grant.person_id).where(_valid(week, now))),
                Person.email.is_not(None),
                Person.email != "",
                Account.weekly_digest,
                Account.disabled_at.is_(None),
                ~written,
            )
            .order_by(Person.id)
            .limit(PORTION)
        )
    )


@tasks.task(TASK, every_minutes=10)
def send(now: datetime) -> int:
    """From Monday morning on, write a portion of this week's digests; gives how many.

    After a full portion it is called again at once. One statement once all are written.
    """
    week = Week.of(now)
    if now < week.opens_at or not mail.is_set_up():
        return 0
    people = waiting(week, now)
    if not people:
        return 0
    codes: dict[int, list[str]] = {person.id: [] for person in people}
    held = select(Grant.person_id, Grant.division_code).where(_valid(week, now), Grant.person_id.in_(list(codes)))
    for person_id, code in db.session.execute(held):
        codes[person_id or 0].append(code or "")
    rows = [row for person in people if (row := _made(person, codes[person.id], week, now)) is not None]
    with transaction():
        made = sum(insert_unless_there(Outgoing, row, _KEY) is not None for row in rows)
        tasks.wake(mail.TASK)
        if made and len(people) == PORTION:
            tasks.wake(TASK)
    return made


def _made(person: Person, codes: Sequence[str], week: Week, now: datetime) -> dict[str, Any] | None:
    """The message of one supervisor; None where it could not be made, so that nobody else waits for hers."""
    try:
        return message(person, codes, week, now)
    except Exception:
        log.exception("the digest of person %s failed; it is tried again", person.id)
        return None


def message(person: Person, codes: Sequence[str], week: Week, now: datetime) -> dict[str, Any]:
    """The row of `outgoing` that is one supervisor's digest of a week, in her language.

    One that has nothing to tell of is dropped from the start.
    """
    found = gathered(codes, week, now)
    language = person.language or str(current_app.config["DEFAULT_LANGUAGE"])
    row = {
        "kind": KIND,
        "subject": week.subject,
        "channel": Channel.EMAIL.value,
        "person_key": person.id,
        "to": person.email or "",
        "language": language,
        "title": "",
        "text": "",
        "state": OutgoingState.WAITING.value if found else OutgoingState.DROPPED.value,
        "tries": 0,
        "created_at": now,
    }
    if found:
        with force_locale(language):
            told = blocks(found, week)
            row["title"] = digesttexts.title(told, week)[:200]
            row["text"] = digesttexts.mail(
                told, name=person.name, links=lasting_url, page=lasting_url("reports.digest")
            )
    return row
