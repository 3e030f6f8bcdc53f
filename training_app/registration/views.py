"""The room's pages."""

from __future__ import annotations

from . import models, news, views_events, views_join, views_phases, views_posters, views_standins, views_tickets  # noqa: F401  # noqa: F401
from .blueprint import bp

blueprints = (bp,)
