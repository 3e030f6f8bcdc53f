"""Badges: a certificate as an Open Badges 3.0 credential that its holder takes along, and the lists of what is void."""

from __future__ import annotations

import hashlib
import json
import random
import secrets
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from training_app.core import audit
from training_app.core.db import db, insert_unless_there, transaction
from training_app.core.errors import NotFound, Refusal

from . import badgekeys, badgewords
from .models import Achievement, Badge, Certificate
from .papers import state_of

#: Of a badge and of a list, as files and answers.
MEDIA_TYPE = "application/vc+jwt"
#: Lists are left half empty, so that where an entry stands tells nothing of when it came.
_FULL = badgewords.LIST_LENGTH // 2


def refuse_void(certificate: Certificate) -> None:
    """Raises Refusal "not_valid" for a paper that was taken back or replaced."""
    if state_of(certificate) != "valid":
        raise Refusal("not_valid", _l("This certificate does not hold any more, so there is nothing to share of it."))


def take(certificate: Certificate, *, base: str, actor_id: int, now: datetime) -> str:
    """The certificate's badge as a signed text, with its place in a list taken the first time. Harmless to repeat.

    `base` is the address at which issuer, keys and lists stay. Raises Refusal "not_valid" or "badge_key".
    """
    refuse_void(certificate)
    badgekeys.known()
    with transaction() as session:
        # Whoever takes the same badge at the same time waits here.
        session.scalar(select(Certificate.id).where(Certificate.id == certificate.id).with_for_update())
        # Its address is by chance and tells nothing of the programme.
        insert_unless_there(Achievement, _wording(certificate) | {"code": secrets.token_hex(8)}, ["digest"])
        if session.get(Badge, certificate.id) is None:
            _place(certificate.id, now)
            audit.record(audit.Action.BADGE_MADE, ("certificate", certificate.id), actor_id=actor_id, now=now)
    made = taken(certificate, base=base)
    if made is None:
        raise NotFound()
    return made


def taken(certificate: Certificate, *, base: str) -> str | None:
    """The badge of a certificate whose holder took it before; None where she did not."""
    row = db.session.execute(
        select(Badge, Achievement)
        .join(Achievement, Achievement.digest == _wording(certificate)["digest"])
        .where(Badge.certificate_id == certificate.id)
    ).first()
    if row is None:
        return None
    badge, achieved = row
    said = badgewords.credential(
        base,
        issuer_name=issuer_name(),
        achieved=_said(achieved, base),
        facts=certificate.facts,
        serial=certificate.serial,
        verify_code=certificate.verify_code,
        issued_at=certificate.issued_at,
        status=(badge.list_number, badge.position),
    )
    return _signed(said, base)


def issuer_name() -> str:
    """Who issues badges here."""
    return str(current_app.config["BADGE_ISSUER"] or current_app.config["PRODUCT_NAME_ZH"])


def profile(base: str) -> dict[str, Any]:
    """The issuer with its keys. Raises Refusal "badge_key"."""
    return badgewords.profile(base, issuer_name(), map(badgekeys.public, badgekeys.known()))


def public_keys() -> list[dict[str, Any]]:
    """Every key whose badges hold. Raises Refusal "badge_key"."""
    return [badgekeys.public(key) for key in badgekeys.known()]


def public_key(thumbprint: str) -> dict[str, Any]:
    """The key with this thumbprint. Raises NotFound and Refusal "badge_key"."""
    for key in public_keys():
        if key["kid"] == thumbprint:
            return key
    raise NotFound()


def achievement(code: str, base: str) -> dict[str, Any]:
    """What was achieved, by the code in its address. Raises NotFound."""
    found = db.session.scalar(select(Achievement).where(Achievement.code == code[:16]))
    if found is None:
        raise NotFound()
    return {"@context": badgewords.CONTEXT, **_said(found, base)}


def status_list(number: int, base: str) -> str:
    """A list as a signed text, the same until something is taken back; three statements at most. Raises NotFound."""
    newer = aliased(Certificate)
    began = db.session.scalar(select(func.min(Badge.created_at)).where(Badge.list_number == number))
    if began is None:
        raise NotFound()
    rows = db.session.execute(
        select(Badge.position, Certificate.revoked_at, newer.issued_at)
        .join(Certificate, Certificate.id == Badge.certificate_id)
        .outerjoin(newer, newer.id == Certificate.replaced_by_id)
        .where(
            Badge.list_number == number,
            or_(Certificate.revoked_at.is_not(None), Certificate.replaced_by_id.is_not(None)),
        )
    ).all()
    since = max([began, *(moment for _position, *moments in rows for moment in moments if moment is not None)])
    said = badgewords.status_list(
        base, number, issuer_name=issuer_name(), since=since, revoked=(row.position for row in rows)
    )
    return _signed(said, base)


def _signed(said: dict[str, Any], base: str) -> str:
    header = {"kid": badgewords.key_address(base, badgekeys.known()[0].thumbprint()), "typ": "JWT"}
    text = json.dumps(badgewords.claims(said), ensure_ascii=False, separators=(",", ":"))
    return badgekeys.sign(header, text.encode())


def _wording(certificate: Certificate) -> dict[str, Any]:
    """What all papers of this kind and wording have in common, with the digest that tells it from others."""
    facts = certificate.facts
    said = {
        "programme_id": certificate.programme_id,
        "kind": certificate.kind,
        "title": facts["programme_title"],
        "host": facts["host"],
        "specimen": bool(facts["specimen"]),
    }
    return said | {"digest": hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}


def _place(certificate_id: int, now: datetime) -> None:
    newest, used = db.session.execute(
        select(Badge.list_number, func.count()).group_by(Badge.list_number).order_by(Badge.list_number.desc()).limit(1)
    ).one_or_none() or (1, 0)
    number = newest + 1 if used >= _FULL else newest
    chance = random.SystemRandom()
    made = None
    while made is None:
        # A place that someone has, or that another transaction just took, makes no row.
        row = {"certificate_id": certificate_id, "list_number": number, "created_at": now}
        made = insert_unless_there(Badge, row | {"position": chance.randrange(badgewords.LIST_LENGTH)}, None)


def _said(found: Achievement, base: str) -> dict[str, Any]:
    return badgewords.achievement(
        base, found.code, kind=found.kind, title=found.title, host=found.host, specimen=found.specimen
    )
