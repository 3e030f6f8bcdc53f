"""Reads the photograph of a sign-in sheet: whose rows it shows, and in which boxes there is ink.

For the job process: it decodes large pictures. Nothing here knows the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from . import sheetink, sheetlayout
from .sheetcodes import CornerCode, RowCode, read
from .sheetgeometry import Point, View, fit
from .sheetlayout import Box

#: The longest side that is read, in pixels: an A4 page at 12 pixels a millimetre.
LONGEST = 3600
#: A larger picture is not unpacked: it would take the memory of the job process.
MOST_PIXELS = 60_000_000
#: Pages of a PDF that are read, and the resolution they are drawn in.
MOST_PAGES, DPI = 20, 220
#: Pixels a millimetre of the cut-outs that are shown, and what they show around the box.
_SHOWN, _MARGIN = 6, 1.5
#: Pixels a millimetre at which a code is looked for where it should stand.
_NEARER = 14


@dataclass(frozen=True, slots=True)
class Mark:
    """What a box looks like: signed, empty or unsure; and its cut-out as JPEG."""

    guess: str
    picture: bytes


@dataclass(frozen=True, slots=True)
class RowRead:
    """A row: its registration, or None where its code was not read or it is blank; a mark for each column."""

    row: int
    registration_id: int | None
    marks: tuple[Mark, ...]


@dataclass(slots=True)
class PageRead:
    """A page of a sheet. `pages`, `rows` and `named` are 0 where no corner was read."""

    slot_id: int
    columns: int
    page: int
    pages: int = 0
    rows: int = 0
    named: int = 0
    read: list[RowRead] = field(default_factory=list)


class NotAPicture(ValueError):
    """The bytes cannot be opened as what they claim to be. `code`: damaged, too_large, locked or too_many."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def pictures(data: bytes) -> Iterator[Any]:
    """The pictures in a file: a photo, upright as its camera noted, or each page of a PDF. Raises NotAPicture."""
    if data.startswith(b"%PDF-"):
        yield from _pdf_pages(data)
        return
    from PIL import Image, ImageOps

    try:
        photo: Any = Image.open(BytesIO(data), formats=("JPEG", "PNG"))
        if photo.width * photo.height > MOST_PIXELS:
            raise NotAPicture("too_large")
        photo.draft("RGB", (LONGEST, LONGEST))
        upright = ImageOps.exif_transpose(photo)
        if upright.mode in ("RGBA", "LA", "P"):
            over = upright.convert("RGBA")
            upright = Image.new("RGB", over.size, "white")
            upright.paste(over, mask=over)
        upright = upright.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as fault:
        if isinstance(fault, NotAPicture):
            raise
        raise NotAPicture("damaged") from None
    if max(upright.size) > LONGEST:
        upright.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS, reducing_gap=2)
    yield upright


def _pdf_pages(data: bytes) -> Iterator[Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as fault:
        raise NotAPicture("locked" if "assword" in str(fault) else "damaged") from None
    try:
        if len(document) > MOST_PAGES:
            raise NotAPicture("too_many")
        for page in document:
            longest = max(page.get_size())
            scale = min(DPI / 72, LONGEST / longest)
            yield page.render(scale=scale).to_pil().convert("RGB")
            page.close()
    except pypdfium2.PdfiumError:
        raise NotAPicture("damaged") from None
    finally:
        document.close()


def _decoded(picture: Any, **how: Any) -> Iterator[tuple[RowCode | CornerCode, list[Point]]]:
    import zxingcpp

    for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode, **how):
        code = read(found.text)
        if code is not None:
            where = found.position
            corners = (where.top_left, where.top_right, where.bottom_right, where.bottom_left)
            yield code, [(float(point.x), float(point.y)) for point in corners]


def _square(code: RowCode | CornerCode) -> Box:
    if isinstance(code, RowCode):
        return sheetlayout.code(code.page, code.row)
    return sheetlayout.corner(code.corner)


Codes = dict[RowCode | CornerCode, list[Point]]


