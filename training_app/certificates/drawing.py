"""A certificate as a PDF page: A4 landscape, everything vector, the text selectable."""

from __future__ import annotations

import re
from io import BytesIO
from math import isqrt
from typing import Any

from training_app.core.faces import SERIF, SERIF_BOLD, runs, width

from . import wording
from .codes import TYPED_PATH, VERIFY_PATH
from .embedding import put_image, put_operators
from .look import Look
from .manners import MANNER, PAGE_HEIGHT, PAGE_WIDTH, Manner, accent, line
from .ornament import packed
from .typesetting import PADDING, Run, lines
from .wording import CertificateFacts, Piece

MM = 72 / 25.4
INK, MUTED, LIGHT_RED = (0.122, 0.161, 0.2), (0.42, 0.38, 0.35), (0.965, 0.885, 0.87)
#: A bureau's chop measures 42 mm across.
CHOP = 42 * MM
_QR_SIZE = 64.0
_DARK = re.compile(b"\0+")


def _text(canvas: Any, x: float, y: float, text: str, *, face: str = SERIF, size: float, spread: float = 0.0) -> None:
    written = canvas.beginText(x, y)
    written.setCharSpace(spread)
    for name, part in runs(text, face):
        written.setFont(name, size)
        written.textOut(part)
    canvas.drawText(written)


def _centred(
    canvas: Any, x: float, y: float, text: str, *, face: str = SERIF, size: float, spread: float = 0.0
) -> None:
    full = width(text, face, size) + spread * (len(text) - 1)
    _text(canvas, x - full / 2, y, text, face=face, size=size, spread=spread)


def _runs(canvas: Any, row: list[Run], left: float, y: float, size: float, look: Look) -> None:
    for run in row:
        text_width = width(run.text, run.face(), size)
        pad = min(PADDING * size, max(0.0, run.width - text_width)) if run.filled else 0.0
        if run.filled:
            canvas.setStrokeColorRGB(*line(look))
            canvas.setLineWidth(0.6)
            canvas.line(left + run.x, y - 0.42 * size, left + run.x + run.width, y - 0.42 * size)
        _text(canvas, left + run.x + pad, y, run.text, face=run.face(), size=size)


def _symbol(content: str) -> tuple[int, str]:
    """A QR code of level M: its modules a side, and its dark runs as PDF rectangles in module units.

    zxing-cpp's writer takes 0.3 ms; each run is a hair taller than its row, so that no renderer shows seams.
    """
    import zxingcpp

    code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    dark = bytes(memoryview(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False)))
    side = isqrt(len(dark))
    rectangles = [
        f"{run.start()} {side - row - 1} {run.end() - run.start()} 1.03 re"
        for row in range(side)
        for run in _DARK.finditer(dark[row * side : (row + 1) * side])
    ]
    return side, " ".join(rectangles)


def _code(canvas: Any, facts: CertificateFacts, manner: Manner) -> None:
    side, rectangles = _symbol(facts.verify_url)
    scale = _QR_SIZE / side
    red, green, blue = INK
    scan = "扫码核验 · Scan to verify" if facts.with_english else "扫码核验"
    # Whoever cannot scan types this address, the number and the code.
    site = facts.verify_url.partition("://")[2].rpartition(VERIFY_PATH)[0] + TYPED_PATH
    words = (scan, f"校验码 {facts.check_code}", site)
    if manner.column is None:
        x, y = manner.left, 70.0
        for row, text in enumerate(words):
            _text(canvas, x + _QR_SIZE + 13, 104 - 15 * row, text, size=9.5)
    else:
        x, y = manner.column - _QR_SIZE / 2, 98.0
        for row, text in enumerate(words):
            size = min(8.5, 8.5 * 136 / width(text, SERIF, 8.5))
            _centred(canvas, manner.column, 83 - 12 * row, text, size=size)
    canvas._code.append(f"q {red} {green} {blue} rg {scale:.4f} 0 0 {scale:.4f} {x:.2f} {y:.0f} cm {rectangles} f Q")


def _broken(text: str, size: float, measure: float) -> list[str]:
    """A name in as few lines as it needs, all about as long."""
    needed = len(lines([Piece(text)], size=size, measure=measure))
    even = width(text, SERIF, size) / needed + size if needed > 1 else measure
    rows = lines([Piece(text)], size=size, measure=min(measure, even))
    return ["".join(run.text for run in row) for row in rows]


