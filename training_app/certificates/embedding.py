"""What every page of a design has alike, packed once and put into each page's file as it is."""

from __future__ import annotations

import zlib
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple

from .manners import PAGE_HEIGHT, PAGE_WIDTH


class Pixels(NamedTuple):
    """An image, its colours and its transparency compressed."""

    width: int
    height: int
    colours: bytes
    alpha: bytes | None


@lru_cache(maxsize=16)
def pixels(data: bytes) -> Pixels:
    """The image in these bytes."""
    from PIL import Image

    image = Image.open(BytesIO(data)).convert("RGBA")
    alpha = image.getchannel("A")
    hidden = zlib.compress(alpha.tobytes(), 6) if alpha.getextrema() != (255, 255) else None
    return Pixels(*image.size, zlib.compress(image.convert("RGB").tobytes(), 6), hidden)


def _stream(canvas: Any, name: str, entries: dict[str, Any], data: bytes) -> Any:
    from reportlab.pdfbase import pdfdoc

    about = pdfdoc.PDFDictionary(
        {"Type": pdfdoc.PDFName("XObject"), "Filter": pdfdoc.PDFName("FlateDecode"), **entries}
    )
    return canvas._doc.Reference(pdfdoc.PDFStream(about, data, filters=[]), canvas._doc.getXObjectName(name))


def put_operators(canvas: Any, name: str, packed: bytes) -> None:
    """Draw compressed operators on the page."""
    from reportlab.pdfbase import pdfdoc

    box = pdfdoc.PDFArray([0, 0, PAGE_WIDTH, PAGE_HEIGHT])
    _stream(canvas, name, {"Subtype": pdfdoc.PDFName("Form"), "BBox": box}, packed)
    canvas.doForm(name)


def put_image(canvas: Any, name: str, data: bytes, *, box: tuple[float, float, float, float], across: str) -> None:
    """Draw an image as large as it fits into a box (x, y, width, height), on its lower edge.

    `across`: left, middle.
    """
    from reportlab.pdfbase import pdfdoc

    found = pixels(data)
    x, y, width, height = box
    scale = min(width / found.width, height / found.height)
    wide, high = found.width * scale, found.height * scale
    entries: dict[str, Any] = {
        "Subtype": pdfdoc.PDFName("Image"),
        "Width": found.width,
        "Height": found.height,
        "BitsPerComponent": 8,
    }
    if found.alpha is not None:
        grey = {"ColorSpace": pdfdoc.PDFName("DeviceGray")}
        entries["SMask"] = _stream(canvas, f"{name}-alpha", entries | grey, found.alpha)
    _stream(canvas, name, entries | {"ColorSpace": pdfdoc.PDFName("DeviceRGB")}, found.colours)
    left = x if across == "left" else x + (width - wide) / 2
    canvas.saveState()
    canvas._code.append(f"{wide:.2f} 0 0 {high:.2f} {left:.2f} {y:.2f} cm")
    canvas.doForm(name)
    canvas.restoreState()
