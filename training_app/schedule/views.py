"""The room's pages."""

from __future__ import annotations

from flask import Blueprint

from . import models, news  # noqa: F401

bp = Blueprint("schedule", __name__)
blueprints = (bp,)
