"""Breaking Chinese text into lines: no closing mark begins a line, no opening mark ends one, numbers stay whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training_app.core.faces import SERIF, SERIF_BOLD, width

from .wording import Piece

#: Marks that may not begin a line, and that may not end one (GB/T 15834, CLREQ).
_NOT_FIRST = frozenset("，。、；：！？）》〉”’」』】…—·～％%,.;:!?)]")
_NOT_LAST = frozenset("（《〈“‘「『【([")
#: Air on both sides of what was filled in, in ems.
PADDING = 0.35


@dataclass
class Run:
    """A stretch of one line: its left edge and width in points."""

    text: str
    filled: bool
    x: float
    width: float

    def face(self) -> str:
        """Filled in: bold."""
        return SERIF_BOLD if self.filled else SERIF


@dataclass
class _Atom:
    text: str
    filled: bool
    width: float
    pad_left: float = 0.0
    pad_right: float = 0.0


def _joined(before: str, after: str) -> bool:
    if after in _NOT_FIRST or before in _NOT_LAST:
        return True
    return before.isascii() and after.isascii() and before != " "


def _words(text: str) -> list[str]:
    words: list[str] = []
    for character in text:
        if words and _joined(words[-1][-1], character):
            words[-1] += character
        else:
            words.append(character)
    return words


def _atoms(pieces: Sequence[Piece], size: float, measure: float) -> list[_Atom]:
    atoms: list[_Atom] = []
    for piece in pieces:
        face = SERIF_BOLD if piece.filled else SERIF
        pad = PADDING * size if piece.filled else 0.0
        whole = piece.whole or (piece.filled and width(piece.text, face, size) + 2 * pad <= measure * 0.6)
        words = [piece.text] if whole else _words(piece.text)
        own = [_Atom(word, piece.filled, width(word, face, size)) for word in words]
        own[0].pad_left = own[-1].pad_right = pad
        atoms += own
    return atoms


def _total(atoms: Sequence[_Atom]) -> float:
    return sum(atom.width + atom.pad_left + atom.pad_right for atom in atoms)


def _line(atoms: Sequence[_Atom], start: float) -> list[Run]:
    runs: list[Run] = []
    x = start
    for atom in atoms:
        full = atom.pad_left + atom.width + atom.pad_right
        if runs and runs[-1].filled == atom.filled and not atom.pad_left:
            runs[-1].text += atom.text
            runs[-1].width += full
        else:
            runs.append(Run(atom.text, atom.filled, x, full))
        x += full
    return runs


def lines(pieces: Sequence[Piece], *, size: float, measure: float, indent: float = 0.0) -> list[list[Run]]:
    """The pieces set in lines of `measure` points, the first indented by `indent` points."""
    done: list[list[Run]] = []
    current: list[_Atom] = []
    start = indent
    previous = ""
    for atom in _atoms(pieces, size, measure):
        # Across two pieces the rules for marks hold as well: such an atom moves down with its neighbour.
        if current and start + _total([*current, atom]) > measure:
            carried = []
            if previous and (atom.text[0] in _NOT_FIRST or previous in _NOT_LAST) and len(current) > 1:
                carried = [current.pop()]
            done.append(_line(current, start))
            current, start = carried, 0.0
        current.append(atom)
        previous = atom.text[-1]
    done.append(_line(current, start))
    return done
