"""The plainest program that draws the same page with reportlab: what one would write in an afternoon.

Faces are registered once, as its manual says; the border is drawn with the same strokes, the text set in the same
places and sizes, the QR code made by `qrcode` and placed as a PNG. Nothing is kept from one page to the next.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from training_app.certificates import wording
from training_app.certificates.drawing import CHOP, INK, MUTED
from training_app.certificates.manners import MANNER, PAGE_HEIGHT, PAGE_WIDTH, accent, line
from training_app.certificates.ornament import DRAWN
from training_app.certificates.wording import CertificateFacts
from training_app.core.glyphs import BOLD, REGULAR

SIZE, LEADING = 19.0, 39.0


@cache
def register() -> None:
    """The two faces, once."""
    pdfmetrics.registerFont(TTFont("PlainSerif", str(REGULAR)))
    pdfmetrics.registerFont(TTFont("PlainSerifBold", str(BOLD)))


def _spread(canvas: Canvas, x: float, y: float, text: str, size: float, space: float) -> None:
    full = pdfmetrics.stringWidth(text, "PlainSerifBold", size) + space * (len(text) - 1)
    canvas.setFont("PlainSerifBold", size)
    canvas.drawString(x - full / 2, y, text, charSpace=space)


def draw(facts: CertificateFacts) -> bytes:
    """The certificate as one PDF page."""
    register()
    look, out = facts.shown, BytesIO()
    manner = MANNER[look.manner]
    canvas = Canvas(out, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1)
    canvas.setTitle(f"{look.texts.title} {facts.serial}")
    DRAWN[look.manner](canvas, accent(look), line(look))
    canvas.setFillColorRGB(*accent(look))
    _spread(canvas, PAGE_WIDTH / 2, PAGE_HEIGHT - 128, look.texts.title, 50, 23)
    canvas.setFillColorRGB(*MUTED)
    canvas.setFont("PlainSerif", 11.5)
    canvas.drawRightString(manner.right, PAGE_HEIGHT - 158, f"编号：{facts.serial}")
    canvas.setFillColorRGB(*INK)
    canvas.setStrokeColorRGB(*line(look))
    canvas.setLineWidth(0.6)
    y = manner.top
    for paragraph in wording.paragraphs(facts):
        x = manner.left + 2 * SIZE
        for piece in paragraph:
            face = "PlainSerifBold" if piece.filled else "PlainSerif"
            canvas.setFont(face, SIZE)
            start, run = x, ""
            for character in piece.text:
                wide = pdfmetrics.stringWidth(character, face, SIZE)
                if x + wide > manner.right:
                    canvas.drawString(start, y, run)
                    start, x, y, run = manner.left, manner.left, y - LEADING, ""
                run += character
                x += wide
            canvas.drawString(start, y, run)
            if piece.filled:
                canvas.line(start, y - 8, x, y - 8)
        y -= LEADING
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=6, border=0)
    code.add_data(facts.verify_url)
    picture = BytesIO()
    code.make_image().save(picture, "PNG")
    picture.seek(0)
    canvas.drawImage(ImageReader(picture), manner.left, 70, 64, 64)
    canvas.setFillColorRGB(*MUTED)
    canvas.setFont("PlainSerif", 9.5)
    canvas.drawString(manner.left + 77, 104, "扫码核验")
    canvas.drawString(manner.left + 77, 89, f"校验码 {facts.check_code}")
    canvas.drawString(manner.left + 77, 74, "fulei.example/verify")
    middle = manner.right - 112
    canvas.setStrokeColorRGB(0.87, 0.75, 0.72)
    canvas.setDash(2.2, 2.2)
    canvas.circle(middle, 122, CHOP / 2, stroke=1, fill=0)
    canvas.setFillColorRGB(*INK)
    canvas.setFont("PlainSerif", 15)
    canvas.drawCentredString(middle, 128, facts.bodies[0])
    canvas.drawCentredString(middle, 97, wording.issue_day(facts))
    canvas.save()
    return out.getvalue()
