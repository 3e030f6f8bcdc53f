"""The room's pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("reports", __name__)
blueprints = (bp,)
