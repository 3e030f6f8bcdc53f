"""Pages of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for
from sqlalchemy import Select, func, select

from training_app.core.db import db

Row = TypeVar("Row")
PER_PAGE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list: its rows, its number from 1, rows in all."""

    items: list[Row]
    page: int
    total: int
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    def url(self, number: int) -> str:
        """The address of another page, filters kept."""
        values: dict[str, Any] = dict(request.view_args or {}) | request.args.to_dict(flat=False) | {"page": number}
        return url_for(request.endpoint or "", **values)


def requested_page() -> int:
    """The page number in the address; nonsense is page 1."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def paginate(statement: Select[Any], *, page: int, per_page: int = PER_PAGE, scalars: bool = True) -> Page[Any]:
    """One page of a statement, in two statements. `scalars` gives entities, otherwise rows."""
    total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    result = db.session.execute(statement.limit(per_page).offset((page - 1) * per_page))
    return Page(list(result.scalars() if scalars else result.all()), page, total, per_page)
