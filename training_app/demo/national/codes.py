"""Unique codes that rise as they are made, yet spread over all that a code can be.

So an index is filled at its end, which is quick, and a code that is drawn at random later falls anywhere among them,
as in a database that filled up by itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from training_app.registration.tickets import ALPHABET, CODE_LENGTH

#: More than there will ever be of one kind.
MOST = 5_000_000
_PAIRS = [one + other for one in ALPHABET for other in ALPHABET]
_BASE = len(_PAIRS)


def _rising(space: int, chance: random.Random) -> Iterator[int]:
    stride = space // MOST
    for number in range(MOST):
        yield number * stride + int(chance.random() * stride)


def tickets(seed: str) -> Iterator[str]:
    """Ticket codes of ten characters."""
    for value in _rising(len(ALPHABET) ** CODE_LENGTH, random.Random(seed)):
        value, e = divmod(value, _BASE)
        value, d = divmod(value, _BASE)
        value, c = divmod(value, _BASE)
        a, b = divmod(value, _BASE)
        yield _PAIRS[a] + _PAIRS[b] + _PAIRS[c] + _PAIRS[d] + _PAIRS[e]


def nonces(seed: str) -> Iterator[str]:
    """Nonces of 32 hexadecimal digits."""
    for value in _rising(1 << 128, random.Random(seed)):
        yield f"{value:032x}"
