"""A roster's way in: uploaded, its columns chosen, its questions answered, then imported whole or not at all.

What is kept of an upload is the cleaned cells, never the file: ID numbers are cut out before anything is
stored, and the cells are deleted once the roster is imported or discarded.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.core import audit, files, tasks
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.links import new_secret
from training_app.people import intake
from training_app.people.models import Person
from training_app.schedule.models import Event, Phase, Programme

from . import messages, nominations, rostercolumns, rosterfile, rosterpeople, rosterseats
from .models import RosterImport
from .rostercolumns import Field
from .rosterrules import Outcome, RowResult, decide, name_of

#: An upload that nobody has finished is forgotten after this.
KEPT = timedelta(days=7)
OPEN = ("uploaded", "mapped")
_MEDIA_TYPE = "application/json"

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Preview:
    """A roster as its page shows it."""

    sheets: tuple[str, ...]
    sheet: int
    header_row: int
    fields: Mapping[Field, int]
    headings: tuple[str, ...]
    #: The first rows of the sheet, for choosing the headings.
    top: Rows
    results: Sequence[RowResult]

    @property
    def counts(self) -> Counter[str]:
        """How many rows have each outcome."""
        return Counter(result.outcome.value for result in self.results)

    @property
    def taken(self) -> list[RowResult]:
        """The rows that would be imported."""
        return [r for r in self.results if r.outcome in (Outcome.NEW, Outcome.MATCHED)]


def upload(
    data: bytes,
    filename: str,
    *,
    purpose: str,
    phase_id: int | None = None,
    event_id: int | None = None,
    actor_id: int,
    now: datetime,
) -> RosterImport:
    """Keep the cells of an uploaded table, ID numbers cut out, with a guess of headings and columns.

    Raises Invalid as `rosterfile.read`.
    """
    sheets, dropped = [], []
    for index, sheet in enumerate(rosterfile.read(data, filename)):
        header_row = rostercolumns.guess_header_row(sheet.rows)
        gone = rostercolumns.id_columns(sheet.rows, header_row)
        dropped += [[index, sheet.rows[header_row][column]] for column in gone]
        rows = rostercolumns.without_columns(sheet.rows, gone)
        sheets.append(
            {"name": sheet.name, "rows": [[rostercolumns.without_id_numbers(cell) for cell in row] for row in rows]}
        )
    best = max(range(len(sheets)), key=lambda n: (len(_guess(sheets[n]["rows"])[1]), -n))
    header_row, fields = _guess(sheets[best]["rows"])
    # The salt makes the content this upload's own, so that forgetting it takes nothing from another.
    kept = json.dumps({"salt": new_secret(), "sheets": sheets}, ensure_ascii=False).encode()
    digest = files.write(kept)
    with transaction() as session:
        files.remember(digest, media_type=_MEDIA_TYPE, size=len(kept), name=filename, now=now)
        roster = RosterImport(
            phase_id=phase_id,
            event_id=event_id,
            purpose=purpose,
            file_sha256=digest,
            state="mapped" if Field.NAME in fields else "uploaded",
            choices={
                "filename": filename[:200],
                "dropped": dropped,
                "sheet": best,
                "header_row": header_row,
                "fields": {field.value: column for field, column in fields.items()},
                "answers": {},
            },
            actor_id=actor_id,
            created_at=now,
        )
        session.add(roster)
        session.flush()
        return roster


def _guess(rows: Rows) -> tuple[int, Mapping[Field, int]]:
    header_row = rostercolumns.guess_header_row(rows)
    return header_row, rostercolumns.guess_columns(rows, header_row).fields


def _sheets(roster: RosterImport) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(files.read(roster.file_sha256))["sheets"]
    return found


def programme_of(roster: RosterImport) -> Programme:
    """The programme into which a roster goes."""
    holder: Phase | Event | None = (
        db.session.get(Phase, roster.phase_id)
        if roster.phase_id is not None
        else db.session.get(Event, roster.event_id)
    )
    if holder is None:
        raise NotFound()
    return db.session.get_one(Programme, holder.programme_id)


def preview(roster: RosterImport, jurisdictions: Sequence[str]) -> Preview:
    """What every row of the roster would become, in a handful of statements."""
    sheets = _sheets(roster)
    choices = roster.choices
    rows: Rows = sheets[choices["sheet"]]["rows"]
    header_row = choices["header_row"]
    fields = {Field(name): column for name, column in choices["fields"].items()}
    results: Sequence[RowResult] = ()
    if Field.NAME in fields:
        area = nominations.area_of(programme_of(roster).division_code, jurisdictions)
        body = [[row[c] if c < len(row) else "" for c in fields.values()] for row in rows[header_row + 1 :]]
        at = {field: index for index, field in enumerate(fields)}
        known, divisions = rosterpeople.known(
            names={name_of(row[at[Field.NAME]]) for row in body},
            phones={p for row in body if Field.PHONE in at and (p := rostercolumns.clean_phone(row[at[Field.PHONE]]))},
            area=area,
            by_community=Field.COMMUNITY in at,
        )
        answers = {int(number): answer for number, answer in choices["answers"].items()}
        naming = roster.purpose == "nomination"
        results = decide(
            rows, header_row, fields, known=known, divisions=divisions, answers=answers, names_suffice=naming
        )
        if naming:
            results = [_in_post(result, {p.id for p in known if p.divisions and not p.outside}) for result in results]
    return Preview(
        sheets=tuple(sheet["name"] for sheet in sheets),
        sheet=choices["sheet"],
        header_row=header_row,
        fields=fields,
        headings=tuple(rows[header_row]) if header_row < len(rows) else (),
        top=rows[:10],
        results=results,
    )


def _in_post(result: RowResult, holders: set[int]) -> RowResult:
    """Only who holds a post in the area can be nominated."""
    offered = tuple(c for c in result.choices if c.value != "new")
    if result.outcome is Outcome.QUESTION and len(offered) > 1:
        return replace(result, choices=offered)
    if result.outcome is Outcome.NEW or (result.outcome is Outcome.MATCHED and result.person_id not in holders):
        sentence = _("%(name)s holds no post in your area. Submit the change of post first.", name=result.name)
        return replace(result, outcome=Outcome.BAD, person_id=None, code="not_in_post", sentence=sentence)
    return result


def _open(roster_id: int) -> RosterImport:
    """The roster, locked. Raises NotFound, Refusal "roster_done"."""
    roster = db.session.scalar(select(RosterImport).where(RosterImport.id == roster_id).with_for_update())
    if roster is None:
        raise NotFound()
    if roster.state not in OPEN:
        raise Refusal("roster_done", _l("This roster was imported or discarded already."))
    return roster


def choose(roster_id: int, *, sheet: int, header_row: int, fields: Mapping[Field, int] | None) -> None:
    """Choose sheet, heading row (an index) and columns; None guesses them. Answers given before are forgotten.

    Raises Invalid "columns_wrong" when there is no column for the name or one column is to be two things.
    """
    with transaction():
        roster = _open(roster_id)
        sheets = _sheets(roster)
        sheet = sheet if 0 <= sheet < len(sheets) else 0
        rows: Rows = sheets[sheet]["rows"]
        header_row = header_row if 0 <= header_row < len(rows) else 0
        if fields is None:
            if sheet != roster.choices["sheet"]:
                header_row = rostercolumns.guess_header_row(rows)
            fields = rostercolumns.guess_columns(rows, header_row).fields
        elif Field.NAME not in fields:
            raise Invalid("columns_wrong", _l("Choose the column that holds the names."))
        elif len(set(fields.values())) < len(fields):
            raise Invalid("columns_wrong", _l("One column cannot be two things. Please check the columns."))
        roster.state = "mapped" if Field.NAME in fields else "uploaded"
        roster.choices = roster.choices | {
            "sheet": sheet,
            "header_row": header_row,
            "fields": {field.value: column for field, column in fields.items()},
            "answers": {},
        }


def answer(roster_id: int, answers: Mapping[int, str]) -> None:
    """Note answers to questions (row number → a choice's value, "" takes it back). A row can need two."""
    with transaction():
        roster = _open(roster_id)
        noted = dict(roster.choices["answers"])
        for number, value in answers.items():
            which = value.startswith("division:")
            kept = [a for a in noted.get(str(number), "").split() if a.startswith("division:") is not which]
            noted[str(number)] = " ".join([*(kept if value else []), value[:40]]).strip()
        roster.choices = roster.choices | {"answers": {n: a for n, a in noted.items() if a}}


def confirm(
    roster_id: int, jurisdictions: Sequence[str], *, leave_out_bad: bool, actor_id: int, now: datetime
) -> dict[str, Any]:
    """Import every row that can be taken, in one transaction; gives what came of it, a second time the same.

    Raises Refusal "questions_open" or "rows_bad" while rows wait for an answer or are wrong and not left
    out, "nothing_to_import", and what `seats` or `nominations` refuse; nothing is written then.
    """
    with transaction(), messages.together():
        roster = db.session.scalar(select(RosterImport).where(RosterImport.id == roster_id).with_for_update())
        if roster is None:
            raise NotFound()
        if roster.state == "imported":
            return roster.result or {}
        roster = _open(roster_id)
        found = preview(roster, jurisdictions)
        counts = found.counts
        if counts[Outcome.QUESTION]:
            raise Refusal("questions_open", _l("Please answer the questions first. Nothing was imported."))
        if counts[Outcome.BAD] and not leave_out_bad:
            raise Refusal(
                "rows_bad", _l("Some rows cannot be taken. Correct the file, or tick that they are left out.")
            )
        if not found.taken:
            raise Refusal("nothing_to_import", _l("No row can be imported. Please check the columns."))
        result = _import(roster, found.taken, jurisdictions, actor_id=actor_id, now=now)
        result |= {"left_out": counts[Outcome.BAD] + counts[Outcome.SKIPPED]}
        roster.state, roster.result, roster.imported_at = "imported", result, now
        roster.choices = roster.choices | {"answers": {}}
        audit.record(
            audit.Action.ROSTER_IMPORTED, ("roster_import", roster.id), actor_id=actor_id, now=now, after=result
        )
        files.forget(roster.file_sha256)
        return result


def _import(
    roster: RosterImport, taken: Sequence[RowResult], jurisdictions: Sequence[str], *, actor_id: int, now: datetime
) -> dict[str, Any]:
    if roster.purpose == "nomination":
        ids = [result.person_id for result in taken if result.person_id is not None]
        named = nominations.nominate(roster.phase_id or 0, ids, jurisdictions=jurisdictions, actor_id=actor_id, now=now)
        return {"rows": len(taken), "nominated": named, "already": len(ids) - named}
    new = [result for result in taken if result.outcome is Outcome.NEW]
    made = iter(
        intake.create_many([intake.Newcomer(r.name, r.phone, r.division_code) for r in new], actor_id=actor_id, now=now)
    )
    wanted = {(next(made) if result.person_id is None else result.person_id): result.division_code for result in taken}
    kept = _number(taken, actor_id=actor_id, now=now)
    if roster.phase_id is not None:
        counts = rosterseats.enrol_many(roster.phase_id, wanted, source="roster", actor_id=actor_id, now=now)
    else:
        counts = rosterseats.register_many(roster.event_id or 0, wanted, source="roster", actor_id=actor_id, now=now)
    return {"rows": len(taken), "new": len(new), **counts, "numbers_kept": kept}


def _number(taken: Sequence[RowResult], *, actor_id: int, now: datetime) -> list[str]:
    """Give known persons without a phone number the roster's; gives the names of those whose number differs.

    Their number stays: by it they are found and log in.
    """
    phones = {r.person_id: r.phone for r in taken if r.person_id is not None and r.phone}
    differ = []
    for person in db.session.scalars(select(Person).where(Person.id.in_(phones))):
        if person.phone is None:
            person.phone = phones[person.id]
            audit.record(
                audit.Action.PERSON_CHANGED,
                ("person", person.id),
                actor_id=actor_id,
                now=now,
                after={"fields": ["phone"], "name": person.name},
            )
        elif person.phone != phones[person.id]:
            differ.append(person.name)
    db.session.flush()
    return differ[:50]


def discard(roster_id: int) -> None:
    """Throw an upload away, its cells with it. Harmless to repeat."""
    with transaction() as session:
        roster = session.get(RosterImport, roster_id, with_for_update=True)
        if roster is None:
            raise NotFound()
        if roster.state in OPEN:
            roster.state = "discarded"
            roster.choices = roster.choices | {"answers": {}}
            files.forget(roster.file_sha256)


@tasks.task("registration.rosters", every_minutes=60)
def forget_old(now: datetime) -> int:
    """Discard uploads that nobody finished; gives how many."""
    old = db.session.scalars(
        select(RosterImport.id).where(RosterImport.state.in_(OPEN), RosterImport.created_at < now - KEPT)
    ).all()
    for roster_id in old:
        discard(roster_id)
    return len(old)
