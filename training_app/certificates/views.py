"""The room's pages."""

from __future__ import annotations

from . import models, views_jobs, views_papers, views_programmes, views_rules, views_verify  # noqa: F401
from .blueprint import bp

blueprints = (bp,)
