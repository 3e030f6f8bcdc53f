"""The faces that papers are set in; loaded once, in the process that draws, at the first paper."""

from __future__ import annotations

import zlib
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

from . import glyphs

SERIF, SERIF_BOLD, SERIF_RARE = "FuleiSerif", "FuleiSerifBold", "FuleiSerifRare"
#: A block of a ToUnicode map holds 100 entries at most (Adobe Technical Note 5411).
_BLOCK = 100


def unicode_map(name: str, characters: list[int]) -> str:
    """A ToUnicode map whose values are UTF-16, so that characters beyond U+FFFF can be copied out of the page."""
    entries = [f"<{at:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for at, code in enumerate(characters)]
    blocks = [entries[at : at + _BLOCK] for at in range(0, len(entries), _BLOCK)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
            f"/CMapName /{name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
            *(line for b in blocks for line in (f"{len(b)} beginbfchar", *b, "endbfchar")),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )


class _Outlines:
    """Most of a face's file, read where it lies: a subset needs some hundred pieces of it, and no copy of the whole."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data, self._position = data, position

    def __getitem__(self, piece: slice) -> bytes:
        return self._data[self._position + piece.start : self._position + piece.stop]


class _Quick:
    """Compresses a face's subset in a third of the time, into a twentieth more bytes."""

    pdfname = "FlateDecode"

    @staticmethod
    def encode(data: Any) -> bytes:
        return zlib.compress(data if isinstance(data, bytes) else data.encode(), 1)


def _file(name: str) -> str:
    return str({SERIF: glyphs.REGULAR, SERIF_BOLD: glyphs.BOLD, SERIF_RARE: glyphs.RARE}[name])


@cache
def font(name: str) -> Any:
    """The face of this name, registered with reportlab."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    class Face(TTFont):  # type: ignore[misc]
        """Keeps its tables at hand (cutting a subset copies the 12 MB of outlines otherwise) and maps text right."""

        def __init__(self, name: str, path: str) -> None:
            super().__init__(name, path, asciiReadable=0)
            self.face.get_table = cache(self._table)

        def _table(self, tag: str) -> Any:
            position, length = self.face.get_table_pos(tag)
            data = self.face._ttf_data
            return _Outlines(data, position) if tag == "glyf" else data[position : position + length]

        def addObjects(self, doc: Any) -> None:
            subsets = list(self.state[doc].subsets)
            before = set(doc.idToObject)
            super().addObjects(doc)
            made = [key for key in doc.idToObject if key not in before]
            maps = [key for key in made if key.startswith("toUnicodeCMap:")]
            for key, subset in zip(maps, subsets, strict=True):
                doc.idToObject[key].content = unicode_map(key.partition(":")[2], subset)
            for key in made:
                if key.startswith(("toUnicodeCMap:", "fontFile:")) and doc.compression:
                    doc.idToObject[key].filters = [_Quick]

    face = Face(name, _file(name))
    pdfmetrics.registerFont(face)
    return face


class Undrawable(ValueError):
    """No installed face has a glyph for a character; it would print as nothing."""


@lru_cache(maxsize=40_000)
def _drawn(face: str, character: str) -> tuple[str, float]:
    """The face that draws a character of a text set in `face`, and its width at size 1."""
    chosen = face
    if not glyphs.draws(glyphs.BOLD if face == SERIF_BOLD else glyphs.REGULAR, character):
        if not glyphs.RARE.exists() or not glyphs.draws(glyphs.RARE, character):
            raise Undrawable(f"no face draws U+{ord(character):04X}")
        chosen = SERIF_RARE
    return chosen, float(font(chosen).stringWidth(character, 1000)) / 1000


def runs(text: str, face: str) -> list[tuple[str, str]]:
    """The text in stretches of (face, characters): rare characters go to the fallback. Raises Undrawable."""
    if all(_drawn(face, c)[0] == face for c in text):
        return [(face, text)] if text else []
    return [(name, "".join(characters)) for name, characters in groupby(text, lambda c: _drawn(face, c)[0])]


def width(text: str, face: str, size: float) -> float:
    """The width of a text in points. Raises Undrawable."""
    return size * sum([_drawn(face, c)[1] for c in text])


def forget() -> None:
    """Find out anew which face draws what: the fallback was installed meanwhile."""
    _drawn.cache_clear()
    font.cache_clear()
