"""What the tests of designs start from: a design, pictures made here, a face with characters beyond U+FFFF."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from io import BytesIO

from PIL import Image

from tests import cast
from tests.certificates.earning import ORGANISER
from training_app.certificates import designing
from training_app.certificates.design import Design
from training_app.certificates.designing import Upload
from training_app.core.glyphs import REGULAR

PLAIN = Design("LC2026")


def text_changed(kind, design=PLAIN, **texts):
    """The design with other words on one kind of paper."""
    return replace(design, texts=design.texts | {kind: replace(design.texts[kind], **texts)})


def picture(width=300, height=120, format="PNG", mode="RGBA", colour=(15, 76, 92, 200)):
    out = BytesIO()
    Image.new(mode, (width, height), colour if mode == "RGBA" else colour[:3]).save(out, format)
    return out.getvalue()


def bomb(side=65_000):
    """A small PNG that says it has billions of pixels."""
    data = bytearray(picture())
    data[16:24] = struct.pack(">LL", side, side)
    data[29:33] = struct.pack(">L", zlib.crc32(data[12:29]))
    return bytes(data)


def upload(data=None, name="logo.png"):
    return Upload(picture() if data is None else data, name)


def change(design, now=cast.NOW):
    return designing.set_design(cast.PROGRAMME, design, actor_id=ORGANISER, now=now)


def rare_face(path, shapes):
    """A face at `path` that draws each rare character of `shapes` by the shape of a common one: {"𠮷": "吉"}.

    The shipped face with another character map (OpenType, cmap format 12), so that it is a real one.
    """
    data = REGULAR.read_bytes()
    count = struct.unpack(">H", data[4:6])[0]
    tables = {data[at : at + 4]: at for at in range(12, 12 + 16 * count, 16)}
    offset = struct.unpack(">L", data[tables[b"cmap"] + 8 : tables[b"cmap"] + 12])[0]
    glyphs = {}
    for at in range(offset + 4, offset + 4 + 8 * struct.unpack(">H", data[offset + 2 : offset + 4])[0], 8):
        start = offset + struct.unpack(">L", data[at + 4 : at + 8])[0]
        if struct.unpack(">H", data[start : start + 2])[0] == 12:
            groups = struct.unpack(">L", data[start + 12 : start + 16])[0]
            for first, last, glyph in struct.iter_unpack(">LLL", data[start + 16 : start + 16 + 12 * groups]):
                glyphs |= {code: glyph + code - first for code in range(first, last + 1)}
    rows = [(ord(rare), ord(rare), glyphs[ord(common)]) for rare, common in sorted(shapes.items())]
    body = b"".join(struct.pack(">LLL", *row) for row in rows)
    table = struct.pack(">HHHHL", 0, 1, 3, 10, 12) + struct.pack(">HHLLL", 12, 0, 16 + len(body), 0, len(rows)) + body
    entry = tables[b"cmap"]
    new = bytearray(data) + b"\0" * (-len(data) % 4)
    new[entry + 8 : entry + 16] = struct.pack(">LL", len(new), len(table))
    face = bytes(new) + table
    # A name of its own: reportlab takes two faces of one name for the same.
    for code in ("ascii", "utf-16-be"):
        face = face.replace("NotoSerifSC-Regular".encode(code), "RareSerifXX-Regular".encode(code))
    path.write_bytes(face)
    return path
