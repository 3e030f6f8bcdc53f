"""The room's pages."""

from __future__ import annotations

from . import (  # noqa: F401
    models,
    transfers,
    views_cards,
    views_devices,
    views_grants,
    views_group,
    views_grouplinks,
    views_handovers,
    views_links,
    views_login,
    views_merging,
    views_organisations,
    views_persons,
    views_posts,
    views_staff,
)
from .blueprint import bp

blueprints = (bp,)
