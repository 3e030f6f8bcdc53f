"""A small application behind the real server: it says what reached it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, jsonify, request, send_file


def create_app() -> Flask:
    app = Flask("echo")
    app.config["MAX_CONTENT_LENGTH"] = 8 * 1024 * 1024

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.route("/echo/<path:rest>", methods=["GET", "POST"])
    def echo(rest: str) -> Any:
        if rest.endswith("/sheets"):
            request.max_content_length = 48 * 1024 * 1024
        body = request.get_data()
        return jsonify(
            path=rest,
            query=request.query_string.decode(),
            length=len(body),
            digest=hashlib.sha256(body).hexdigest(),
            cookies=request.cookies,
            remote=request.remote_addr,
            host=request.host,
            kind=request.content_type,
        )

    @app.get("/file")
    def file() -> Any:
        return send_file(Path(__file__), mimetype="text/plain", conditional=True)

    @app.get("/parts")
    def parts() -> Any:
        return app.response_class(part for part in ("one ", "two ", "three"))

    @app.get("/fault")
    def fault() -> Any:
        raise KeyError("nothing that a client may see")

    return app
