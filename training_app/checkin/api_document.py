"""The API by flask-smorest: each operation with its shapes read and written, and the document that says so."""

from __future__ import annotations

import http
from collections.abc import Callable
from functools import cache
from typing import Any, NoReturn

import marshmallow
from flask import Flask, abort, jsonify
from flask_babel import gettext as _
from flask_smorest import Api, Blueprint
from webargs.flaskparser import FlaskParser, is_json_request

from training_app.core.errors import Invalid
from training_app.web import intake

from . import api_schemas
from .api_operations import OPERATIONS, Operation, bp

_ABOUT = """What a scanner needs at the door of an event: the slots, the list, scans, search, walk-ins, who is here.

The organiser makes a token under Check-in desk → Devices at the door → New program, for certain events and scopes
(door:read, door:scan, door:register), and can revoke it at once. Send it as `Authorization: Bearer …`; cookies count
for nothing here. Whatever belongs to other events is 404. Instants are ISO 8601 with their offset, or milliseconds
where the name or the description says so. Errors are `{"error": {"code", "sentence"}}`: the code is for programs, the
sentence for people, in the language of Accept-Language (zh, en).

A refused scan is no error: it is answered with 200, outcome "refused" and the reason's code, and is kept on record.
"""


class _Parser(FlaskParser):
    """Refuses as the rest of the application does, a misspelt parameter too."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": marshmallow.RAISE}

    def load_json(self, req: Any, schema: Any) -> Any:
        if not is_json_request(req):
            abort(415)
        return super().load_json(req, schema)

    def _handle_invalid_json_error(self, *_: Any, **__: Any) -> NoReturn:
        abort(400)

    def handle_error(self, error: marshmallow.ValidationError, *_args: Any, **_more: Any) -> NoReturn:
        raise Invalid("shape", _("This does not fit: %(what)s", what=_first(error.messages)))


def _first(messages: Any, at: str = "") -> str:
    """The first fault as "scans.3.nonce: Missing data …"."""
    if isinstance(messages, dict):
        key, inside = next(iter(messages.items()))
        # The outermost key only says that it was the body or the query.
        return _first(inside, f"{at}.{key}" if at else " " if key in ("json", "query") else str(key))
    text = messages[0] if isinstance(messages, list) and messages else messages
    return f"{at.strip(' .')}: {text}" if at.strip(" .") else str(text)


class _Blueprint(Blueprint):
    ARGUMENTS_PARSER = _Parser()


class _Api(Api):
    ERROR_SCHEMA = api_schemas.Error
    #: Every answer is documented by its status: none hides behind "default".
    DEFAULT_ERROR_RESPONSE_NAME = None


def _shaped(blueprint: _Blueprint, name: str, one: Operation) -> Callable[..., Any]:
    view = one.view
    if one.asks:
        view = blueprint.arguments(getattr(api_schemas, one.asks), location="query")(view)
    if one.takes:
        view = blueprint.arguments(getattr(api_schemas, one.takes))(view)
    view = blueprint.response(200, getattr(api_schemas, one.gives))(view)
    for status in one.statuses:
        view = blueprint.alt_response(status, http.HTTPStatus(status).name)(view)
    if one.tagged:
        view = blueprint.alt_response(304, description="What the program has is up to date", success=True)(view)
    notes: dict[str, Any] = {"operationId": name, "x-scope": one.scope} if one.scope else {"operationId": name}
    documented: Callable[..., Any] = blueprint.doc(**notes)(view)
    return documented


@cache
def _made() -> tuple[dict[str, Callable[..., Any]], dict[str, Any]]:
    # An application of its own, so that the document is made without touching the one that serves.
    app = Flask(__name__)
    app.config.update(API_TITLE="Fulei Academy: the door", API_VERSION="1", OPENAPI_VERSION="3.0.3")
    app.url_map.converters["int"] = intake.Id
    made = _Blueprint("door", __name__, url_prefix=bp.url_prefix, description="The door of an event")
    views = {}
    for name, one in OPERATIONS.items():
        views[name] = _shaped(made, name, one)
        made.add_url_rule(one.rule, name, views[name], methods=[one.method])
    api = _Api(
        app, spec_kwargs={"info": {"description": _ABOUT}, "servers": [{"url": "/"}], "security": [{"token": []}]}
    )
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.register_blueprint(made)
    described: dict[str, Any] = api.spec.to_dict()
    for shape in ("Scan", "KeptScan"):
        described["components"]["schemas"][shape]["anyOf"] = [{"required": ["ticket"]}, {"required": ["registration"]}]
    unnumbered = {"required": ["as_whom"], "properties": {"as_whom": {"enum": ["guest", "staff"]}}}
    described["components"]["schemas"]["WalkIn"]["anyOf"] = [{"required": ["phone"]}, unnumbered]
    return views, described


def ready(name: str) -> Callable[..., Any]:
    """The operation's view that reads its shapes from the request and writes its answer."""
    view: Callable[..., Any] = _made()[0][name]
    return view


def described() -> dict[str, Any]:
    """The OpenAPI document. The operations have been declared: `api` is imported."""
    return _made()[1]


def document() -> Any:
    """The OpenAPI document as an answer."""
    return jsonify(described())