def _view(codes: Codes) -> View | None:
    pairs = [pair for code, corners in codes.items() for pair in zip(_square(code).corners(), corners, strict=True)]
    return fit(pairs)


def _window(picture: Any, view: View, box: Box, scale: float) -> Any:
    from PIL import Image

    size = (round((box.right - box.left) * scale), round((box.bottom - box.top) * scale))
    how = view.window(box.left, box.top, scale)
    return picture.transform(size, Image.Transform.PERSPECTIVE, how, Image.Resampling.BICUBIC, fillcolor="white")


def _look_closer(grey: Any, codes: Codes, reach: float) -> bool:
    """Look for the codes that were not read, where the others say that they stand; adds what is found.

    `reach`: how far beside that place is looked, in millimetres.
    """
    view = _view(codes)
    if view is None:
        return False
    some = next(iter(codes))
    corners = [code for code in codes if isinstance(code, CornerCode)]
    rows = {code.row for code in codes if isinstance(code, RowCode)}
    most = corners[0].named if corners else max(rows) + 1
    places = [sheetlayout.code(some.page, row) for row in range(most) if row not in rows]
    places += [sheetlayout.corner(n) for n in range(4) if n not in {code.corner for code in corners}]
    before = len(codes)
    for place in places:
        if not _inside(grey, view, place):
            continue
        around = place.grown(reach, reach)
        for code, at in _nearer(_window(grey, view, around, _NEARER)):
            if (code.slot_id, code.page) == (some.slot_id, some.page) and _square(code) == place:
                codes[code] = [view.at((around.left + x / _NEARER, around.top + y / _NEARER)) for x, y in at]
                break
    return len(codes) > before


def _nearer(window: Any) -> Iterator[tuple[RowCode | CornerCode, list[Point]]]:
    """The codes in a small picture, tried in the ways that help against blur, noise and dim light."""
    import zxingcpp
    from PIL import ImageFilter, ImageOps

    soft = window.filter(ImageFilter.GaussianBlur(1.6))
    sharp = window.filter(ImageFilter.GaussianBlur(1.0)).filter(ImageFilter.UnsharpMask(5, 200, 0))
    for picture in (window, soft, sharp, ImageOps.autocontrast(soft, 2)):
        yield from _decoded(picture)
    yield from _decoded(soft, binarizer=zxingcpp.Binarizer.GlobalHistogram)


def _inside(picture: Any, view: View, box: Box) -> bool:
    return all(0 <= x < picture.width and 0 <= y < picture.height for x, y in map(view.at, box.corners()))


def _ink(picture: Any) -> Any:
    """Grey in which every pen is dark: the darker of red and green, for a blue pen is light in blue."""
    from PIL import ImageChops

    red, green, _blue = picture.split()
    return ImageChops.darker(red, green)


def _lit(picture: Any) -> Any:
    """For eyes: a box in the shade as light as the others."""
    from PIL import ImageOps

    return ImageOps.autocontrast(picture, cutoff=1, preserve_tone=True)


def _jpeg(picture: Any) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=60, optimize=True)
    return out.getvalue()


def _strip(picture: Any, view: View, printed: Box, box: Box) -> bytes:
    """What stands in the row, printed or written by hand, and below it the box: for rows whose code names nobody."""
    from PIL import Image

    parts = (part.grown(_MARGIN, _MARGIN) for part in (printed, box))
    upper, lower = (_lit(_window(picture, view, part, _SHOWN)) for part in parts)
    both = Image.new("RGB", (max(upper.width, lower.width), upper.height + lower.height), "white")
    both.paste(upper, (0, 0))
    both.paste(lower, (0, upper.height))
    return _jpeg(both)


def _mark(picture: Any, ink: Any, view: View, box: Box) -> Mark:
    shown = _jpeg(_lit(_window(picture, view, box.grown(_MARGIN, _MARGIN), _SHOWN)))
    if ink is None or not _inside(picture, view, box):
        return Mark("unsure", shown)
    width, height = box.right - box.left, box.bottom - box.top
    around = sheetink.AROUND
    window = _window(ink, view, box.grown(around, around), sheetink.SCALE)
    return Mark(sheetink.look(window, width, height), shown)


