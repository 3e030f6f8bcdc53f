"""A printed sheet, pens and a poor camera: what the reading of signed sheets is tried on. Pillow alone."""

from __future__ import annotations

import math
import random
import shutil
import subprocess
from io import BytesIO

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from training_app.checkin import sheetlayout
from training_app.checkin.sheetgeometry import fit

#: Pens: two blue ones, a black one, a pencil.
INKS = ((30, 40, 120), (40, 60, 160), (20, 20, 25), (105, 105, 110))
DESK = (120, 96, 72)


def printed(pdf: bytes, dpi: int = 220) -> list[Image.Image]:
    """The pages of a PDF as pictures: by pdftoppm, which shares no code with the reader, where it is installed."""
    if shutil.which("pdftoppm") is None:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in pypdfium2.PdfDocument(pdf)]
    done = subprocess.run(["pdftoppm", "-r", str(dpi), "-"], input=pdf, capture_output=True, check=True)
    rest, pages = BytesIO(done.stdout), []
    while rest.tell() < len(done.stdout):
        pages.append(Image.open(BytesIO(_ppm(rest))).convert("RGB"))
    return pages


def _ppm(stream: BytesIO) -> bytes:
    head = [stream.readline() for _ in range(3)]
    width, height = map(int, head[1].split())
    return b"".join(head) + stream.read(width * height * 3)


def sign(page: Image.Image, box: sheetlayout.Box, how: str, chance: random.Random) -> None:
    """Write into a box: "tick", "name" (strokes like characters, over the lines too) or "scrawl"."""
    unit = page.width / sheetlayout.PAGE[0]
    pen = ImageDraw.Draw(page)
    ink, wide = chance.choice(INKS), max(2, round(unit * chance.uniform(0.35, 0.6)))
    left, top, right, bottom = (value * unit for value in box)

    def stroke(*points: tuple[float, float]) -> None:
        pen.line(points, fill=ink, width=wide, joint="curve")

    middle = (top + bottom) / 2
    if how == "tick":
        x = chance.uniform(left + 3 * unit, right - 9 * unit)
        stroke((x, middle), (x + 1.5 * unit, middle + 2 * unit), (x + 5 * unit, middle - 3 * unit))
    elif how == "scrawl":
        step = min(28 * unit, right - left - 4 * unit) / 60
        swing = [math.sin(n * 0.9) * chance.uniform(1, 5.5) * unit for n in range(60)]
        stroke(*((left + 2 * unit + n * step, middle + swing[n]) for n in range(60)))
    else:
        x = left + chance.uniform(1, 4) * unit
        for _character in range(chance.choice([2, 3])):
            if x + 7 * unit > right:
                break
            for _stroke in range(chance.randint(4, 8)):
                x0, y0 = x + chance.uniform(0, 6) * unit, top + chance.uniform(1.6, 8) * unit
                turn = chance.choice([0, math.pi / 2, math.pi / 4, -math.pi / 4]) + chance.uniform(-0.2, 0.2)
                length = chance.uniform(2, 5) * unit
                line = [(x0 + math.cos(turn) * length * n / 4, y0 + math.sin(turn) * length * n / 4) for n in range(5)]
                stroke(*((px, min(max(py, top - unit), bottom + unit)) for px, py in line))
            x += 7 * unit


def photo(
    page: Image.Image,
    chance: random.Random,
    *,
    angle: float = 0,
    perspective: float = 0,
    shadow: bool = False,
    light: float = 1.0,
    width: int = 2000,
    blur: float = 0.8,
    noise: int = 8,
    quality: int = 70,
) -> bytes:
    """The page on a desk, taken by hand: a JPEG as of an old phone."""
    edge = round(0.06 * page.width)
    seen = Image.new("RGB", (page.width + 2 * edge, page.height + 2 * edge), DESK)
    seen.paste(page, (edge, edge))
    seen = seen.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=DESK)
    if perspective:
        w, h, p = *seen.size, perspective
        far = [(w * p, h * p * 0.6), (w * (1 - p * 0.7), 0.0), (float(w), float(h)), (0.0, h * (1 - p * 0.3))]
        view = fit(list(zip(far, [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)], strict=True)))
        seen = seen.transform(
            (w, h), Image.Transform.PERSPECTIVE, tuple(view), Image.Resampling.BICUBIC, fillcolor=DESK
        )
    height = round(seen.height * width / seen.width)
    seen = seen.resize((width, height), Image.Resampling.LANCZOS)
    if shadow:
        lamp = Image.linear_gradient("L").rotate(chance.choice([0, 90, 180])).resize(seen.size)
        lamp = lamp.point([round(110 + value * 0.57) for value in range(256)])
        arm, x = Image.new("L", seen.size, 255), chance.uniform(0.2, 0.7) * width
        ImageDraw.Draw(arm).polygon(
            [(x, 0), (x + width * 0.25, 0), (x + width * 0.5, height), (x + width * 0.1, height)], fill=150
        )
        lamp = ImageChops.multiply(lamp, arm.filter(ImageFilter.GaussianBlur(12)))
        seen = ImageChops.multiply(seen, Image.merge("RGB", (lamp, lamp, lamp)))
    if light != 1:
        seen = seen.point([round(value * light) for value in range(256)] * 3)
    seen = seen.filter(ImageFilter.GaussianBlur(blur))
    grain = Image.effect_noise(seen.size, noise)
    seen = Image.merge("RGB", [ImageChops.add(channel, grain, 1, -128) for channel in seen.split()])
    return jpeg(seen, quality)


def jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    """A picture as JPEG bytes."""
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def scanned(pages: list[Image.Image]) -> bytes:
    """Pages as a PDF of pictures, as an office scanner sends it."""
    out = BytesIO()
    pages[0].save(out, "PDF", resolution=220, save_all=True, append_images=pages[1:])
    return out.getvalue()
