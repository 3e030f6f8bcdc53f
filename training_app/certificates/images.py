"""Pictures that stand on paper: taken only as what their content is, and stored without anything else in them."""

from __future__ import annotations

import warnings
from io import BytesIO

from flask_babel import lazy_gettext as _l

from training_app.core.errors import Invalid

#: Bytes, and pixels, of what is uploaded; and the longest side of what is kept, enough for 42 mm at 360 dpi.
LARGEST, MOST_PIXELS, KEPT = 2 * 1024 * 1024, 6_000_000, 600
#: A side of fewer pixels prints as squares.
LEAST = 60


def checked(data: bytes) -> bytes:
    """The picture as a PNG of at most KEPT pixels a side, upright, without what a camera writes into it.

    Raises Invalid "picture_large", "picture_kind" or "picture_small".
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(data) > LARGEST:
        raise Invalid("picture_large", _l("The picture is too large. Choose one of at most 2 MB."))
    too_many = Invalid("picture_large", _l("The picture has too many pixels. Make it smaller first."))
    unreadable = Invalid("picture_kind", _l("Choose a PNG or JPEG picture; this file is neither."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(data), formats=["PNG", "JPEG"])
            if image.width * image.height > MOST_PIXELS:
                raise too_many
            if min(image.size) < LEAST:
                raise Invalid("picture_small", _l("The picture is too small to be printed. Choose a larger one."))
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as fault:
        raise too_many from fault
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as fault:
        raise unreadable from fault
    upright.thumbnail((KEPT, KEPT), Image.Resampling.LANCZOS)
    plain = Image.new("RGBA", upright.size)
    plain.paste(upright)
    out = BytesIO()
    plain.save(out, "PNG", optimize=False)
    return out.getvalue()
