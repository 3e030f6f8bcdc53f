"""Files that a page hands out to be kept."""

from __future__ import annotations

from io import BytesIO

from flask import Response, send_file


def download(data: bytes, name: str, media_type: str) -> Response:
    """An answer that the browser saves under this name; Chinese names survive (RFC 6266)."""
    return send_file(BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name, max_age=None)
