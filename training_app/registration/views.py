"""The room's pages."""

from __future__ import annotations

from . import (  # noqa: F401
    models,
    news,
    views_events,
    views_join,
    views_makeups,
    views_messages,
    views_nominations,
    views_phases,
    views_posters,
    views_quotas,
    views_rosters,
    views_standins,
    views_tickets,
)
from .blueprint import bp

blueprints = (bp,)
