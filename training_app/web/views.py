"""The few pages that belong to no room."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, request
from flask_wtf.csrf import generate_csrf
from sqlalchemy import text

from training_app.core.db import db

from . import access
from .addresses import local_path
from .language import COOKIE, LANGUAGES

bp = Blueprint("web", __name__)
blueprints = (bp,)


@bp.get("/healthz")
@access.public
def healthz() -> Any:
    """200 when the database answers."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")


@bp.post("/language")
@access.public
def language() -> Any:
    """Switch the language of this device and stay on the page."""
    response = make_response(redirect(local_path(request.form.get("next"))))
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        response.set_cookie(
            COOKIE, chosen, max_age=365 * 86400, samesite="Lax", httponly=True, secure=request.is_secure
        )
    return response


@bp.get("/csrf")
@access.public
def csrf() -> Any:
    """A fresh token for a page that was kept by the browser while the network was away."""
    return jsonify(token=generate_csrf())
