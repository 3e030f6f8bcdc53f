"""The table of scores as a workbook: to fill in without a network and to upload again."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from training_app.core.db import db
from training_app.core.spreadsheets import Column, Sheet, xlsx
from training_app.people.models import Person
from training_app.people.phones import shown

from .roll import places, roll
from .service import points


def score_sheet(programme_id: int, title: str, areas: Sequence[str]) -> bytes:
    """Everyone who takes part with what is entered, as XLSX. The headings are those that the import reads."""
    people = roll(programme_id, areas)
    ids = [person.id for person in people]
    rows_of_phones = db.session.execute(select(Person.id, Person.phone).where(Person.id.in_(ids)))
    phones = {row[0]: row[1] for row in rows_of_phones}
    where, tries = places(person.division_code for person in people), points(programme_id, ids)
    columns = (
        Column("序号", 6),
        Column("街道（乡镇）", 18),
        Column("村（社区）", 22),
        Column("姓名", 12),
        Column("联系电话", 16),
        Column("成绩", 8),
        Column("补考", 8),
    )
    rows = []
    for number, person in enumerate(people, 1):
        place = where.get(person.division_code)
        mine = tries.get(person.id, {})
        rows.append(
            (
                number,
                place.subdistrict if place else "",
                place.community if place else "",
                person.name,
                shown(phones.get(person.id) or ""),
                mine.get(1),
                mine.get(2),
            )
        )
    return xlsx([Sheet(_("Scores"), columns, rows, title=title)])
