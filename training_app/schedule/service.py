"""What other rooms ask of the schedule."""

from __future__ import annotations

from .moves import move
from .queries import published_for
from .states import cancel, publish, restore, unpublish

__all__ = ["cancel", "move", "publish", "published_for", "restore", "unpublish"]
