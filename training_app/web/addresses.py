"""Addresses: where to go next, and what QR codes carry."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, has_request_context, request, url_for


def local_path(target: str | None, default: str = "/") -> str:
    """A path of this site to go on to; anything that could lead elsewhere becomes `default`."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return default
    try:
        parts = urlsplit(target)
    except ValueError:
        # What looks like a host to the parser and is none ("/\t/[").
        return default
    return default if parts.scheme or parts.netloc else target


def public_base() -> str:
    """Scheme and host that links carry, without a slash at the end; the job process has no request to ask."""
    given = current_app.config["PUBLIC_URL"]
    return str(given or (request.url_root.rstrip("/") if has_request_context() else current_app.config["LOCAL_URL"]))


def lasting_base() -> str:
    """Scheme and host for what is sent later or goes out to others (e-mail, badges, pictures to share).

    Never the request's host: whoever asks could have typed it, and another person reads it.
    """
    return str(current_app.config["PUBLIC_URL"] or current_app.config["LOCAL_URL"])


def lasting_url(endpoint: str, **values: object) -> str:
    """The full address of a page on `lasting_base()`."""
    return lasting_base() + current_app.url_map.bind("").build(endpoint, values)


def public_url(endpoint: str, **values: object) -> str:
    """The full address of a page, for QR codes, messages and papers."""
    if has_request_context():
        return public_base() + url_for(endpoint, **values)  # type: ignore[arg-type]
    return public_base() + current_app.url_map.bind("").build(endpoint, values)
