"""What may be typed: shape only; the services decide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from training_app.core.errors import Invalid

from .rules import read_points

_CELL = re.compile(r"p(\d{1,9})-([12])")
#: How long a previewed file may wait for its confirmation, in seconds.
_WAITS_S = 3600


@dataclass
class TypedScores:
    """A page of scores as it was sent: only what differs from what the page had shown."""

    cells: dict[tuple[int, int], Decimal | None] = field(default_factory=dict)
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: dict[tuple[int, int], Any] = field(default_factory=dict)


def typed_scores(form: Mapping[str, str]) -> TypedScores:
    """Read the fields `p<person>-<try>`, each beside a hidden `was-<person>-<try>`."""
    typed = TypedScores()
    for name, text in form.items():
        found = _CELL.fullmatch(name)
        if found is None or text.strip() == form.get(f"was-{found[1]}-{found[2]}", "").strip():
            continue
        key = int(found[1]), int(found[2])
        typed.texts[key] = text
        try:
            typed.cells[key] = read_points(text)
        except Invalid as fault:
            typed.errors[key] = fault.sentence
    return typed


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="score-list")


def seal(programme_id: int, digest: str, filename: str) -> str:
    """What the preview's button sends back: the kept file, for this programme alone."""
    return str(_serializer().dumps([programme_id, digest, filename]))


def unseal(programme_id: int, token: str) -> tuple[str, str] | None:
    """Digest and name of the file that was previewed, or None when the token is not ours or too old."""
    try:
        programme, digest, filename = _serializer().loads(token, max_age=_WAITS_S)
    except (BadData, ValueError):
        return None
    return (digest, filename) if programme == programme_id else None
