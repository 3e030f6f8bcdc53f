"""An event's poster: A4 portrait, set like print, its QR large enough to be scanned from across a room.

Drawn in a process of its own, started for one poster and gone after it: web workers neither load the
faces nor keep their memory. It reads the facts as JSON and writes the file.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from training_app.core.faces import SERIF, SERIF_BOLD, runs, width
from training_app.core.qr import matrix

WIDTH, HEIGHT = 595.28, 841.89
LEFT, RIGHT = 54.0, WIDTH - 54.0
SEA, CORAL, INK, MUTED, LINE = (
    (0.059, 0.298, 0.361),
    (0.784, 0.271, 0.231),
    (0.122, 0.161, 0.2),
    (0.36, 0.4, 0.44),
    (
        0.85,
        0.82,
        0.77,
    ),
)
WHITE, PALE = (1.0, 1.0, 1.0), (0.82, 0.89, 0.91)
BAND = 356.0
CODE = 204.0
PACKAGE = Path(__file__).resolve().parent.parent
#: Seconds that drawing may take.
_TIMEOUT = 30


@dataclass(frozen=True)
class PosterFacts:
    """What a poster says, in the language in which it is printed."""

    programme: str
    tag: str
    title: str
    theme: str
    #: (label, lines) from top to bottom: time, venue, who teaches.
    rows: list[tuple[str, list[str]]]
    #: (role, organisations) at the foot.
    hosts: list[tuple[str, str]]
    url: str
    scan: str
    note: str


#: The package's own `__init__` wires the whole application, which no poster needs: it is stood in for.
_PROGRAM = (
    "import sys, types; package = types.ModuleType('training_app'); package.__path__ = [sys.argv[1]]; "
    "sys.modules['training_app'] = package; from training_app.registration.posters import main; main()"
)


def make(facts: PosterFacts, kind: str) -> bytes:
    """The poster as a file of this kind, pdf or png. Raises subprocess.SubprocessError when drawing fails."""
    done = subprocess.run(  # noqa: S603 - our own program, nothing typed among its arguments
        [sys.executable, "-c", _PROGRAM, str(PACKAGE), kind],
        input=json.dumps(asdict(facts)).encode(),
        capture_output=True,
        timeout=_TIMEOUT,
        check=True,
    )
    return done.stdout


def _words(text: str) -> list[str]:
    """Stretches that stay together: a Latin word with its space, else single characters."""
    words: list[str] = []
    for character in text:
        if words and (
            (character.isascii() and words[-1][-1].isascii() and words[-1][-1] != " ")
            or character in "，。、：；）》”！？ "
        ):
            words[-1] += character
        else:
            words.append(character)
    return words


def wrapped(text: str, face: str, size: float, measure: float) -> list[str]:
    """The text in lines of at most `measure` points; a single word that is longer stands alone."""
    lines = [""]
    for word in _words(text):
        if lines[-1] and width((lines[-1] + word).rstrip(), face, size) > measure:
            lines.append("")
        lines[-1] += word
    return [line.strip() for line in lines]


def _text(
    canvas: Any, x: float, y: float, text: str, *, face: str = SERIF, size: float, colour: Any, spread: float = 0
) -> None:
    canvas.setFillColorRGB(*colour)
    written = canvas.beginText(x, y)
    written.setCharSpace(spread)
    for name, part in runs(text, face):
        written.setFont(name, size)
        written.textOut(part)
    canvas.drawText(written)


def _scales(canvas: Any) -> None:
    """The carp's scales along the lower edge of the band, in lines a little lighter than the sea."""
    canvas.saveState()
    path = canvas.beginPath()
    path.rect(0, HEIGHT - BAND, WIDTH, 84)
    canvas.clipPath(path, stroke=0, fill=0)
    canvas.setStrokeColorRGB(0.17, 0.42, 0.48)
    canvas.setFillColorRGB(*SEA)
    canvas.setLineWidth(0.8)
    radius = WIDTH / 14
    # From the top downwards: each row covers the one above it, as scales do.
    for row in range(4, -1, -1):
        y = HEIGHT - BAND - radius * 1.1 + row * radius * 0.5
        for column in range(-1, 16):
            x = (column + (row % 2) / 2) * radius
            for part in (0.98, 0.72, 0.46):
                canvas.circle(x, y, radius * part, stroke=1, fill=int(part > 0.9))
    canvas.restoreState()


