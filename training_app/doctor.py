"""Is this installation whole? Each check says what it found and, where something is wrong, what to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from .certificates import badgekeys, signingkeys
from .core import glyphs
from .core.db import db
from .core.errors import Refusal
from .divisions.models import Division
from .people import grants

#: A new certificate takes its time to be had.
_SOON = timedelta(days=60)
_ROOM = Path(__file__).resolve().parent
FONTS = ("NotoSansSC_400Regular.ttf", "NotoSerifSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf")


class Finding(NamedTuple):
    """What one check found. `state` is ok, warning or wrong."""

    state: str
    what: str
    sentence: str


def _settings(_now: datetime) -> Iterator[Finding]:
    public = current_app.config["PUBLIC_URL"]
    if not public:
        yield Finding("warning", "PUBLIC_URL", "is empty: links and QR codes carry the address of the request")
    elif not public.startswith("https://"):
        yield Finding("warning", "PUBLIC_URL", "is not https: phones refuse the camera, WeChat warns")
    elif not current_app.config["SESSION_COOKIE_SECURE"]:
        yield Finding("warning", "SECURE_COOKIES", "is off though PUBLIC_URL is https: set SECURE_COOKIES=1")
    else:
        yield Finding("ok", "settings", public)
    folder = Path(current_app.config["INSTANCE"])
    if folder.exists() and folder.stat().st_mode & 0o007:
        yield Finding("warning", "instance", f"everyone on this machine can look into it: chmod 700 {folder}")
    for name in ("secret.key", signingkeys.SELF_MADE, badgekeys.SELF_MADE):
        key = folder / name
        if key.exists() and key.stat().st_mode & 0o077:
            yield Finding("wrong", name, f"others can read it: chmod 600 {key}")
    if len(str(current_app.config["SECRET_KEY"])) < 14:
        yield Finding("wrong", "SECRET_KEY", "is too short to be a secret: unset it, or give 32 random characters")


def _database(_now: datetime) -> Iterator[Finding]:
    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    newest = ScriptDirectory(str(_ROOM / "migrations")).get_current_head()
    if present == newest:
        yield Finding("ok", "database", f"{db.engine.dialect.name}, version {present}")
    else:
        yield Finding("wrong", "database", f"version {present}, newest is {newest}: run `flask init`")


def _files(_now: datetime) -> Iterator[Finding]:
    folder = Path(current_app.config["FILES"])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".doctor.{os.getpid()}"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as fault:
        yield Finding("wrong", "files", f"{folder} cannot be written: {fault.strerror}")
    else:
        yield Finding("ok", "files", str(folder))


def _divisions(_now: datetime) -> Iterator[Finding]:
    count = db.session.scalar(select(func.count()).select_from(Division)) or 0
    if count:
        yield Finding("ok", "divisions", f"{count} divisions")
    else:
        yield Finding("wrong", "divisions", "none: run `flask divisions import`")


def _administrator(now: datetime) -> Iterator[Finding]:
    count = grants.administrators(now)
    if count:
        yield Finding("ok", "administrators", str(count))
    else:
        yield Finding("wrong", "administrators", "none: run `flask admin create`")


def _fonts(_now: datetime) -> Iterator[Finding]:
    missing = [name for name in FONTS if not (_ROOM / "fonts" / name).is_file()]
    if missing:
        yield Finding("wrong", "fonts", f"missing in {_ROOM / 'fonts'}: {', '.join(missing)}")
    else:
        yield Finding("ok", "fonts", f"{len(FONTS)} faces")
    if not glyphs.RARE.is_file():
        command = "apt install fonts-hanazono"
        yield Finding(
            "warning", "rare characters", f"names with such as 𠮷 cannot be printed until you run `{command}`"
        )


def _signing(now: datetime) -> Iterator[Finding]:
    if not signingkeys.given(current_app.config):
        yield Finding("warning", "signing", "by a pair of its own: PDF readers call the signer unknown")
        return
    try:
        found = signingkeys.pair(current_app.config, now)
    except Refusal as fault:
        yield Finding("wrong", "signing", f"{fault.details['fault']}: see SIGNING_… in .env.example")
        return
    until = found.certificate.not_valid_after_utc
    if until - now < _SOON:
        yield Finding("warning", "signing", f"the certificate ends on {until:%Y-%m-%d}: have it renewed")
    else:
        yield Finding("ok", "signing", f"{found.certificate.subject.rfc4514_string()}, until {until:%Y-%m-%d}")


def _badges(_now: datetime) -> Iterator[Finding]:
    # Nothing is said of a key of its own: it may not be made yet, and asking would make it.
    path = current_app.config["BADGE_KEYS"]
    if path:
        try:
            yield Finding("ok", "badges", f"{len(badgekeys.known())} keys in {path}")
        except Refusal as fault:
            yield Finding("wrong", "badges", f"{path}: {fault.details['fault']}: see BADGE_KEYS in .env.example")


def examine(now: datetime) -> list[Finding]:
    """Every finding, in the order in which things are set up. A check that breaks is itself a finding."""
    checks: tuple[Callable[[datetime], Iterator[Finding]], ...] = (
        _settings, _database, _files, _divisions, _administrator, _fonts, _signing, _badges,
    )  # fmt: skip
    found: list[Finding] = []
    for check in checks:
        try:
            found += check(now)
        except SQLAlchemyError as fault:
            reason = str(getattr(fault, "orig", None) or fault).splitlines()[0]
            found.append(Finding("wrong", check.__name__.strip("_"), f"the database does not answer: {reason}"))
    return found
