"""The room's pages."""

from __future__ import annotations

from . import (  # noqa: F401
    api,
    doortimes,
    models,
    views_devices,
    views_door,
    views_force,
    views_kiosk,
    views_links,
    views_nods,
    views_offline,
    views_projector,
    views_sheetreview,
    views_sheets,
    views_venue,
)
from .api_operations import bp as api_bp
from .blueprint import bp

blueprints = (bp, api_bp)
