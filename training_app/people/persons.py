"""Persons: found, created, changed, searched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from training_app.core import audit
from training_app.core.db import db, insert_unless_there, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.divisions.models import Division
from training_app.divisions.rules import within_any

from . import names, phones
from .models import Person, Post


def _by_phone(phone: str) -> Person | None:
    person = db.session.scalar(select(Person).where(Person.phone == phone).with_for_update())
    while person is not None and person.merged_into_id is not None:
        person = db.session.get(Person, person.merged_into_id)
    return person


def _works_in(code: str) -> ColumnElement[bool]:
    held = exists().where(Post.person_id == Person.id, Post.division_code == code, Post.ended_on.is_(None))
    return or_(Person.division_code == code, held)


def _namesake_here(name: str, division_code: str, *, without_phone: bool) -> Person | None:
    wanted = [Person.name == name, Person.merged_into_id.is_(None), _works_in(division_code)]
    if without_phone:
        wanted.append(Person.phone.is_(None))
    found = db.session.scalars(select(Person).where(*wanted).limit(2)).all()
    return found[0] if len(found) == 1 else None


def _must_exist(division_code: str | None) -> None:
    if division_code and db.session.get(Division, division_code) is None:
        sentence = _l("Please choose the community from the list.")
        raise Invalid("division_unknown", sentence, {"division": sentence})


def find_or_create(
    name: str,
    phone: str | None = None,
    *,
    division_code: str | None = None,
    actor_id: int | None,
    now: datetime,
    unconfirmed: bool = False,
) -> Person:
    """The person with this phone number, or a new one.

    Without a phone number someone of the same name in the same community is the same person, unless
    the caller is unconfirmed (typed at the door): a name alone never stands for someone known.
    Raises Invalid("name_differs") when the number belongs to someone of another name.
    """
    name = names.normalise(name)
    number = phones.normalise(phone) if phone and str(phone).strip() else None
    with transaction() as session:
        _must_exist(division_code)
        person = _by_phone(number) if number else None
        if person is None and division_code and not unconfirmed:
            person = _namesake_here(name, division_code, without_phone=number is not None)
            if person is not None and number:
                person.phone = number
        if person is None:
            values: dict[str, Any] = {
                "name": name,
                "pinyin": names.pinyin_of(name),
                "phone": number,
                "division_code": division_code,
                "unconfirmed": unconfirmed,
                "link_revision": 0,
                "created_at": now,
            }
            made = insert_unless_there(Person, values, ["phone"])
            person = session.get(Person, made) if made else _by_phone(number or "")
            if made:
                audit.record(
                    audit.Action.PERSON_CREATED, ("person", made), actor_id=actor_id, now=now, after={"name": name}
                )
        if person is None:
            raise NotFound()
        if person.name != name:
            sentence = _l("This phone number belongs to someone else. Please check name and number.")
            raise Invalid("name_differs", sentence, {"phone": sentence}, person_id=person.id)
        return person


def change(
    person_id: int,
    *,
    name: str,
    phone: str | None,
    email: str | None,
    sex: str | None,
    division_code: str | None,
    actor_id: int,
    now: datetime,
) -> Person:
    """Set what is known of a person; whoever edits also confirms a walk-in.

    Raises Invalid("phone_taken") when another person has the number; nothing is changed then.
    """
    name = names.normalise(name)
    number = phones.normalise(phone) if phone and phone.strip() else None
    address = (email or "").strip() or None
    if address and ("@" not in address[1:-1] or any(c.isspace() for c in address) or len(address) > 120):
        sentence = _l("This is not an e-mail address. Leave it empty if there is none.")
        raise Invalid("email_invalid", sentence, {"email": sentence})
    with transaction() as session:
        _must_exist(division_code)
        person = session.get(Person, person_id, with_for_update=True)
        if person is None:
            raise NotFound()
        if number:
            other = session.scalar(select(Person.id).where(Person.phone == number, Person.id != person_id))
            if other:
                sentence = _l("Someone else already has this phone number. Search for it before you change it here.")
                raise Invalid("phone_taken", sentence, {"phone": sentence}, person_id=other)
        changed = {
            key: value
            for key, value in (
                ("name", name),
                ("phone", number),
                ("email", address),
                ("sex", sex or None),
                ("division_code", division_code or None),
                ("unconfirmed", False),
            )
            if getattr(person, key) != value
        }
        if "name" in changed:
            person.pinyin = names.pinyin_of(name)
        for key, value in changed.items():
            setattr(person, key, value)
        if changed:
            # Which fields, and the name; never the number itself.
            after = {"fields": sorted(changed), "name": name}
            audit.record(audit.Action.PERSON_CHANGED, ("person", person_id), actor_id=actor_id, now=now, after=after)
        return person


def in_area(jurisdictions: tuple[str, ...] | list[str]) -> ColumnElement[bool]:
    """The condition that a person holds a present post in the area, or works there without one."""
    if "" in jurisdictions:
        return Person.id.is_not(None)
    now = Post.ended_on.is_(None)
    here = select(Post.person_id).where(now, within_any(Post.division_code, tuple(jurisdictions)))
    # Asked of each who works there: as a set it would be everyone who holds a post anywhere.
    holds = exists().where(Post.person_id == Person.id, now)
    return or_(Person.id.in_(here), and_(within_any(Person.division_code, tuple(jurisdictions)), ~holds))


def matches(text: str) -> ColumnElement[bool]:
    """The condition that a person's name, pinyin, initials or last digits of the phone match what was typed."""
    # PostgreSQL takes no NUL in a text.
    text = text.replace("\0", "")
    plain = "".join(text.split()).lower()
    escaped, spaced = (
        one.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for one in (plain, text.strip())
    )
    if plain.isdigit():
        return Person.phone.like(f"%{escaped}", escape="\\")
    wanted: ColumnElement[bool] = Person.name.like(f"%{escaped}%", escape="\\")
    if plain.isascii():
        wanted = or_(
            wanted,
            Person.pinyin.like(f"{escaped}%", escape="\\"),
            Person.pinyin.like(f"% {escaped}%", escape="\\"),
            Person.name.ilike(f"%{spaced}%", escape="\\"),
        )
    return wanted


def searchable(text: str, jurisdictions: tuple[str, ...] | list[str]) -> Select[Any]:
    """The statement of persons in the area that match; merged ones are left out."""
    statement = select(Person).where(Person.merged_into_id.is_(None), in_area(jurisdictions))
    if text.strip():
        statement = statement.where(matches(text))
    return statement.order_by(Person.pinyin, Person.name, Person.id)


def search(text: str, jurisdictions: tuple[str, ...] | list[str], limit: int = 20) -> list[Person]:
    """Persons in the jurisdictions by Chinese name, pinyin, initials or at least four last digits of the phone."""
    plain = "".join(text.split())
    if not plain or (plain.isdigit() and len(plain) < 4):
        return []
    return list(db.session.scalars(searchable(text, jurisdictions).limit(limit)))


def names_of(person_ids: Iterable[int]) -> dict[int, str]:
    """The names of these persons, in one statement."""
    found = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(set(person_ids))))
    return {row.id: row.name for row in found}
