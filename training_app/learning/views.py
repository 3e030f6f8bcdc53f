"""The room's pages."""

from __future__ import annotations

from flask import Blueprint

from . import models  # noqa: F401

bp = Blueprint("learning", __name__)
blueprints = (bp,)