def _bodies(canvas: Any, facts: CertificateFacts, manner: Manner) -> None:
    """The issuing bodies side by side, each with room for its chop, and the date below."""
    count, seal = len(facts.bodies), facts.shown.seal
    size = 15.0 if count == 1 else 13.0 if count <= 3 else 11.0
    column = 240.0 if count == 1 else min(160.0, 470.0 / max(1, count))
    first = manner.right + 8 - column * count
    # Below the words, so that a seal without transparency hides none.
    if seal is not None:
        box = (first + column / 2 - CHOP / 2, 122 - CHOP / 2, CHOP, CHOP)
        put_image(canvas, "seal", seal.image, box=box, across="middle")
    for position, body in enumerate(facts.bodies):
        centre = first + column * (position + 0.5)
        canvas.saveState()
        if seal is None and count <= 3:
            canvas.setStrokeColorRGB(0.87, 0.75, 0.72)
            canvas.setLineWidth(0.5)
            canvas.setDash(2.2, 2.2)
            canvas.circle(centre, 122, CHOP / 2, stroke=1, fill=0)
        canvas.restoreState()
        rows = _broken(body, size, column - 14)
        canvas.setFillColorRGB(*INK)
        for at, row in enumerate(rows):
            _centred(canvas, centre, 128 + (len(rows) - 1 - at) * size * 1.3, row, size=size)
    canvas.setFillColorRGB(*INK)
    _centred(canvas, first + column * count / 2, 97, wording.issue_day(facts), size=15.0 if count == 1 else 13.0)


#: The signatures' line, and how wide each is with the air after it.
_SIGNED, _HAND = 196.0, 128.0


def _signatures(canvas: Any, look: Look, manner: Manner) -> None:
    """Who signs: the hand or room for it over a line, the name and the title below."""
    for position, signature in enumerate(look.signatures):
        x = manner.left + position * _HAND
        if signature.image is not None:
            put_image(canvas, f"hand{position}", signature.image, box=(x, _SIGNED + 1, _HAND - 16, 32), across="middle")
        canvas.setStrokeColorRGB(*line(look))
        canvas.setLineWidth(0.6)
        canvas.line(x, _SIGNED, x + _HAND - 16, _SIGNED)
        words = "  ".join(filter(None, (signature.name, signature.title)))
        size = min(10.5, 10.5 * (_HAND - 16) / max(1.0, width(words, SERIF, 10.5)))
        canvas.setFillColorRGB(*INK)
        _centred(canvas, x + (_HAND - 16) / 2, _SIGNED - 14, words, size=size)


def _body(canvas: Any, facts: CertificateFacts, manner: Manner) -> None:
    """The text, in the largest size at which it leaves the lower third free."""
    look, measure = facts.shown, manner.right - manner.left
    paragraphs = wording.paragraphs(facts)
    english = wording.english(facts) if facts.with_english else ""
    top, bottom = manner.top, 240.0 if look.signatures else 205.0
    for size in (19.0, 18.0, 17.0, 16.0, 15.0, 14.0, 13.0, 12.0, 11.0, 10.0, 9.0):
        leading = size * (1.75 if english else 2.05)
        rows = [lines(p, size=size, measure=measure, indent=2 * size) for p in paragraphs]
        small = max(8.5, size * 0.68)
        foreign = lines([Piece(english)], size=small, measure=measure) if english else []
        height = leading * (sum(map(len, rows)) - 1) + (len(foreign) * small * 1.5 + size * 0.8 if foreign else 0)
        if top - height >= bottom:
            break
    y = top
    canvas.setFillColorRGB(*INK)
    for row in (row for paragraph in rows for row in paragraph):
        _runs(canvas, row, manner.left, y, size, look)
        y -= leading
    y -= size * 0.3
    canvas.setFillColorRGB(*MUTED)
    for row in foreign:
        _runs(canvas, row, manner.left, y, small, look)
        y -= small * 1.5


def _specimen(canvas: Any, facts: CertificateFacts) -> None:
    canvas.saveState()
    canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT / 2 - 10)
    canvas.rotate(24)
    canvas.setFillColorRGB(*LIGHT_RED)
    _centred(canvas, 0, -60, "样张", face=SERIF_BOLD, size=170, spread=60)
    if facts.with_english:
        _centred(canvas, 0, -105, "SPECIMEN", face=SERIF_BOLD, size=30, spread=14)
    canvas.restoreState()


