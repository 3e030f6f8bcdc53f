"""The faces that papers are set in; loaded once, in the process that draws, at the first paper."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import Any

from .glyphs import BOLD, RARE, REGULAR, draws

SERIF, SERIF_BOLD, SERIF_RARE = "FuleiSerif", "FuleiSerifBold", "FuleiSerifRare"
_FILES = {SERIF: REGULAR, SERIF_BOLD: BOLD, SERIF_RARE: RARE}
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
            maps = [key for key in doc.idToObject if key not in before and key.startswith("toUnicodeCMap:")]
            for key, subset in zip(maps, subsets, strict=True):
                doc.idToObject[key].content = unicode_map(key.partition(":")[2], subset)

    face = Face(name, str(_FILES[name]))
    pdfmetrics.registerFont(face)
    return face


def runs(text: str, face: str) -> list[tuple[str, str]]:
    """The text in stretches of (face, characters): rare characters go to the fallback where it is installed."""
    font(face)
    if all(draws(_FILES[face], c) for c in text) or not RARE.exists():
        return [(face, text)]
    font(SERIF_RARE)
    stretches = groupby(text, lambda c: face if draws(_FILES[face], c) or not draws(RARE, c) else SERIF_RARE)
    return [(name, "".join(characters)) for name, characters in stretches]


def width(text: str, face: str, size: float) -> float:
    """The width of a text in points."""
    return sum(float(font(name).stringWidth(part, size)) for name, part in runs(text, face))
