"""Prepared statements say what SQLAlchemy says of the same statement, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests import cast
from training_app.core.db import db, session_connection, transaction
from training_app.core.prepared import Prepared
from training_app.people.models import Device
from training_app.registration.models import Registration
from training_app.schedule.models import Slot

SLOTS = (
    select(Slot.id, Slot.starts_at, Slot.credit_hours, Slot.label)
    .where(Slot.starts_at > bindparam("after"), Slot.starts_at < bindparam("before"))
    .order_by(Slot.id)
)


def _device(**values):
    return {
        "organisation_id": 1,
        "created_by_id": cast.CAST["organiser"].id,
        "name": "entrance",
        "kind": "scanner",
        "created_at": cast.NOW,
        "agent": "",
        "queued": 0,
        "scopes": ["door:scan"],
    } | values


def test_rows_are_what_the_connection_gives(app):
    given = {"after": cast.NOW - timedelta(days=400), "before": cast.NOW + timedelta(days=400)}
    rows = Prepared(SLOTS).all(session_connection(), given)
    assert rows == session_connection().execute(SLOTS, given).all()
    assert rows and rows[0].starts_at.tzinfo is not None


def test_one_statement_may_be_sent_again_and_again_and_find_nothing(app):
    slots = Prepared(SLOTS)
    long_ago = {"after": cast.NOW - timedelta(days=4000), "before": cast.NOW - timedelta(days=3999)}
    assert slots.first(session_connection(), long_ago) is None
    given = {"after": cast.NOW - timedelta(days=400), "before": cast.NOW + timedelta(days=400)}
    assert slots.first(session_connection(), given).id == 1


def test_what_is_written_is_read_with_its_types(app):
    write = Prepared(insert(Device).returning(Device.id, Device.scopes, Device.created_at))
    with transaction():
        row = write.first(session_connection(), _device())
    assert (row.scopes, row.created_at) == (["door:scan"], cast.NOW)
    assert db.session.get(Device, row.id).name == "entrance"


def test_a_broken_rule_is_sqlalchemys_error_without_the_values(app):
    write = Prepared(insert(Device).returning(Device.id))
    with pytest.raises(IntegrityError) as caught, transaction():
        write.first(session_connection(), _device(name=None, agent="secret agent"))
    assert isinstance(caught.value, DBAPIError)
    assert "secret agent" not in str(caught.value).partition("DETAIL")[0]


def test_a_value_that_the_statement_would_have_to_make_up_is_refused(app):
    with pytest.raises(ValueError):
        Prepared(insert(Registration)).all(session_connection(), {"event_id": 4})


def test_a_statement_that_is_not_a_form_of_this_database_is_an_error(app):
    here = session_connection().dialect.name
    other = "postgresql" if here == "sqlite" else "sqlite"
    with pytest.raises(LookupError):
        Prepared(**{other: SLOTS}).all(session_connection(), {})


def test_it_is_counted_like_any_other(app, count_statements):
    given = {"after": cast.NOW, "before": cast.NOW}
    slots = Prepared(SLOTS)
    assert count_statements(lambda: slots.all(session_connection(), given)) == 1
