"""The kiosk's digits, and who someone is by name and four digits."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import cast
from training_app.checkin import kiosk
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid
from training_app.people import names
from training_app.people.models import Person
from training_app.registration import seats, walkins

SLOT = cast.TODAY_SLOT


def test_four_digits_open_what_they_sealed_on_this_login_and_slot_alone(app):
    sealed = kiosk.seal("4821", SLOT, 100)
    assert kiosk.opens(sealed, "4821", SLOT, 100)
    assert "4821" not in sealed
    for code, slot, login in (("4822", SLOT, 100), ("", SLOT, 100), ("4821", 5, 100), ("4821", SLOT, 2)):
        assert not kiosk.opens(sealed, code, slot, login)


@pytest.mark.parametrize("code", ["", "123", "12345", "12a4", "１２３４", " 123"])
def test_anything_but_four_digits_starts_no_kiosk(app, code):
    with pytest.raises(Invalid) as refused:
        kiosk.seal(code, SLOT, 100)
    assert "code" in refused.value.fields


@pytest.mark.parametrize("typed", ["陈丽华", " 陈 丽华 ", "chenlihua", "Chen Lihua"])
def test_a_name_or_its_pinyin_with_the_four_digits_finds_the_one(ticket_of, typed):
    chen, _token = ticket_of("chen")
    with transaction() as session:
        person = session.get(Person, chen.person_id)
        person.pinyin = names.pinyin_of(person.name)
    assert kiosk.find(SLOT, typed, "0007") == chen.id


@pytest.mark.parametrize(
    ("name", "digits"),
    [
        ("陈丽华", "0008"),
        ("陈丽", "0007"),
        ("clh", "0007"),
        ("", "0007"),
        ("陈丽华", ""),
        ("陈丽华", "7"),
        ("陈丽华", "%%%%"),
        ("%", "0007"),
        # On the cast, not on the list.
        ("张淑英", "0009"),
    ],
)
def test_a_part_of_a_name_a_wrong_number_or_someone_not_on_the_list_finds_nobody(ticket_of, name, digits):
    ticket_of("chen")
    with pytest.raises(Invalid):
        kiosk.find(SLOT, name, digits)


def test_of_two_of_one_name_and_the_same_digits_neither_is_chosen(ticket_of):
    ticket_of("chen")
    walkins.walk_in(
        cast.TODAY_EVENT,
        name="陈丽华",
        phone="13900000007",
        division_code=None,
        actor_id=2,
        now=cast.NOW,
    )
    with pytest.raises(Invalid):
        kiosk.find(SLOT, "陈丽华", "0007")


def test_finding_takes_one_statement_for_one_and_for_a_hundred(ticket_of, count_statements):
    ticket_of("chen")
    one = count_statements(lambda: kiosk.find(SLOT, "陈丽华", "0007"))
    with transaction() as session:
        session.add_all(
            [
                Person(name=f"某人{n}", phone=f"+8613700{n:02}0007", created_at=cast.LONG_AGO, pinyin="")
                for n in range(60)
            ]
        )
        session.flush()
        for person in db.session.scalars(select(Person.id).where(Person.name.startswith("某人"))).all():
            seats.register(cast.TODAY_EVENT, person, source="organiser", actor_id=2, now=cast.NOW)
    assert count_statements(lambda: kiosk.find(SLOT, "陈丽华", "0007")) == one == 1
