"""The room's pages."""

from __future__ import annotations

from . import (  # noqa: F401
    models,
    views_badges,
    views_design,
    views_jobs,
    views_papers,
    views_programmes,
    views_rules,
    views_sharing,
    views_verify,
    views_why,
)
from .blueprint import bp

blueprints = (bp,)
