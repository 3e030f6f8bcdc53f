"""The room's pages."""

from __future__ import annotations

from . import models, views_links, views_login  # noqa: F401
from .blueprint import bp

blueprints = (bp,)
