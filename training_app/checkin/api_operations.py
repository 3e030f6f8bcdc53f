"""How an operation of the API is declared: its address, scope and shapes by name.

Declaring is light. What reads, writes and describes the shapes (flask-smorest, marshmallow) is loaded when the API
is first asked: a worker that never hears from a program neither waits for it nor holds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any

from flask import Blueprint

from training_app.core.permissions import Permission
from training_app.web import access
from training_app.web.limits import limiter

bp = Blueprint("api", __name__, url_prefix="/api/v1")
#: For each token. A batch of a hundred scans is one request.
RATE = "1200/minute"
_DOCUMENT = "training_app.checkin.api_document"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `takes` names the body's shape, `asks` the query's, `gives` the answer's."""

    view: Callable[..., Any]
    method: str
    rule: str
    scope: str | None
    gives: str
    takes: str | None
    asks: str | None
    tagged: bool
    refuses: tuple[int, ...]

    @property
    def statuses(self) -> list[int]:
        """Every status besides the good ones that it may answer with."""
        found = {401, 403, 429, *self.refuses}
        if "<int:" in self.rule:
            found.add(404)
        if self.takes:
            found |= {400, 413, 415, 422}
        if self.asks:
            found |= {400, 422}
        return sorted(found)


#: By name, in the order of their declaration.
OPERATIONS: dict[str, Operation] = {}


def operation(
    method: str,
    rule: str,
    *,
    scope: str | None,
    gives: str,
    takes: str | None = None,
    asks: str | None = None,
    tagged: bool = False,
    refuses: tuple[int, ...] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a view an operation, for tokens of this scope; `tagged`: it may answer 304 to an If-None-Match."""

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        name = view.__name__
        OPERATIONS[name] = Operation(view, method, rule, scope, gives, takes, asks, tagged, refuses)

        @wraps(view)
        def ready(**path: Any) -> Any:
            return import_module(_DOCUMENT).ready(name)(**path)

        marked = access.bearer(Permission.DOOR_SCAN, scope)(ready)
        bp.add_url_rule(rule, name, limiter.limit(RATE)(marked), methods=[method])
        return view

    return declare


@bp.get("/openapi.json")
@access.public
def describe() -> Any:
    """The API's own description, OpenAPI 3."""
    return import_module(_DOCUMENT).document()
