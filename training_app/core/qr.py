"""QR codes for pages: as an inline drawing, and as a small PNG that WeChat can keep.

Made here without an imaging library, so that web workers stay small.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

from markupsafe import Markup, escape

#: White modules around the code, as the standard asks.
QUIET = 4


@lru_cache(maxsize=256)
def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of a code (level M) without the quiet zone, row by row; true is dark."""
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M

    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def path(text: str) -> tuple[int, str]:
    """The code's side in modules, quiet zone included, and its dark runs as the data of one SVG path."""
    rows = matrix(text)
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                runs.append(f"M{x + QUIET} {y + QUIET}h{end - x}v1h-{end - x}z")
            x = end + 1
    return len(rows) + 2 * QUIET, "".join(runs)


def svg(text: str, label: str = "") -> Markup:
    """The code as an inline drawing, black on white in every theme; `label` is read to the blind."""
    side, dark = path(text)
    return Markup(  # noqa: S704 - numbers, and a label that is escaped
        f'<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{escape(label)}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path fill="#000" d="{dark}"/></svg>'
    )


def png(text: str, *, module: int = 12) -> bytes:
    """The code as a black and white PNG with `module` pixels a module, quiet zone included."""
    rows = matrix(text)
    side = (len(rows) + 2 * QUIET) * module
    white = b"\x00" + b"\xff" * (-(-side // 8))
    lines = [white * (QUIET * module)]
    for row in rows:
        bits = "1" * (QUIET * module) + "".join(("0" if dark else "1") * module for dark in row)
        bits = bits.ljust(-(-side // 8) * 8, "1")
        line = b"\x00" + int(bits, 2).to_bytes(len(bits) // 8, "big")
        lines.append(line * module)
    lines.append(white * (QUIET * module))
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
