"""The fingerprint of a file, by which a paper that was issued here is known again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

#: How many of the places at which a PDF ends are looked at, from its end.
ENDS = 3
#: A file's own fingerprint, and two for each end: with and without the line that follows it.
MOST = 1 + 2 * ENDS
_END = b"%%EOF"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def is_paper(data: bytes) -> bool:
    """Whether these bytes are a PDF, which readers let begin within the first 1,024, or a PNG, by their content."""
    return b"%PDF-" in data[:1024] or data.startswith(b"\x89PNG\r\n\x1a\n")


def of_file(data: bytes) -> list[str]:
    """The SHA-256 of a file in hex, then those of what it was before something was added at its end.

    Programs that comment on a PDF or fill it in may leave its bytes as they are and append theirs (ISO 32000-1, 7.5.6):
    what stood before an earlier `%%EOF` is then the file that was issued. static/js/verify-file.js reckons the same.
    """
    lengths = [len(data)]
    position = len(data)
    for _ in range(ENDS):
        position = data.rfind(_END, 0, position)
        if position < 0:
            break
        end = position + len(_END)
        line = 2 if data[end : end + 2] == b"\r\n" else 1 if data[end : end + 1] in (b"\r", b"\n") else 0
        lengths += [length for length in (end + line, end) if length not in lengths]
    return [hashlib.sha256(data[:length]).hexdigest() for length in lengths]


def typed(texts: Iterable[str]) -> list[str]:
    """Fingerprints as they were sent, the whole file's first; none where one is no SHA-256 or they are too many."""
    found = [text.strip().lower() for text in texts]
    return found if found and len(found) <= MOST and all(_DIGEST.fullmatch(one) for one in found) else []
