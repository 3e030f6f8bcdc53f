"""What no page can use is refused before any of them sees it, so that it never becomes a fault of ours.

A broken scanner or a probing stranger sends it: a NUL, which PostgreSQL takes in no text; a field's name
without end; numbers larger than any id.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, Map

#: The largest id that a column holds.
LARGEST = 2**31 - 1
#: Characters of the longest name that a field of ours has, with room to spare.
_LONGEST_NAME = 200


class _Id(IntegerConverter):
    """`<int:…>` in an address: an id that could exist; what is larger is simply not there."""

    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, **{"max": LARGEST} | options)


def _refuse() -> None:
    if any(isinstance(value, str) and "\0" in value for value in (request.view_args or {}).values()):
        abort(404)
    for sent in (request.args, request.form):
        for name, value in sent.items(multi=True):
            if "\0" in name or "\0" in value or len(name) > _LONGEST_NAME:
                abort(400)
    if any("\0" in (file.filename or "") for file in request.files.values()):
        abort(400)


def init_app(app: Flask) -> None:
    """Refuse what no page can use; called before the first address is registered."""
    app.url_map.converters["int"] = _Id
    app.before_request(_refuse)
