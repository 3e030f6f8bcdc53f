"""Each test starts from the same data, whatever the test before it did."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, inspect, select, text, update

from tests import cast
from training_app.core.db import Model, db, transaction
from training_app.people.models import Login, Person
from training_app.schedule.models import Venue


def _everything(database):
    with database.app.app_context():
        held = {
            table.name: sorted(map(repr, db.session.execute(select(table)))) for table in Model.metadata.sorted_tables
        }
        columns = {
            name: [column["name"] for column in inspect(db.engine).get_columns(name)]
            for name in sorted(inspect(db.engine).get_table_names())
        }
        db.session.remove()
    return held, columns


def _venue():
    return db.session.scalar(insert(Venue).values(name="新", division_code=cast.LICHENG).returning(Venue.id))


def _add():
    with transaction():
        _venue()


def _change():
    with transaction() as session:
        session.execute(update(Person).values(name="别人"))


def _take_away():
    with transaction() as session:
        session.execute(delete(Login))


def _change_much():
    with transaction() as session:
        session.execute(insert(Venue), [{"name": "众", "division_code": cast.LICHENG}] * 3_000)


def _change_a_table():
    with db.engine.connect() as connection:
        connection.execute(text("ALTER TABLE venue ADD COLUMN more INTEGER"))


def _leave_a_transaction_open():
    connection = db.engine.connect()
    connection.exec_driver_sql("BEGIN")
    connection.execute(update(Person).values(name="别人"))
    _LEFT.append(connection)


def _nothing():
    db.session.scalars(select(Person)).all()


_LEFT = []
DEEDS = [_nothing, _add, _change, _take_away, _change_much, _change_a_table, _leave_a_transaction_open]


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__.strip("_"))
def test_what_a_test_did_is_undone(database, deed):
    before = _everything(database)
    with database.app.app_context():
        deed()
        db.session.remove()
    if deed not in (_nothing, _leave_a_transaction_open):
        assert _everything(database) != before
    database.reset()
    assert _everything(database) == before
    # And can be written to.
    with database.app.app_context():
        _add()
        db.session.remove()


def test_new_rows_get_the_same_ids_in_each_test(database):
    def new_id():
        with database.app.app_context(), transaction():
            return _venue()

    first = new_id()
    assert new_id() == first + 1
    database.reset()
    assert new_id() == first
