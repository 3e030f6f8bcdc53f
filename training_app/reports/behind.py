"""Who falls behind in a programme: past reaching the rule, without a miss left, or merely under way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from training_app.certificates.service import Progress, progress
from training_app.certificates.standings import held_by
from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.learning.roll import Participant, Place, places, roll
from training_app.learning.service import members
from training_app.people.models import Person
from training_app.people.persons import in_area
from training_app.registration import makeups
from training_app.registration.makeups import Offer
from training_app.schedule.models import Programme
from training_app.web.filters import place as as_said

OUT, TIGHT, UNDER_WAY = "out_of_reach", "no_miss_left", "under_way"
#: In the order in which somebody must act.
STATES: dict[str, Any] = {
    OUT: _l("Cannot reach the rule any more"),
    TIGHT: _l("Needs every remaining session"),
    UNDER_WAY: _l("Under way"),
}
TONES = {OUT: "live", TIGHT: "wait", UNDER_WAY: "good"}
#: More people than that are looked at a division below.
MOST = 3000
#: Make-ups that are shown for one person.
MOST_OFFERS = 2


_NOWHERE = Place()


@dataclass(frozen=True)
class Line:
    """One participant who has not reached the rule, with what would make up for what was missed."""

    person: Participant
    progress: Progress
    state: str
    place: Place = _NOWHERE
    offers: tuple[Offer, ...] = ()

    @property
    def missing(self) -> str:
        """The numbers of the sessions that were missed: 2、3."""
        return and_so_on(str(one.number) for one in self.progress.missing)


def and_so_on(words: Iterable[str]) -> str:
    """Words one after the other, as the language in force lists them: 2、3, or 2, 3."""
    return str(_(", ")).join(words)


def state_of(found: Progress) -> str | None:
    """One of STATES; None for who has reached the rule."""
    if found.eligible:
        return None
    if not found.achievable:
        return OUT
    return TIGHT if found.decision.no_miss_left else UNDER_WAY


def participants(programme_id: int, code: str) -> int:
    """How many people of a division take part, in one statement."""
    wanted = select(func.count()).select_from(Person).where(members(programme_id), in_area([code]))
    return db.session.scalar(wanted) or 0


def below(division: Division) -> list[Division]:
    """The divisions one level below, where a list would be too long."""
    return list(
        db.session.scalars(
            select(Division)
            .where(Division.parent_code == division.code, Division.valid_to.is_(None))
            .order_by(Division.code)
        )
    )


def lines(programme: Programme, code: str, now: datetime, *, text: str = "") -> list[Line]:
    """Everyone of a division who takes part and has not reached the rule, the most urgent first.

    Who holds a valid paper is left out. A fixed number of statements.
    """
    people = roll(programme.id, [code], text=text)
    far = progress(programme.id, [person.id for person in people], now)
    held = held_by(programme.id)
    order = list(STATES)
    found = [
        Line(person, far[person.id], state)
        for person in people
        if (state := state_of(far[person.id])) is not None and (person.id not in held or held[person.id].revoked)
    ]
    return sorted(found, key=lambda line: order.index(line.state))


def count(found: Sequence[Line]) -> dict[str, int]:
    """How many stand where."""
    counted = Counter(line.state for line in found)
    return {state: counted[state] for state in STATES}


def completed(programme: Programme, found: Sequence[Line], now: datetime) -> list[Line]:
    """The lines of a page with their places and the make-ups that would help, in a fixed number of statements."""
    known = {line.person.id: line.progress.missing for line in found if line.progress.missing}
    offers = makeups.offers(programme.id, known, now, known=known) if known else {}
    where = places(line.person.division_code for line in found)
    return [
        replace(
            line,
            place=where.get(line.person.division_code, _NOWHERE),
            offers=tuple(offers.get(line.person.id, [])[:MOST_OFFERS]),
        )
        for line in found
    ]


def text_for_the_group(programme: Programme, found: Sequence[Line]) -> str:
    """What is pasted into the WeChat group: names by subdistrict with their communities, never a phone number."""
    where = places(line.person.division_code for line in found)
    said = [_("[%(title)s] Reminder", title=programme.title)]
    for state, sentence in (
        (OUT, _("Make-ups needed; please register for one:")),
        (TIGHT, _("Please miss no session from now on:")),
        (UNDER_WAY, _("Under way; please keep coming:")),
    ):
        groups: dict[str, list[str]] = {}
        for line in found:
            if line.state == state:
                place = where.get(line.person.division_code, _NOWHERE)
                near = as_said(place.community) if place.community != place.subdistrict else ""
                name = _("%(name)s (%(place)s)", name=line.person.name, place=near) if near else line.person.name
                groups.setdefault(place.subdistrict, []).append(name)
        if groups:
            said += ["", sentence]
            for subdistrict, names in groups.items():
                listed = and_so_on(names)
                said.append(_("%(place)s: %(names)s", place=subdistrict, names=listed) if subdistrict else listed)
    return "\n".join(said)
