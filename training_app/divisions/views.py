"""The room's pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from training_app.web import access

from . import forms, models  # noqa: F401

bp = Blueprint("divisions", __name__)
blueprints = (bp,)


@bp.get("/divisions/<code>/communities")
@access.public
def communities(code: str) -> Any:
    """The communities of a subdistrict, of the public register, for a page that lets one choose."""
    answer = jsonify(communities=[{"code": key, "name": name} for key, name in forms.choices_of(code)])
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
