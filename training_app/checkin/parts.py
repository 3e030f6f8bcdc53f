"""The static files of the door's page, which a phone keeps for a hall without network."""

from __future__ import annotations

import hashlib

from flask import url_for

#: Every static file that the door's page needs, first those that the page names.
PARTS = (
    "css/app.css",
    "css/door.css",
    "css/phone.css",
    "css/print.css",
    "css/tokens.css",
    "img/door-192.png",
    "img/logo.svg",
    "js/app.js",
    "js/door.js",
    "js/door-crypto.js",
    "js/door-decide.js",
    "js/door-install.js",
    "js/door-offline.js",
    "js/door-pack.js",
    "js/door-search.js",
    "js/door-store.js",
    "js/door-typed.js",
    "js/door-upload.js",
    "js/door-view.js",
    "js/nod.js",
    "js/places.js",
    "js/scanner.js",
    "js/theme.js",
    "vendor/bootstrap/bootstrap.min.css",
    "vendor/noble-ed25519/index.js",
    "vendor/qr/decode.js",
    "vendor/qr/index.js",
    "vendor/zxing-wasm/reader/index.js",
    "vendor/zxing-wasm/reader/zxing_reader.wasm",
    "vendor/zxing-wasm/share.js",
)


def addresses() -> list[str]:
    """The addresses of the page's static files, each with its content's version."""
    return [url_for("static", filename=name) for name in PARTS]


def version() -> str:
    """Changes with any of the files."""
    return hashlib.sha256("\n".join(addresses()).encode()).hexdigest()[:12]
