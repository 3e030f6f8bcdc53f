"""Typed refusals: each has a code for tests and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """Something that was asked cannot be done; the transaction rolls back.

    `code` is stable and for programs; `sentence` is translated, says what to do, and is shown as it is;
    `details` may hold plain values that a page needs besides (an id to link to).
    """

    status = 409

    def __init__(self, code: str, sentence: Any, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.details = details


class NotFound(Refusal):
    """There is no such thing, or not for this person."""

    status = 404

    def __init__(self, code: str = "not_found", sentence: Any = None) -> None:
        super().__init__(code, sentence)


class Forbidden(Refusal):
    """The person is known and may not do this."""

    status = 403

    def __init__(self, code: str = "forbidden", sentence: Any = None) -> None:
        super().__init__(code, sentence)


class Unauthorized(Refusal):
    """A program has not shown a token that counts."""

    status = 401


class Invalid(Refusal):
    """What was typed cannot be used. `fields` maps a field's name to its sentence."""

    status = 422

    def __init__(self, code: str, sentence: Any, fields: Mapping[str, Any] | None = None, **details: Any) -> None:
        super().__init__(code, sentence, **details)
        self.fields = dict(fields or {})
