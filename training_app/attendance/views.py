"""The room's pages."""

from __future__ import annotations

from . import listeners, models, views_event, views_files, views_leave, views_matrix, views_reconciliation  # noqa: F401
from .blueprint import bp

blueprints = (bp,)
