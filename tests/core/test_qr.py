"""What is drawn can be read."""

from __future__ import annotations

import io
import re

import pytest

from training_app.core import qr


@pytest.mark.parametrize("text", ["https://fulei.example/p/7-abcdefghijklmnopqrstuvw", "x", "开元社区" * 10])
@pytest.mark.parametrize("module", [3, 12])
def test_a_png_is_read_back(text, module):
    import zxingcpp
    from PIL import Image

    image = Image.open(io.BytesIO(qr.png(text, module=module)))
    assert zxingcpp.read_barcode(image.convert("L")).text == text


def test_a_drawing_has_every_dark_module_once():
    drawn = qr.svg("hello", 'a "label"')
    dark = sum(sum(row) for row in qr.matrix("hello"))
    assert sum(int(width) for width in re.findall(r"h(\d+)v1h-", drawn)) == dark
    assert 'aria-label="a &#34;label&#34;"' in drawn
