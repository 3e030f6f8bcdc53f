"""The codes of a certificate: its number, what is typed beside it, and the long one that the QR carries."""

from __future__ import annotations

import re
import secrets

#: Nothing that can be taken for something else: no 0, O, 1, I, L.
_TYPED = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LONG = "23456789abcdefghjkmnpqrstuvwxyz"
CHECK_LENGTH = 8
#: 26 of 31 letters are 128 bits.
VERIFY_LENGTH = 26
#: Where the QR leads; the page's address is made of it too.
VERIFY_PATH = "/c/"
#: Where number and check code are typed.
TYPED_PATH = "/verify"
#: Where the PDF itself is checked.
FILE_PATH = "/verify/file"
PREFIX = re.compile(r"[A-Z0-9]{2,12}")


def new_check_code() -> str:
    """What is typed beside the number."""
    return "".join(secrets.choice(_TYPED) for _ in range(CHECK_LENGTH))


def new_verify_code() -> str:
    """What the QR carries; nobody guesses it."""
    return "".join(secrets.choice(_LONG) for _ in range(VERIFY_LENGTH))


def serial(prefix: str, number: int) -> str:
    """LC2026-0137."""
    return f"{prefix}-{number:04}"


def printed(check_code: str) -> str:
    """7Q4F-K2MX, as it stands on the paper."""
    return f"{check_code[:4]}-{check_code[4:]}"


def typed(text: str) -> str:
    """A check code as it was typed, without spaces and hyphens, in capitals."""
    return re.sub(r"[\s\-‐–—－]", "", text).upper()[:40]


def typed_serial(text: str) -> str:
    """A number as it was typed: lc2026－0137 is LC2026-0137."""
    return re.sub(r"[‐–—－]", "-", re.sub(r"\s", "", text)).upper()[:40]


def masked(name: str) -> str:
    """陈丽华 → 陈**, whatever the length."""
    return f"{name[:1]}**"
