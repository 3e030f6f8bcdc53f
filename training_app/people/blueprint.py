"""The room's blueprint, which its view modules fill."""

from __future__ import annotations

from flask import Blueprint

from . import phones, session

bp = Blueprint("people", __name__)
bp.before_app_request(session.end_idle)
bp.add_app_template_filter(phones.shown, "phone")
bp.add_app_template_filter(phones.masked, "masked_phone")
