"""Logs: secrets that stand in links are masked before anything is written."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(r"(/(?:p|g|d|e|t|v/\d+|c|join|feeds?/[a-z]+)/)([^\s/?\"']{6,})")
_PHONE = re.compile(r"(\+?86)?1[3-9]\d{9}")


def masked(text: str) -> str:
    """The text with link secrets and phone numbers replaced by dots."""
    return _PHONE.sub("1**********", _SECRET.sub(r"\1…", text))


def install() -> None:
    """Mask every record of this process, whoever logs it."""
    old = logging.getLogRecordFactory()

    def make(*args: object, **kwargs: object) -> logging.LogRecord:
        record = old(*args, **kwargs)
        record.msg, record.args = masked(record.getMessage()), None
        if record.exc_info and record.exc_info[0]:
            # Formatters take this text where it is there: an error's own words are masked like ours.
            record.exc_text = masked(logging.Formatter().formatException(record.exc_info))
        return record

    if not getattr(old, "masks", False):
        make.masks = True  # type: ignore[attr-defined]
        logging.setLogRecordFactory(make)
