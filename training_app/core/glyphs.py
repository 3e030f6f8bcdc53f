"""Which characters a face can draw, read from its character map alone (no face is loaded for the question)."""

from __future__ import annotations

import struct
from bisect import bisect_right
from functools import cache
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "fonts"
REGULAR = FONTS / "NotoSerifSC_400Regular.ttf"
BOLD = FONTS / "NotoSerifSC_700Bold.ttf"
#: Debian's fonts-hanazono: Extensions B to F, used where it is installed.
RARE = Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf")


@cache
def _ranges(path: Path) -> tuple[list[int], list[int]]:
    """First and last code points of the face's ranges, ascending (cmap format 12, OpenType specification)."""
    with path.open("rb") as face:
        tables = struct.unpack(">H", face.read(12)[4:6])[0]
        records = [struct.unpack(">4sLLL", face.read(16)) for _ in range(tables)]
        at = next(offset for tag, _, offset, _ in records if tag == b"cmap")
        face.seek(at)
        count = struct.unpack(">HH", face.read(4))[1]
        for offset in [struct.unpack(">HHL", face.read(8))[2] for _ in range(count)]:
            face.seek(at + offset)
            if struct.unpack(">H", face.read(2))[0] == 12:
                groups = struct.unpack(">HLLL", face.read(14))[3]
                rows = list(struct.iter_unpack(">LLL", face.read(12 * groups)))
                return [row[0] for row in rows], [row[1] for row in rows]
    raise ValueError(f"{path.name} has no character map of format 12")


def draws(path: Path, character: str) -> bool:
    """Whether the face in this file has a glyph for the character."""
    starts, ends = _ranges(path)
    code = ord(character)
    at = bisect_right(starts, code) - 1
    return at >= 0 and code <= ends[at]


def missing_characters(text: str) -> list[str]:
    """The characters of a text that no installed face draws, each once, in the order of the text.

    A missing glyph prints nothing and raises nothing, so names are asked before anything is issued.
    """
    faces = [REGULAR, RARE] if RARE.exists() else [REGULAR]
    return list(dict.fromkeys(c for c in text if c not in " \r\n" and not any(draws(face, c) for face in faces)))
