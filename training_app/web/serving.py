"""Between the server and the pages: static files, and the proxies that may be believed."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from config import ROOT

STATIC = ROOT / "static"
#: Scripts that import one another carry no version in their addresses, so nothing is kept for longer.
KEPT_S = 86400


@lru_cache(maxsize=256)
def _version(path: Path, changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def _with_version(endpoint: str, values: dict[str, Any]) -> None:
    """Put the content's hash into a static file's address, so that an upgrade is seen at once."""
    if endpoint != "static" or "v" in values:
        return
    path = STATIC / str(values.get("filename", ""))
    if path.is_file():
        values["v"] = _version(path, path.stat().st_mtime_ns)


def _headers(headers: Any, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def init_app(app: Flask) -> None:
    """Serve static files ready packed (.br, .gz lie beside them) and believe `TRUSTED_PROXIES` proxies."""
    app.url_defaults(_with_version)
    if app.testing:
        return
    inner: Any = WhiteNoise(
        app.wsgi_app,
        root=str(STATIC),
        prefix="static/",
        max_age=KEPT_S,
        add_headers_function=_headers,
        allow_all_origins=False,
    )
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        inner = ProxyFix(inner, x_for=proxies, x_proto=proxies, x_host=proxies)
    app.wsgi_app = inner  # type: ignore[method-assign]
