"""The room's pages."""

from __future__ import annotations

from . import models, news  # noqa: F401
from .blueprint import bp

blueprints = (bp,)
