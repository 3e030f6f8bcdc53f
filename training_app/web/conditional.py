"""Answers that a live page asks for again every few seconds: 304 while nothing has happened."""

from __future__ import annotations

from flask import Response


def tagged(response: Response, tag: str) -> Response:
    """A response that may be asked for again by its tag."""
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def unchanged(tag: str) -> Response:
    """304: what the page shows is up to date."""
    return tagged(Response(status=304), tag)
