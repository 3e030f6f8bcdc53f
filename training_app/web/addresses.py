"""Addresses: where to go next, and what QR codes carry."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request, url_for


def local_path(target: str | None, default: str = "/") -> str:
    """A path of this site to go on to; anything that could lead elsewhere becomes `default`."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target


def public_base() -> str:
    """Scheme and host that links carry, without a slash at the end."""
    return str(current_app.config["PUBLIC_URL"] or request.url_root.rstrip("/"))


def public_url(endpoint: str, **values: object) -> str:
    """The full address of a page, for QR codes, messages and papers."""
    return public_base() + url_for(endpoint, **values)  # type: ignore[arg-type]