def _head(canvas: Any, facts: PosterFacts) -> None:
    canvas.setFillColorRGB(*SEA)
    canvas.rect(0, HEIGHT - BAND, WIDTH, BAND, stroke=0, fill=1)
    _scales(canvas)
    y = HEIGHT - 84
    for line in wrapped(facts.programme, SERIF, 16, RIGHT - LEFT):
        _text(canvas, LEFT, y, line, size=16, colour=PALE, spread=1.2 if not line.isascii() else 0)
        y -= 23
    tag = width(facts.tag, SERIF_BOLD, 15) + 24
    canvas.setFillColorRGB(*CORAL)
    canvas.roundRect(LEFT, y - 26, tag, 29, 5, stroke=0, fill=1)
    _text(canvas, LEFT + 12, y - 17, facts.tag, face=SERIF_BOLD, size=15, colour=WHITE)
    y -= 34
    for size in (54.0, 48.0, 42.0, 36.0, 30.0, 26.0, 22.0):
        lines = wrapped(facts.title, SERIF_BOLD, size, RIGHT - LEFT)
        if len(lines) * size * 1.24 <= y - (HEIGHT - BAND) - (124 if facts.theme else 96) and all(
            width(line, SERIF_BOLD, size) <= RIGHT - LEFT for line in lines
        ):
            break
    for line in lines:
        y -= size * 1.24
        _text(canvas, LEFT - size * 0.04, y, line, face=SERIF_BOLD, size=size, colour=WHITE)
    if facts.theme:
        _text(canvas, LEFT, y - 34, facts.theme, size=14.5, colour=PALE)


def _code(canvas: Any, facts: PosterFacts) -> float:
    """The QR with what to do about it; gives its left edge."""
    left, top = RIGHT - CODE - 14, HEIGHT - BAND - 46
    canvas.setStrokeColorRGB(*LINE)
    canvas.setLineWidth(0.8)
    canvas.roundRect(left - 14, top - CODE - 62, CODE + 28, CODE + 76, 10, stroke=1, fill=0)
    modules = matrix(facts.url)
    scale = CODE / len(modules)
    canvas.setFillColorRGB(*INK)
    path = canvas.beginPath()
    for y, row in enumerate(modules):
        start = None
        for x in range(len(row) + 1):
            dark = x < len(row) and row[x]
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                # A hair taller than its row, so that no renderer shows seams.
                path.rect(left + start * scale, top - (y + 1) * scale, (x - start) * scale, scale * 1.03)
                start = None
    canvas.drawPath(path, stroke=0, fill=1, fillMode=1)
    middle = left + CODE / 2
    size = 19.0
    while width(facts.scan, SERIF_BOLD, size) > CODE + 12:
        size -= 1
    at = middle - width(facts.scan, SERIF_BOLD, size) / 2
    _text(canvas, at, top - CODE - 29, facts.scan, face=SERIF_BOLD, size=size, colour=SEA)
    size = 11.0
    while width(facts.note, SERIF, size) > CODE + 16:
        size -= 0.5
    _text(canvas, middle - width(facts.note, SERIF, size) / 2, top - CODE - 49, facts.note, size=size, colour=MUTED)
    return left


def _body(canvas: Any, facts: PosterFacts, right: float) -> None:
    y = HEIGHT - BAND - 58
    for label, texts in facts.rows:
        _text(canvas, LEFT, y, label, size=13, colour=CORAL, spread=3 if not label.isascii() else 0)
        for number, text in enumerate(texts):
            size = 18.5 if number == 0 else 13.5
            for line in wrapped(text, SERIF_BOLD if number == 0 else SERIF, size, right - LEFT - 40):
                y -= size * 1.42
                _text(
                    canvas,
                    LEFT,
                    y,
                    line,
                    face=SERIF_BOLD if number == 0 else SERIF,
                    size=size,
                    colour=INK if number == 0 else MUTED,
                )
        y -= 36


def _foot(canvas: Any, facts: PosterFacts) -> None:
    if not facts.hosts:
        return
    size = 12.5
    label = max(width(role, SERIF, size) for role, _names in facts.hosts) + 18
    lines = [
        (role if number == 0 else "", line)
        for role, names in facts.hosts
        for number, line in enumerate(wrapped(names, SERIF, size, RIGHT - LEFT - label))
    ]
    y = 46 + (len(lines) - 1) * size * 1.62
    canvas.setStrokeColorRGB(*SEA)
    canvas.setLineWidth(1.4)
    canvas.line(LEFT, y + 30, RIGHT, y + 30)
    for role, line in lines:
        _text(canvas, LEFT, y, role, size=size, colour=MUTED)
        _text(canvas, LEFT + label, y, line, size=size, colour=INK)
        y -= size * 1.62


def draw(facts: PosterFacts) -> bytes:
    """The poster as one PDF page; the same facts give the same bytes."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1, lang="zh-CN")
    canvas.setTitle(f"{facts.tag} {facts.title}")
    _head(canvas, facts)
    _body(canvas, facts, _code(canvas, facts))
    _foot(canvas, facts)
    canvas.save()
    return out.getvalue()


def picture(pdf: bytes, *, pixels: int = 1240) -> bytes:
    """The page as a PNG, `pixels` wide."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        image = page.render(scale=pixels / page.get_width()).to_pil()
        out = BytesIO()
        image.convert("RGB").quantize(64).save(out, "PNG", optimize=True)
        return out.getvalue()
    finally:
        document.close()


def main() -> None:
    """Read facts, write the poster."""
    given = PosterFacts(**json.load(sys.stdin))
    pdf = draw(given)
    sys.stdout.buffer.write(pdf if sys.argv[-1] == "pdf" else picture(pdf))
