"""Those who log in: an administrator; for the first city an organiser, its province's auditor, a supervisor."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from training_app.core.actors import Role
from training_app.core.db import db
from training_app.demo.stage import PASSWORD
from training_app.demo.story import ACCOUNTS
from training_app.people import passwords
from training_app.people.models import Account, Grant, Post

from .courses import City


def open_accounts(administrator_id: int, auditor_id: int, city: City, now: datetime) -> None:
    """Give them accounts with the demo's password, and roles. Their persons are written already."""
    session = db.session
    first = session.execute(
        select(Post.person_id, Post.division_code)
        .where(Post.kind == "supervisor", Post.ended_on.is_(None))
        .order_by(Post.id)
        .limit(1)
    ).first()
    roles = [
        ("administrator", administrator_id, Role.ADMINISTRATOR, None, None),
        ("organiser", city.organiser_id, Role.ORGANISER, city.office_id, None),
        ("auditor", auditor_id, Role.AUDITOR, None, city.code[:2]),
    ]
    if first is not None:
        roles.append(("supervisor", first.person_id, Role.SUPERVISOR, None, first.division_code))
    hashed = passwords.hash_of(PASSWORD)
    lines = [f"Demo accounts 演示账号, each with the password 密码 {PASSWORD}", ""]
    for username, person_id, role, organisation_id, code in roles:
        session.add(Account(person_id=person_id, username=username, password_hash=hashed, must_change=False))
        session.add(
            Grant(
                person_id=person_id,
                role=role.value,
                organisation_id=organisation_id,
                division_code=code,
                valid_from=now,
                given_by_id=administrator_id,
            )
        )
        lines.append(f"  {username:<14} {code or (city.office if organisation_id else '全国')}")
    session.flush()
    path = Path(current_app.config["INSTANCE"]) / ACCOUNTS
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o600)
