"""A sheet with rulers: printed on the bought paper's printer, it tells by how many millimetres ink lies beside."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from training_app.core.faces import SERIF, SERIF_BOLD, runs, width

from .manners import PAGE_HEIGHT, PAGE_WIDTH

MM = 72 / 25.4
#: How far from the sheet's edge the crosses stand, in millimetres.
CROSS = 20


def _say(canvas: Any, x: float, y: float, text: str, *, face: str = SERIF, size: float = 10.0) -> None:
    written = canvas.beginText(x - width(text, face, size) / 2, y)
    for name, part in runs(text, face):
        written.setFont(name, size)
        written.textOut(part)
    canvas.drawText(written)


def _ruler(canvas: Any, *, upright: bool) -> None:
    """Every millimetre from the sheet's upper left corner, through its middle."""
    long, at = (PAGE_HEIGHT, PAGE_WIDTH / 2) if upright else (PAGE_WIDTH, PAGE_HEIGHT / 2)
    for mm in range(int(long / MM) + 1):
        size = 6.0 if mm % 10 == 0 else 4.0 if mm % 5 == 0 else 2.4
        if upright:
            y = PAGE_HEIGHT - mm * MM
            canvas.line(at - size, y, at, y)
            if mm % 10 == 0 and mm:
                _say(canvas, at + 9, y - 2.5, str(mm), size=7)
        else:
            canvas.line(mm * MM, at, mm * MM, at + size)
            if mm % 10 == 0 and mm:
                _say(canvas, mm * MM, at - 9, str(mm), size=7)
    if upright:
        canvas.line(at, 0, at, PAGE_HEIGHT)
    else:
        canvas.line(0, at, PAGE_WIDTH, at)


def sheet(offset_mm: tuple[float, float]) -> bytes:
    """The sheet as a PDF, everything moved by `offset_mm` to the right and down, like the certificates."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1, invariant=1, lang="zh-CN")
    canvas.setTitle("套打校准页 Calibration")
    canvas.translate(offset_mm[0] * MM, -offset_mm[1] * MM)
    canvas.setLineWidth(0.4)
    _ruler(canvas, upright=True)
    _ruler(canvas, upright=False)
    near = CROSS * MM
    for x in (near, PAGE_WIDTH - near):
        for y in (near, PAGE_HEIGHT - near):
            canvas.line(x - 14, y, x + 14, y)
            canvas.line(x, y - 14, x, y + 14)
            canvas.circle(x, y, 5)
            _say(canvas, x, y + 18, f"距两边各 {CROSS} mm", size=8)
    middle, top = PAGE_WIDTH * 0.25, PAGE_HEIGHT * 0.8
    _say(canvas, middle, top, "套打校准页", face=SERIF_BOLD, size=18)
    rows = (
        f"本页已右移 {offset_mm[0]:g} mm，下移 {offset_mm[1]:g} mm",
        "打印时请选“实际大小（100%）”，不要“适合页面”。",
        "用直尺量四个十字到纸边的距离：左右各应为 20 mm，上下各应为 20 mm。",
        "左边量得 18 mm，就在“右移”里加 2；上边量得 18 mm，就在“下移”里加 2。",
        "Print at actual size (100%). Each cross lies 20 mm from both edges;",
        "enter what is missing as the shift.",
    )
    for position, text in enumerate(rows):
        _say(canvas, middle, top - 24 - 15 * position, text, size=9)
    canvas.save()
    return out.getvalue()
