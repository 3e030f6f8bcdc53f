"""The room's pages."""

from __future__ import annotations

from . import (  # noqa: F401
    models,
    news,
    views_calendar,
    views_changes,
    views_events,
    views_feeds,
    views_phases,
    views_plans,
    views_programmes,
    views_venues,
)
from .blueprint import bp

blueprints = (bp,)
