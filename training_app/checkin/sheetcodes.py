"""What the codes on a sign-in sheet say: 34 digits, which fit the smallest QR code at level M.

A row's code names the registration and where the row stands; a corner's code names the page. Each ends in
40 bits of HMAC-SHA256, so that nobody can print rows of their own. They are no tickets: a ticket is a text
with an Ed25519 signature, and a photo of a sheet opens no door.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import NamedTuple

from flask import current_app

_DIGITS = 34
_MAC = 40
_ROW, _CORNER = 1, 2
#: The fields of the number and their bits; the first decimal digit says which kind of code it is.
_FIELDS = {"slot": 26, "columns": 1, "page": 6, "place": 5, "rest": 30}


class RowCode(NamedTuple):
    """A row: the slot that the sheet was printed for, its columns to sign in, page from 1 and row from 0."""

    slot_id: int
    columns: int
    page: int
    row: int
    registration_id: int


class CornerCode(NamedTuple):
    """A corner, 0 to 3, of a page with so many rows, the first `named` of them with a person."""

    slot_id: int
    columns: int
    page: int
    corner: int
    pages: int
    rows: int
    named: int


def _mac(kind: int, packed: int) -> int:
    key = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.new(key, f"fulei-sheet:{kind}.{packed}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[: _MAC // 8])


def _pack(kind: int, **values: int) -> str | None:
    packed = 0
    for name, bits in _FIELDS.items():
        if not 0 <= values[name] < 1 << bits:
            return None
        packed = packed << bits | values[name]
    return f"{kind}{packed << _MAC | _mac(kind, packed):0{_DIGITS - 1}d}"


def row_text(code: RowCode) -> str | None:
    """The text of a row's code; None when a number is too large for it (the 64th page)."""
    return _pack(
        _ROW, slot=code.slot_id, columns=code.columns - 1, page=code.page, place=code.row, rest=code.registration_id
    )


def corner_text(code: CornerCode) -> str | None:
    """The text of a corner's code; None when a number is too large for it."""
    rest = code.pages << 10 | code.rows << 5 | code.named
    return _pack(_CORNER, slot=code.slot_id, columns=code.columns - 1, page=code.page, place=code.corner, rest=rest)


def read(text: str) -> RowCode | CornerCode | None:
    """What a code says; None when it is none of ours."""
    if len(text) != _DIGITS or not text.isascii() or not text.isdigit() or int(text[0]) not in (_ROW, _CORNER):
        return None
    kind, number = int(text[0]), int(text[1:])
    packed, mac = number >> _MAC, number & ((1 << _MAC) - 1)
    if packed >> sum(_FIELDS.values()) or not hmac.compare_digest(f"{mac}", f"{_mac(kind, packed)}"):
        return None
    values = {}
    for name, bits in reversed(_FIELDS.items()):
        values[name] = packed & ((1 << bits) - 1)
        packed >>= bits
    slot, columns, page, place, rest = (values[name] for name in _FIELDS)
    if kind == _ROW:
        return RowCode(slot, columns + 1, page, place, rest)
    return CornerCode(slot, columns + 1, page, place & 3, rest >> 10, rest >> 5 & 31, rest & 31)