def _title(canvas: Any, facts: CertificateFacts, manner: Manner) -> None:
    """Title, number and logo."""
    look = facts.shown
    title, english = look.texts.title, look.texts.english_title if facts.with_english else ""
    serial = f"编号：{facts.serial}"
    canvas.setFillColorRGB(*accent(look))
    if manner.column is None:
        size = min(manner.title_size, (manner.right - manner.left - 260) / (1.46 * len(title) - 0.46))
        if look.titled:
            _centred(canvas, PAGE_WIDTH / 2, PAGE_HEIGHT - 128, title, face=SERIF_BOLD, size=size, spread=0.46 * size)
            if english:
                _centred(canvas, PAGE_WIDTH / 2, PAGE_HEIGHT - 152, english, size=14, spread=1.5)
        number_at, box = PAGE_HEIGHT - 158, (manner.left, PAGE_HEIGHT - 128, 120.0, 56.0)
    else:
        number_at, box = PAGE_HEIGHT - 92, (manner.column - 42, PAGE_HEIGHT - 108, 84.0, 44.0)
        if look.titled:
            _upright(canvas, title, manner, high=PAGE_HEIGHT - (122 if look.logo else 78), look=look)
            canvas.setFillColorRGB(*accent(look))
            if english:
                _text(canvas, manner.left, PAGE_HEIGHT - 92, english, size=14, spread=1.2)
    if look.logo is not None:
        put_image(canvas, "logo", look.logo, box=box, across="left" if manner.column is None else "middle")
    canvas.setFillColorRGB(*MUTED)
    _text(canvas, manner.right - width(serial, SERIF, 11.5), number_at, serial, size=11.5)


def _upright(canvas: Any, title: str, manner: Manner, *, high: float, look: Look) -> None:
    """The title from top to bottom in a slip, like that of a thread-bound book."""
    low, column = 186.0, manner.column or 0.0
    size = min(manner.title_size, (high - low - 26) / (1.28 * len(title) - 0.28))
    step = min(size * 1.5, (high - low - 26 - size) / max(1, len(title) - 1))
    tall, wide = size + step * (len(title) - 1) + 30, size + 26
    for inset, colour, weight in ((0.0, accent(look), 1.1), (3.5, line(look), 0.5)):
        canvas.setStrokeColorRGB(*colour)
        canvas.setLineWidth(weight)
        canvas.rect(column - wide / 2 + inset, high - tall + inset, wide - 2 * inset, tall - 2 * inset)
    canvas.setFillColorRGB(*accent(look))
    for position, character in enumerate(title):
        _centred(canvas, column, high - 15 - 0.88 * size - step * position, character, face=SERIF_BOLD, size=size)


def draw(facts: CertificateFacts) -> bytes:
    """The certificate as one PDF page. The same facts give the same bytes, so that a repeated job stores one file.

    Raises Undrawable (a ValueError) for a character that no installed face draws.
    """
    from reportlab.pdfgen.canvas import Canvas

    look, out = facts.shown, BytesIO()
    manner = MANNER[look.manner]
    canvas = Canvas(out, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1, invariant=1, lang="zh-CN")
    canvas.setTitle(f"{look.texts.title} {facts.serial}")
    canvas.setAuthor("、".join(facts.bodies))
    canvas.translate(facts.offset_mm[0] * MM, -facts.offset_mm[1] * MM)
    if facts.specimen:
        _specimen(canvas, facts)
    if facts.framed:
        put_operators(canvas, "border", packed(look.manner, accent(look), line(look)))
    _title(canvas, facts, manner)
    _body(canvas, facts, manner)
    _signatures(canvas, look, manner)
    canvas.setFillColorRGB(*MUTED)
    _code(canvas, facts, manner)
    _bodies(canvas, facts, manner)
    canvas.save()
    return out.getvalue()


def picture(pdf: bytes, *, pixels: int = 1600) -> bytes:
    """The first page as a PNG, `pixels` wide, for phones that do not show PDFs."""
    import pypdfium2
    from PIL import Image

    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        image = page.render(scale=pixels / page.get_width(), fill_color=(255, 254, 250, 255)).to_pil()
        # Few inks on plain paper: 64 colours take a quarter of the bytes and half of the time.
        out = BytesIO()
        image.convert("RGB").quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG")
        return out.getvalue()
    finally:
        document.close()
