"""The room's pages."""

from __future__ import annotations

from . import feedbackmodels, models, views_outside, views_outside_import, views_outside_own, views_scores  # noqa: F401
from .blueprint import bp

blueprints = (bp,)
