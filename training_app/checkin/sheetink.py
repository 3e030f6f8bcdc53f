"""Whether a box on paper was signed: how much ink lies in it, and if it is its own. Handwriting is not judged.

The paper's own white is taken from around each stroke, so a shadow across the page, a lamp in one corner
or grey paper change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

#: Pixels a millimetre of the picture that is judged.
SCALE = 8
#: What is looked at beyond the box on each side, millimetres: enough for the paper's white at its edges.
AROUND = 2.0
#: Half the width of the band along a printed line that is left out, millimetres.
_LINE = 0.75
#: A stroke is narrower than this, millimetres; what is wider is a shadow.
_STROKE = 3.0
#: A stroke is darker than the paper beside it by this share at least, and by this many times the picture's noise.
_DARKER, _NOISE = 0.15, 5.0
#: Where noise asks for more than this share, a faint pen may be lost: no box can be called empty.
_DIM = 0.32
#: Smaller patches are dirt, mm².
_DIRT = 0.12


@dataclass(frozen=True, slots=True)
class Patch:
    """Connected ink: mm² and its extent in millimetres from the box's upper left corner."""

    area: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def extent(self) -> float:
        return max(self.right - self.left, self.bottom - self.top)


def judge(patches: Iterable[Patch], width: float, height: float, *, clear: bool = True) -> str:
    """signed, empty or unsure, by the ink in a box of this size in millimetres. `clear`: no ink can have been lost.

    Ink that reaches over the upper or lower line may be a neighbour's: it counts only where it fills the middle.
    """
    own: list[Patch] = []
    over: list[Patch] = []
    for patch in patches:
        flat = patch.bottom - patch.top < 1.0 and patch.right - patch.left > 0.8 * width
        upright = patch.right - patch.left < 1.0 and patch.bottom - patch.top > 0.8 * (height - 2 * _LINE)
        near = min(patch.top, height - patch.bottom) < 1.6 if flat else min(patch.left, width - patch.right) < 1.6
        if (flat or upright) and near:
            continue  # the printed line itself, where the paper was bent
        reaches = patch.top < _LINE + 0.3 or patch.bottom > height - _LINE - 0.3
        (over if reaches else own).append(patch)
    area = sum(patch.area for patch in own)
    extent = max((patch.extent for patch in own), default=0.0)
    if area >= 1.8 and extent >= 2.5:
        return "signed"
    middle = [p for p in over if p.top < height * 0.4 and p.bottom > height * 0.6]
    if sum(p.area for p in middle) + area >= 4.0 and any(p.right - p.left >= 6.0 for p in middle):
        return "signed"
    depth = max((min(p.bottom, height - p.top) for p in over), default=0.0)
    if area <= 0.4 and extent < 2.0 and depth <= 2.2 and sum(p.area for p in over) <= 2.0:
        return "empty" if clear else "unsure"
    return "unsure"


def mask(picture: Any) -> tuple[Any, bool]:
    """The ink of a grey picture of `SCALE` pixels a millimetre, white on black; and whether it is clear.

    Dark strokes are what a closing (the darkest of the lightest around) fills up; edges of shadows stay as they are.
    """
    from PIL import ImageFilter, ImageMath

    smooth = picture.filter(ImageFilter.GaussianBlur(1.1))
    small = picture.filter(ImageFilter.GaussianBlur(SCALE * 0.2)).reduce(2)
    window = int(_STROKE * SCALE / 2) | 1
    small = small.filter(ImageFilter.MaxFilter(window)).filter(ImageFilter.MinFilter(window))
    paper = small.resize(picture.size, resample=3).filter(ImageFilter.GaussianBlur(SCALE * 0.25))
    share = ImageMath.lambda_eval(
        lambda of: of["convert"](of["smooth"] * 200 / (of["paper"] + 1), "L"), smooth=smooth, paper=paper
    )
    counts = share.histogram()
    total = sum(counts)
    middle, upper = _percentile(counts, total * 0.5), _percentile(counts, total * 0.84)
    noise = max(upper - middle, 1)
    limit = middle - max(_DARKER * middle, _NOISE * noise)
    return share.point([255 if value < limit else 0 for value in range(256)]), _NOISE * noise < _DIM * middle


def _percentile(counts: list[int], wanted: float) -> int:
    seen = 0
    for value, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return value
    return len(counts) - 1


def look(picture: Any, width: float, height: float) -> str:
    """signed, empty or unsure, by a grey picture of a box that shows `AROUND` more on each side."""
    dark, clear = mask(picture)
    return judge(patches(dark, width, height), width, height, clear=clear)


def patches(dark: Any, width: float, height: float) -> list[Patch]:
    """The connected ink inside a box, from its mask."""
    inset = round((AROUND + _LINE) * SCALE)
    across, down = round((width - 2 * _LINE) * SCALE), round((height - 2 * _LINE) * SCALE)
    data = dark.crop((inset, inset, inset + across, inset + down)).tobytes()
    return [
        Patch(
            area / SCALE**2,
            left / SCALE + _LINE,
            top / SCALE + _LINE,
            right / SCALE + _LINE,
            bottom / SCALE + _LINE,
        )
        for area, left, top, right, bottom in _connected(data, across, down)
        if area / SCALE**2 >= _DIRT
    ]


def _connected(data: bytes, across: int, down: int) -> list[tuple[int, int, int, int, int]]:
    """Area and extent of every patch of connected pixels, by their runs in each row."""
    parents: list[int] = []
    runs: list[tuple[int, int, int]] = []

    def root(at: int) -> int:
        while parents[at] != at:
            parents[at] = parents[parents[at]]
            at = parents[at]
        return at

    above: list[int] = []
    for y in range(down):
        row = data[y * across : (y + 1) * across]
        here: list[int] = []
        start = row.find(255)
        while start >= 0:
            end = row.find(0, start)
            end = across if end < 0 else end
            number = len(runs)
            runs.append((y, start, end))
            parents.append(number)
            for other in above:
                if runs[other][1] <= end and start <= runs[other][2]:
                    parents[root(number)] = root(other)
            here.append(number)
            start = row.find(255, end) if end < across else -1
        above = here
    found: dict[int, tuple[int, int, int, int, int]] = {}
    for number, (y, start, end) in enumerate(runs):
        key = root(number)
        area, left, top, right, bottom = found.get(key, (0, start, y, end, y + 1))
        found[key] = (area + end - start, min(left, start), min(top, y), max(right, end), max(bottom, y + 1))
    return list(found.values())
