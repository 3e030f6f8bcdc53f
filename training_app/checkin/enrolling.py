"""A phone becomes an enrolled scanner: a QR for one phone, used within half an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from training_app.core import audit
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.core.links import Purpose, make_token, proves, secret_hash, subject_of
from training_app.people import logins
from training_app.people.models import Device

from . import devices

#: How long the QR may be used.
LASTS = timedelta(minutes=30)


def _token(device: Device) -> str:
    # The instant at which it ends is the revision: a later code makes an earlier one worthless.
    ends_at = int(device.enrol_until.timestamp()) if device.enrol_until else 0
    return make_token(Purpose.ENROL, device.id, ends_at)


def token_of(device: Device, now: datetime) -> str | None:
    """The secret of a scanner's QR while it may still be used, else None."""
    if device.enrol_hash is None or device.enrol_until is None or device.enrol_until <= now:
        return None
    token = _token(device)
    return token if secret_hash(token) == device.enrol_hash else None


def new_code(device_id: int, *, actor_id: int | None, now: datetime) -> str:
    """A fresh code for a scanner; the phone that uses it takes the place of the one before.

    Raises NotFound for an unknown device or a program, Refusal("device_revoked").
    """
    with transaction():
        device = devices.held(device_id)
        if device.kind != "scanner":
            raise NotFound()
        device.enrol_until = now + LASTS
        token = _token(device)
        device.enrol_hash = secret_hash(token)
        audit.record(
            audit.Action.DEVICE_CHANGED, ("device", device_id), actor_id=actor_id, now=now, after={"code": "new"}
        )
        return token


def device_of(token: str, now: datetime) -> Device:
    """The scanner that a code makes of a phone.

    Raises NotFound for a code that was never made, was replaced or whose device is gone, Refusal "code_used" for one
    that another phone has used, "code_over" for one whose half hour is past.
    """
    subject = subject_of(token)
    device = db.session.get(Device, subject) if subject is not None else None
    ends_at = int(device.enrol_until.timestamp()) if device and device.enrol_until else 0
    if not proves(token, Purpose.ENROL, subject or 0, ends_at) or device is None or device.enrol_until is None:
        raise NotFound()
    if device.revoked_at is not None:
        raise NotFound()
    if device.enrol_hash is None:
        raise Refusal(
            "code_used",
            _l(
                "This code was already used by another phone, now the scanner “%(name)s”. Ask for a new code.",
                name=device.name,
            ),
        )
    if device.enrol_until <= now:
        raise Refusal("code_over", _l("This code was good for half an hour, which is past. Ask for a new one."))
    return device


def enrol(token: str, *, agent: str, now: datetime) -> str:
    """Make this phone the scanner; gives its login's token. Of two phones at once one wins.

    Raises what `device_of` raises.
    """
    with transaction() as session:
        device = device_of(token, now)
        won = session.execute(
            update(Device)
            .where(Device.id == device.id, Device.enrol_hash == secret_hash(token), Device.revoked_at.is_(None))
            .values(enrol_hash=None, agent=agent[:60], last_seen_at=now)
            .execution_options(synchronize_session=False)
        )
        session.refresh(device)
        if won.rowcount != 1:  # type: ignore[attr-defined]
            device_of(token, now)
            raise NotFound()
        devices.log_out(device.id, now)
        audit.record(
            audit.Action.DEVICE_ENROLLED, ("device", device.id), actor_id=None, now=now, after={"agent": agent[:60]}
        )
        return logins.open_login(
            how="device",
            device_id=device.id,
            device_name=device.name,
            expires_at=devices.lasts(device.id, now),
            now=now,
        )
