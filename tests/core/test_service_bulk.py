"""Rows written in bulk read as those written one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import inspect, select

from tests import cast
from training_app.certificates.models import Rule
from training_app.core import bulk
from training_app.core.db import db, transaction
from training_app.divisions.models import Division
from training_app.people.models import Person, Post
from training_app.schedule.models import Slot


def _write(model, columns, *rows):
    with transaction():
        loader = bulk.Loader(model, columns.split())
        loader.append(rows)
        loader.close()
    return loader.count


def test_instants_decimals_and_json_come_back_as_they_were(app):
    moment = datetime(2026, 6, 1, 8, 30, 15, 250000, tzinfo=timezone(timedelta(hours=8)))
    columns = "id event_id label starts_at ends_at checkin_opens_at checkin_closes_at late_after credit_hours"
    end = moment + timedelta(hours=3)
    _write(Slot, columns, (900, cast.TODAY_EVENT, "evening", moment, end, moment, end, moment, Decimal("3.5")))
    slot = db.session.get(Slot, 900)
    assert slot.starts_at == moment.astimezone(UTC) and slot.credit_hours == Decimal("3.5")
    conditions = {"说": ["一\t二\n", '"'], "n": None}
    _write(Rule, "id programme_id version conditions created_at", (900, cast.PROGRAMME, 9, conditions, moment))
    assert db.session.get(Rule, 900).conditions == conditions
    _write(Division, "code name level parent_code valid_from", ("99", "某省\\N", "province", None, date(2026, 1, 2)))
    made = db.session.get(Division, "99")
    assert (made.name, made.parent_code, made.valid_from) == ("某省\\N", None, date(2026, 1, 2))


def test_the_table_counts_on_after_them(app):
    columns = "id name pinyin link_revision feed_revision unconfirmed created_at"
    assert _write(Person, columns, *((n, "某人", "", 0, 0, False, cast.NOW) for n in range(500, 700))) == 200
    with transaction() as session:
        one = Person(name="下一人", created_at=cast.NOW)
        session.add(one)
    assert one.id == 700


def test_nothing_stays_of_what_was_rolled_back(app):
    try:
        with transaction():
            bulk.Loader(Division, ["code", "name", "level"]).append([("99", "某省", "province")])
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert db.session.get(Division, "99") is None


def test_among_finds_very_many_values(app):
    wanted = [cast.KAIYUAN, cast.FUQIAO, *(f"{n}" for n in range(10**6, 10**6 + 40_000))]
    found = db.session.scalars(select(Division.code).where(bulk.among(Division.code, wanted)))
    assert set(found) == {cast.KAIYUAN, cast.FUQIAO}
    assert db.session.scalar(select(Division.code).where(bulk.among(Division.code, []))) is None


def test_a_missing_key_is_found_at_the_end_and_the_keys_are_back(app):
    def keys():
        return {key["name"] for key in inspect(db.engine).get_foreign_keys("post")}

    before = keys()
    with pytest.raises(Exception, match=r"(?i)foreign key"), transaction(), bulk.keys_checked_at_the_end([Post]):
        columns = ["id", "division_code", "kind", "person_id", "started_on", "appointed"]
        bulk.Loader(Post, columns).append([(900, "999999999999", "director", 1, date(2026, 1, 1), "elected")])
    assert keys() == before and db.session.get(Post, 900) is None
    with transaction(), bulk.keys_checked_at_the_end([Post]):
        pass
    assert keys() == before