def _page(picture: Any, grey: Any, codes: Codes) -> PageRead | None:
    for reach in (2.0, 3.0, 2.0, 4.0, 2.0):
        if _complete(codes) or not (_look_closer(grey, codes, reach) or reach == 2.0):
            break
    view = _view(codes)
    some = next(iter(codes))
    if view is None:
        return None
    corner = next((code for code in codes if isinstance(code, CornerCode)), None)
    rows = {code.row: code for code in codes if isinstance(code, RowCode)}
    page = PageRead(some.slot_id, some.columns, some.page)
    if corner:
        page.pages, page.rows, page.named = corner.pages, corner.rows, corner.named
    ink, trusted = _ink(picture), _trusted(codes)
    for row in range(page.rows or max(rows, default=-1) + 1):
        code = rows.get(row)
        here = view
        if code:
            # Paper bends: the row's own code says how far this row lies from where the page's view has it.
            square = _square(code).corners()
            off = [(x - u, y - v) for (x, y), (u, v) in zip(codes[code], map(view.at, square), strict=True)]
            here = view.moved((sum(x for x, _ in off) / 4, sum(y for _, y in off) / 4))
        blank = page.rows and row >= page.named
        boxes = [sheetlayout.signing(page.page, row, n, page.columns) for n in range(page.columns)]
        marks = [_mark(picture, ink if trusted else None, here, box) for box in boxes]
        if not code:
            # Only what stands in the row can tell whose it is.
            printed = sheetlayout.printed(page.page, row, page.columns)
            strips = [_strip(picture, here, printed, box) for box in boxes]
            marks = [Mark(mark.guess if blank else "unsure", strip) for mark, strip in zip(marks, strips, strict=True)]
        page.read.append(RowRead(row, code.registration_id if code else None, tuple(marks)))
    return page


def pages(picture: Any) -> list[PageRead]:
    """The pages of sign-in sheets in one picture, usually one; none where no code of ours was read."""
    grey = picture.convert("L")
    groups: dict[tuple[int, int], Codes] = defaultdict(dict)
    for attempt in _attempts(grey):
        for code, corners in attempt:
            groups[code.slot_id, code.page].setdefault(code, corners)
        if groups and all(_complete(codes) for codes in groups.values()):
            break
    found = (_page(picture, grey, codes) for codes in groups.values())
    return sorted((page for page in found if page), key=lambda page: (page.slot_id, page.page))


def read_file(data: bytes) -> tuple[list[tuple[int, PageRead]], str | None]:
    """The pages of sheets in a file, each with its picture's number, and the code of what was wrong with it."""
    try:
        return [(number, page) for number, picture in enumerate(pictures(data), 1) for page in pages(picture)], None
    except NotAPicture as fault:
        return [], fault.code


def _complete(codes: Codes) -> bool:
    corners = [code for code in codes if isinstance(code, CornerCode)]
    return len(corners) == 4 and len(codes) == 4 + corners[0].named


def _attempts(grey: Any) -> Iterator[list[tuple[RowCode | CornerCode, list[Point]]]]:
    """The codes of the picture as it is; then of it twice as large, which helps small, blurred and dim ones."""
    from PIL import Image, ImageFilter

    yield list(_decoded(grey))
    larger = grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.BICUBIC)
    for change in (ImageFilter.UnsharpMask(4, 150, 0), ImageFilter.GaussianBlur(1.2)):
        yield [(code, [(x / 2, y / 2) for x, y in at]) for code, at in _decoded(larger.filter(change))]


def _trusted(codes: Codes) -> bool:
    """Whether the codes hold the view fast where one signs: on both sides, or in a long line on the right."""
    squares = [_square(code) for code in codes]
    right = [box.top for box in squares if box.left > sheetlayout.PAGE[0] / 2]
    if len(right) < 2 or max(right) - min(right) < 50:
        return False
    return len(right) < len(squares) or len(right) >= 8
