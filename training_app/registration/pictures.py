"""A ticket as a picture: WeChat keeps it by a long press, and it needs no network at the door."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from training_app.core.glyphs import FONTS, RARE, draws
from training_app.core.qr import matrix
from training_app.web.filters import place
from training_app.web.filters import span as span_of

from .models import Registration
from .tickets import grouped

SANS = FONTS / "NotoSansSC_400Regular.ttf"
WIDTH, HEAD, MARGIN = 900, 330, 64
SEA, INK, MUTED, WHITE, PALE = "#0f4c5c", "#1f2933", "#5b6770", "#ffffff", "#d3e4e9"


def _face(path: Path, size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def _pieces(text: str) -> list[tuple[Path, str]]:
    """Stretches of the text with the face that draws them."""
    found: list[tuple[Path, str]] = []
    for character in text:
        face = RARE if RARE.exists() and not draws(SANS, character) and draws(RARE, character) else SANS
        if found and found[-1][0] == face:
            found[-1] = (face, found[-1][1] + character)
        else:
            found.append((face, character))
    return found


def _length(text: str, size: int) -> float:
    return sum(float(_face(face, size).getlength(part)) for face, part in _pieces(text))


def _lines(text: str, size: int, measure: float, most: int) -> list[str]:
    lines = [""]
    for character in text:
        if lines[-1] and _length(lines[-1] + character, size) > measure:
            lines.append("")
        lines[-1] += character
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][:-1] + "…"]
    return lines


def _write(
    image: Any, y: float, text: str, size: int, colour: str, *, centred: bool = False, bold: bool = False
) -> None:
    x = (WIDTH - _length(text, size)) / 2 if centred else float(MARGIN)
    for face, part in _pieces(text):
        font = _face(face, size)
        image.text((x, y), part, font=font, fill=colour, stroke_width=1 if bold else 0, stroke_fill=colour)
        x += font.getlength(part)


def ticket(row: Registration, address: str) -> bytes:
    """The picture of a confirmed registration whose event, slots, venue, person and division are loaded."""
    from PIL import Image, ImageDraw

    event = row.event
    title = _lines(event.title, 52, WIDTH - 2 * MARGIN, 2)
    head = HEAD + 66 * (len(title) - 1)
    modules = matrix(address)
    scale = (WIDTH - 2 * MARGIN - 60) // len(modules)
    side = scale * len(modules)
    image = Image.new("RGB", (WIDTH, head + side + 470), WHITE)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, head), fill=SEA)
    when = span_of(event.slots[0].starts_at, event.slots[-1].ends_at) if event.slots else ""
    number = _("Session %(number)s") if event.kind == "session" else _("Salon %(number)s")
    _write(pen, 52, f"{when} · {number % {'number': event.number}}", 32, PALE)
    for at, line in enumerate(title):
        _write(pen, 112 + 66 * at, line, 52, WHITE, bold=True)
    if event.venue is not None:
        below = 112 + 66 * len(title) + 20
        _write(pen, below, _lines(event.venue.name, 34, WIDTH - 2 * MARGIN, 1)[0], 34, PALE)
        if event.venue.address:
            _write(pen, below + 52, _lines(event.venue.address, 28, WIDTH - 2 * MARGIN, 1)[0], 28, PALE)
    left, top = (WIDTH - side) // 2, head + 56
    for y, dark_row in enumerate(modules):
        for x, dark in enumerate(dark_row):
            if dark:
                corner = (left + x * scale, top + y * scale)
                pen.rectangle((*corner, corner[0] + scale - 1, corner[1] + scale - 1), fill=INK)
    y = top + side + 40
    _write(pen, y, grouped(row.ticket_code), 54, INK, centred=True, bold=True)
    community = place(row.division.name) if row.division is not None else ""
    _write(pen, y + 96, row.person.name, 60, INK, centred=True, bold=True)
    _write(pen, y + 186, community, 36, MUTED, centred=True)
    _write(pen, y + 258, _("Show this to the staff at the door"), 30, MUTED, centred=True)
    out = BytesIO()
    image.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()
