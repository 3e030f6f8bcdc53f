"""The room's blueprint, which its view modules fill."""

from __future__ import annotations

from flask import Blueprint

from training_app.core import qr

bp = Blueprint("registration", __name__)
bp.add_app_template_filter(qr.svg, "qr")
