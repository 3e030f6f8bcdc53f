"""The national demo, told for four districts: the same rows every time, and each of them stands on facts."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.demo.nowhere import AREA, clear
from training_app.attendance.models import Attendance, Scan
from training_app.attendance.recording import recount
from training_app.core.db import Model, db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.demo.national import telling
from training_app.people import persons
from training_app.people.models import Person
from training_app.schedule.models import Slot


@pytest.fixture
def nowhere(app, now):
    """A database with Quanzhou's tree and nobody in it."""
    clear()
    return app


@pytest.fixture
def told(nowhere):
    """What was made of the four districts."""
    return telling.tell(cast.NOW, area=AREA)


def _count(model, *conditions):
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def _digest():
    """Of every row but passwords, whose hashes are salted."""
    found = hashlib.sha256()
    for table in Model.metadata.sorted_tables:
        columns = [column for column in table.c if column.name != "password_hash"]
        for row in db.session.execute(select(*columns).order_by(*table.primary_key.columns)):
            found.update(repr((table.name, *row)).encode())
    return found.hexdigest()


def test_the_same_day_gives_the_same_rows(told):
    first = _digest()
    clear()
    assert telling.tell(cast.NOW, area=AREA).rows == told.rows
    # Ids that PostgreSQL counts by itself go on after a deletion.
    if db.engine.dialect.name == "sqlite":
        assert _digest() == first


def test_both_databases_get_as_much(told):
    assert (told.rows["phase"], told.rows["slot"], told.rows["registration"]) == (7, 42, 2166)
    assert told.rows["attendance"] == _count(Attendance) == 2064


def test_every_attendance_is_what_a_recount_gives(told):
    def rows():
        columns = [column for column in Attendance.__table__.c if column.name != "id"]
        return set(map(tuple, db.session.execute(select(*columns))))

    before = rows()
    with transaction():
        for slot_id in db.session.scalars(select(Slot.id)).all():
            recount(slot_id)
    assert rows() == before
    assert {row[4] for row in before} == {"present", "late", "excused", "absent"}
    assert _count(Scan) < _count(Attendance)


def test_it_is_told_once_and_life_goes_on_after_it(told):
    with pytest.raises(Refusal) as refused:
        telling.tell(cast.NOW, area=AREA)
    assert refused.value.code == "not_empty" and _count(Person) == told.rows["person"]
    made = persons.find_or_create("新来人", "13912340003", actor_id=None, now=cast.NOW)
    assert made.id == told.rows["person"] + 1


def test_an_interrupted_telling_leaves_nothing_and_may_begin_anew(nowhere):
    def interrupt(_communities):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        telling.tell(cast.NOW, area=AREA, progress=interrupt)
    assert telling.is_free()
    assert telling.tell(cast.NOW, area=AREA).rows["person"] == _count(Person)


def test_a_code_without_communities_is_refused(nowhere):
    with pytest.raises(NotFound):
        telling.tell(cast.NOW, area="11")
