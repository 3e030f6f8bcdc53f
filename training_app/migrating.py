"""The database's versions. Loaded by the commands alone: a web worker needs no migration tool in its memory."""

from __future__ import annotations

import flask_migrate
from flask import current_app

from config import ROOT

from .core.db import db


def _ready() -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if "migrate" not in app.extensions:
        flask_migrate.Migrate(app, db, directory=str(ROOT / "training_app" / "migrations"), render_as_batch=False)


def upgrade() -> None:
    """Bring the application's database to the newest version."""
    _ready()
    flask_migrate.upgrade()


def check() -> None:
    """Exit with an error where the models say something else than the migrations."""
    _ready()
    flask_migrate.check()


def make(revision: str, message: str) -> None:
    """Write a migration from what the models say beyond the application's database."""
    _ready()
    flask_migrate.migrate(rev_id=revision, message=message)
