"""Response headers: a strict content policy, nothing cached that is personal."""

from __future__ import annotations

from flask import Flask, Response, g, request

_POLICY = (
    "default-src 'self'; script-src 'self'{wasm}; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; font-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_STRICT, _WITH_WASM = _POLICY.format(wasm=""), _POLICY.format(wasm=" 'wasm-unsafe-eval'")


def allow_wasm() -> None:
    """Let this response's page compile WebAssembly: the scanner needs it, no other page does."""
    g.allow_wasm = True


def _set(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _WITH_WASM if g.get("allow_wasm") else _STRICT)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    # Personal links and tickets stand in addresses: no other site may see where one came from.
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static" and "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    """Send the headers with every response."""
    app.after_request(_set)
