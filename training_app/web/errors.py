"""Error pages: what happened and what to do, never a stack trace."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.http import parse_accept_header

from training_app.core.db import db
from training_app.core.errors import Refusal


def wants_json() -> bool:
    """Whether the caller is a program (fetch from one of our scripts, the API) rather than a page."""
    if request.path.startswith("/api/"):
        return True
    return bool(request.is_json or _prefers_json(request.headers.get("Accept", "")))


@lru_cache(maxsize=512)
def _prefers_json(header: str) -> bool:
    """Whether JSON is the best of our answers by what a browser sends; browsers of one make send the same."""
    return parse_accept_header(header, MIMEAccept).best_match(["text/html", "application/json"]) == "application/json"


def _sentence(status: int) -> str:
    sentences: dict[int, str] = {
        400: _("The request could not be read. Go back, check what you typed and send it again."),
        401: _("Please log in again."),
        403: _("This page is for others. If you need it, ask the organiser for the role."),
        404: _("There is nothing here, or it is not for you. Check the link, or start from the first page."),
        405: _("This address does not accept that. Go back and use the page's own buttons."),
        415: _("Send this as application/json."),
        413: _("The file is too large. Choose one of at most 8 MB."),
        429: _("Too many tries in a short time. Wait a minute, then try again."),
    }
    return sentences.get(status) or str(
        _("Something went wrong on our side. Nothing you typed was stored; please try again in a minute.")
    )


def answer(status: int, code: str, sentence: Any) -> Response:
    """An error in the shape that the caller reads: a page, or `{"error": {"code", "sentence"}}`."""
    text = str(sentence) if sentence else _sentence(status)
    if wants_json():
        return make_response(jsonify(error={"code": code, "sentence": text}), status)
    return make_response(render_template("web/error.html", status=status, code=code, sentence=text), status)


def _refusal(error: Refusal) -> Response:
    response = answer(error.status, error.code, error.sentence)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _csrf(error: CSRFError) -> Response:
    return answer(
        400, "csrf", _("This page was open for too long. Go back, reload it and send it again; nothing was changed.")
    )


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    response = answer(error.code or 500, error.name.lower().replace(" ", "_"), None)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def _beyond(error: Exception) -> Response:
    """A number, a day or a text that nothing here can hold, and that no form had refused."""
    current_app.logger.warning("refused on %s what cannot be held: %s", request.endpoint, type(error).__name__)
    db.session.rollback()
    return answer(400, "beyond_limits", None)


def _crash(error: Exception) -> Response:
    db.session.rollback()
    return answer(500, "server_error", None)


def init_app(app: Flask) -> None:
    """Turn every refusal and fault into a page."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    for beyond in (DataError, OverflowError):
        app.register_error_handler(beyond, _beyond)
    if not app.debug and not app.testing:
        app.register_error_handler(Exception, _logged_crash(app))


def _logged_crash(app: Flask) -> Any:
    def handle(error: Exception) -> Response:
        app.logger.error("unhandled error on %s", request.endpoint, exc_info=error)
        return _crash(error)

    return handle
