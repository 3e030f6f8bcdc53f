"""The room's pages."""

from __future__ import annotations

from . import models, views_door, views_force, views_links, views_offline, views_sheets, views_venue  # noqa: F401
from .blueprint import bp

blueprints = (bp,)
