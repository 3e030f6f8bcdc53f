"""What no page can use is refused before any of them sees it, so that it never becomes a fault of ours.

A broken scanner or a probing stranger sends it: a NUL, which PostgreSQL takes in no text; a field's name
without end; numbers larger than any id; half a character; JSON nested without end.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Request, abort, current_app, request
from werkzeug.routing import IntegerConverter, Map

#: The largest id that a column holds.
LARGEST = 2**31 - 1
#: Characters of the longest name that a field of ours has, with room to spare.
_LONGEST_NAME = 200


class Id(IntegerConverter):
    """`<int:…>` in an address: an id that could exist; what is larger is simply not there."""

    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, **{"max": LARGEST} | options)


def _unusable(value: Any) -> bool:
    """Whether JSON holds a text that no column takes: with a NUL, or with half of a surrogate pair."""
    if isinstance(value, str):
        return "\0" in value or (not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value))
    if isinstance(value, dict):
        return any(len(key) > _LONGEST_NAME or _unusable(key) or _unusable(one) for key, one in value.items())
    return isinstance(value, list) and any(_unusable(one) for one in value)


def _refuse_json() -> None:
    try:
        if _unusable(request.get_json(silent=True)):
            abort(400)
    except RecursionError:
        abort(400)


def _make_room(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form, and so before its token is checked."""
    for end, size in current_app.config["LARGER_CONTENT"].items():
        if request.path.endswith(end):
            request.max_content_length = size


def _refuse() -> None:
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]
    if any(isinstance(value, str) and "\0" in value for value in (asked.view_args or {}).values()):
        abort(404)
    for sent in (asked.args, asked.form):
        for name, value in sent.items(multi=True):
            if "\0" in name or "\0" in value or len(name) > _LONGEST_NAME:
                abort(400)
    if asked.is_json:
        _refuse_json()
    if any("\0" in (file.filename or "") for _, file in asked.files.items(multi=True)):
        abort(400)


def init_app(app: Flask) -> None:
    """Refuse what no page can use; called before the first address is registered."""
    app.url_map.converters["int"] = Id
    app.url_value_preprocessor(_make_room)
    app.before_request(_refuse)
