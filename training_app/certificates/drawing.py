"""A certificate as a PDF page: A4 landscape, everything vector, the text selectable."""

from __future__ import annotations

from io import BytesIO
from math import isqrt
from typing import Any

from training_app.core.faces import SERIF, SERIF_BOLD, runs, width

from . import wording
from .codes import TYPED_PATH, VERIFY_PATH
from .ornament import GOLD, PAGE_HEIGHT, PAGE_WIDTH, RED, operators
from .typesetting import PADDING, Run, lines
from .wording import CertificateFacts, Piece

MM = 72 / 25.4
INK, MUTED, LIGHT_RED = (0.122, 0.161, 0.2), (0.42, 0.38, 0.35), (0.965, 0.885, 0.87)
LEFT, RIGHT = 84.0, PAGE_WIDTH - 84.0
MEASURE = RIGHT - LEFT
#: A bureau's chop measures 42 mm across.
CHOP = 42 * MM
_QR_SIZE = 64.0


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


def _runs(canvas: Any, row: list[Run], y: float, size: float) -> None:
    for run in row:
        text_width = width(run.text, run.face(), size)
        pad = min(PADDING * size, max(0.0, run.width - text_width)) if run.filled else 0.0
        if run.filled:
            canvas.setStrokeColorRGB(*GOLD)
            canvas.setLineWidth(0.6)
            canvas.line(LEFT + run.x, y - 0.42 * size, LEFT + run.x + run.width, y - 0.42 * size)
        _text(canvas, LEFT + run.x + pad, y, run.text, face=run.face(), size=size)


def _symbol(content: str) -> tuple[int, str]:
    """A QR code of level M: its modules a side, and its dark runs as PDF rectangles in module units.

    zxing-cpp's writer takes 0.3 ms; each run is a hair taller than its row, so that no renderer shows seams.
    """
    import zxingcpp

    code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image = memoryview(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False))
    dark = bytes(image)
    side = isqrt(len(dark))
    rectangles = []
    for row in range(side):
        start = None
        for column in range(side + 1):
            on = column < side and dark[row * side + column] == 0
            if on and start is None:
                start = column
            elif not on and start is not None:
                rectangles.append(f"{start} {side - row - 1} {column - start} 1.03 re")
                start = None
    return side, " ".join(rectangles)


def _code(canvas: Any, facts: CertificateFacts) -> None:
    side, rectangles = _symbol(facts.verify_url)
    scale = _QR_SIZE / side
    red, green, blue = INK
    canvas._code.append(f"q {red} {green} {blue} rg {scale:.4f} 0 0 {scale:.4f} {LEFT:.2f} 70 cm {rectangles} f Q")
    canvas.setFillColorRGB(*MUTED)
    x = LEFT + _QR_SIZE + 13
    scan = "扫码核验 · Scan to verify" if facts.with_english else "扫码核验"
    _text(canvas, x, 104, scan, size=9.5)
    _text(canvas, x, 89, f"校验码 {facts.check_code}", size=9.5)
    # Whoever cannot scan types this address, the number and the code.
    site = facts.verify_url.partition("://")[2].rpartition(VERIFY_PATH)[0]
    _text(canvas, x, 74, f"{site}{TYPED_PATH}", size=9.5)


def _broken(text: str, size: float, measure: float) -> list[str]:
    """A name in as few lines as it needs, all about as long."""
    needed = len(lines([Piece(text)], size=size, measure=measure))
    even = width(text, SERIF, size) / needed + size if needed > 1 else measure
    rows = lines([Piece(text)], size=size, measure=min(measure, even))
    return ["".join(run.text for run in row) for row in rows]


