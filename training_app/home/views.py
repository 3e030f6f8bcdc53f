"""The room's pages."""

from __future__ import annotations

from . import views_feed, views_people, views_phase, views_phone, views_today  # noqa: F401
from .blueprint import bp

blueprints = (bp,)
