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


#: Every response has these, unless it brings its own.
_ALWAYS = [
    ("x-content-type-options", "X-Content-Type-Options", "nosniff"),
    # Personal links and tickets stand in addresses: no other site may see where one came from.
    ("referrer-policy", "Referrer-Policy", "same-origin"),
    ("permissions-policy", "Permissions-Policy", "camera=(self), geolocation=(self), microphone=()"),
    ("cross-origin-opener-policy", "Cross-Origin-Opener-Policy", "same-origin"),
]


def _set(response: Response) -> Response:
    headers = response.headers
    # Looked for in one go: asking the headers for each would go through all of them each time.
    there = {name.lower() for name, _value in headers}
    if "content-security-policy" not in there:
        headers.add("Content-Security-Policy", _WITH_WASM if g.get("allow_wasm") else _STRICT)
    for low, name, value in _ALWAYS:
        if low not in there:
            headers.add(name, value)
    if request.is_secure and "strict-transport-security" not in there:
        headers.add("Strict-Transport-Security", "max-age=31536000")
    if "cache-control" not in there and request.endpoint != "static":
        headers.add("Cache-Control", "no-store")
    return response


def init_app(app: Flask) -> None:
    """Send the headers with every response."""
    app.after_request(_set)