def _bodies(canvas: Any, facts: CertificateFacts) -> None:
    """The issuing bodies side by side, each with room for its chop, and the date below."""
    count = len(facts.bodies)
    size = 15.0 if count == 1 else 13.0 if count <= 3 else 11.0
    column = 240.0 if count == 1 else min(160.0, 470.0 / max(1, count))
    first = RIGHT + 8 - column * count
    for position, body in enumerate(facts.bodies):
        centre = first + column * (position + 0.5)
        canvas.saveState()
        if facts.seal is None and count <= 3:
            canvas.setStrokeColorRGB(0.87, 0.75, 0.72)
            canvas.setLineWidth(0.5)
            canvas.setDash(2.2, 2.2)
            canvas.circle(centre, 122, CHOP / 2, stroke=1, fill=0)
        canvas.restoreState()
        rows = _broken(body, size, column - 14)
        canvas.setFillColorRGB(*INK)
        for at, row in enumerate(rows):
            _centred(canvas, centre, 128 + (len(rows) - 1 - at) * size * 1.3, row, size=size)
    if facts.seal is not None:
        from reportlab.lib.utils import ImageReader

        image = ImageReader(BytesIO(facts.seal.image))
        centre = first + column / 2
        canvas.drawImage(image, centre - CHOP / 2, 122 - CHOP / 2, CHOP, CHOP, mask="auto")
    canvas.setFillColorRGB(*INK)
    _centred(canvas, first + column * count / 2, 97, wording.issue_day(facts), size=15.0 if count == 1 else 13.0)


def _body(canvas: Any, facts: CertificateFacts) -> None:
    """The text, in the largest size at which it leaves the lower third free."""
    paragraphs = wording.paragraphs(facts)
    english = wording.english(facts) if facts.with_english else ""
    top, bottom = PAGE_HEIGHT - 202, 205.0
    for size in (19.0, 18.0, 17.0, 16.0, 15.0, 14.0, 13.0, 12.0, 11.0, 10.0):
        leading = size * (1.75 if english else 2.05)
        rows = [lines(p, size=size, measure=MEASURE, indent=2 * size) for p in paragraphs]
        small = max(9.0, size * 0.68)
        foreign = lines([Piece(english)], size=small, measure=MEASURE) if english else []
        height = leading * (sum(map(len, rows)) - 1) + (len(foreign) * small * 1.5 + size * 0.8 if foreign else 0)
        if top - height >= bottom:
            break
    y = top
    canvas.setFillColorRGB(*INK)
    for row in (row for paragraph in rows for row in paragraph):
        _runs(canvas, row, y, size)
        y -= leading
    y -= size * 0.3
    canvas.setFillColorRGB(*MUTED)
    for row in foreign:
        _runs(canvas, row, y, small)
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


def draw(facts: CertificateFacts) -> bytes:
    """The certificate as one PDF page. The same facts give the same bytes, so that a repeated job stores one file."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1, invariant=1, lang="zh-CN")
    canvas.setTitle(f"{wording.TITLES[facts.kind]} {facts.serial}")
    canvas.setAuthor("、".join(facts.bodies))
    canvas.translate(facts.offset_mm[0] * MM, -facts.offset_mm[1] * MM)
    if facts.specimen:
        _specimen(canvas, facts)
    if facts.framed:
        canvas._code.append(operators())
    canvas.setFillColorRGB(*RED)
    _centred(canvas, PAGE_WIDTH / 2, PAGE_HEIGHT - 128, wording.TITLES[facts.kind], face=SERIF_BOLD, size=50, spread=23)
    if facts.with_english:
        title = wording.ENGLISH_TITLES[facts.kind]
        _centred(canvas, PAGE_WIDTH / 2, PAGE_HEIGHT - 152, title, size=14, spread=1.5)
    canvas.setFillColorRGB(*MUTED)
    serial = f"编号：{facts.serial}"
    _text(canvas, RIGHT - width(serial, SERIF, 11.5), PAGE_HEIGHT - 158, serial, size=11.5)
    _body(canvas, facts)
    _code(canvas, facts)
    _bodies(canvas, facts)
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
