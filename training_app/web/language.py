"""Chinese and English; switching keeps the page."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale
from flask import Flask, current_app, request
from flask_babel import Babel, get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

#: Locale code → its own name, as the switch shows it.
LANGUAGES = {"zh_Hans": "中文", "en": "English"}
COOKIE = "language"
babel = Babel()


@lru_cache(maxsize=512)
def _preferred(header: str) -> str | None:
    """The best of our languages by what a browser sends; browsers of one make send the same."""
    wanted = parse_accept_header(header, LanguageAccept).best_match(["zh-CN", "zh", "zh-Hans", "en"])
    return None if wanted is None else "en" if wanted == "en" else "zh_Hans"


def choose() -> str:
    """The language of this request: chosen on this device, the person's own, or the browser's."""
    if request:
        chosen = request.cookies.get(COOKIE)
        if chosen in LANGUAGES:
            return chosen
        # Read without loading the user: error pages must not touch the database.
        wanted = _preferred(request.headers.get("Accept-Language", ""))
        if wanted:
            return wanted
    return str(current_app.config["DEFAULT_LANGUAGE"])


@lru_cache
def _locale(code: str) -> Locale:
    return Locale.parse(code)


def other_language() -> str:
    """The language that the switch offers."""
    return "en" if str(get_locale()) != "en" else "zh_Hans"


def init_app(app: Flask) -> None:
    """Give the application its languages and the templates their names."""
    app.config["BABEL_DEFAULT_LOCALE"] = app.config["DEFAULT_LANGUAGE"]
    app.config["BABEL_DEFAULT_TIMEZONE"] = app.config["TIMEZONE"]
    babel.init_app(app, locale_selector=lambda: _locale(choose()))
    app.jinja_env.globals.update(LANGUAGES=LANGUAGES, other_language=other_language, get_locale=get_locale)


__all__ = ["COOKIE", "LANGUAGES", "babel", "choose", "init_app", "other_language"]
