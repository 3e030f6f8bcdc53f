"""Fulei Academy: plan a training programme, register and check in by QR, see attendance, issue certificates."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from flask_login import LoginManager

from config import ROOT, Config

from . import commands
from .attendance import views as attendance
from .certificates import views as certificates
from .checkin import views as checkin
from .core import audit, clock, files, jobs, keyfiles, outgoing, queue
from .core import db as database
from .core.actors import STRANGER, Actor
from .divisions import views as divisions
from .home import views as home
from .learning import views as learning
from .people import actors, policy
from .people import views as people
from .registration import views as registration
from .reports import views as reports
from .schedule import views as schedule
from .web import (
    access,
    addresses,
    errors,
    filters,
    headers,
    intake,
    language,
    limits,
    masking,
    navigation,
    serving,
    sessions,
    tokens,
)
from .web import views as web

#: Tables of core that no room imports must be known before the first mapper is used.
TABLES = (audit.Audit, files.StoredFile, jobs.Job, outgoing.Outgoing)

#: Lowest first. A room's module names its blueprints.
ROOMS = (web, divisions, people, schedule, registration, attendance, checkin, learning, certificates, reports, home)


def _secret_key(instance: Path) -> str:
    path = keyfiles.made_once(instance / "secret.key", lambda: secrets.token_urlsafe(48).encode())
    return path.read_text().strip()


def _known(token: str) -> Actor | None:
    wanted = access.foreseen()
    if wanted is None:
        actor = actors.actor_of(token, clock.now())
    else:
        actor, row = actors.actor_and(token, clock.now(), wanted)
        access.keep_ahead(row)
    return actor if actor.is_authenticated else None


def _load_actor(token: str) -> Actor | None:
    """Whose session cookie this is; where programs come in, cookies are nobody's."""
    return None if access.for_programs() else _known(token)


def _load_program(_request: object) -> Actor | None:
    """Whose token was sent with the request; on pages a token is nobody's."""
    token = access.sent_token() if access.for_programs() else None
    return _known(token) if token else None


class Academy(Flask):
    """Flask, which need not ask of every hook and view at every request whether it is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(config: Config | None = None) -> Flask:
    """Wire the rooms together. Holds no logic; opens no connection until the first request."""
    config = config or Config()
    app = Academy(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.from_mapping(vars(config))
    if not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = _secret_key(config.INSTANCE)
    if not app.testing:
        # People's data lie in it: it is for the one who runs this alone.
        config.INSTANCE.mkdir(0o700, parents=True, exist_ok=True)
    masking.install()
    database.init_app(app)
    queue.init_app(app)
    csrf = tokens.Tokens(app)
    manager = LoginManager(app)
    manager.anonymous_user = lambda: STRANGER
    manager.session_protection = None
    # Without protection it is asked all the same, at every request: a hash of address and browser, for nothing.
    manager._session_identifier_generator = str
    manager.user_loader(_load_actor)
    manager.request_loader(_load_program)
    for part in (sessions, intake, language, filters, headers, errors, limits, navigation):
        part.init_app(app)
    app.jinja_env.globals.update(public_url=addresses.public_url, actor=access.actor)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for room in ROOMS:
        for blueprint in room.blueprints:
            app.register_blueprint(blueprint)
    access.init_app(app, policy.allows_anywhere)
    for view in access.token_views(app):
        csrf.exempt(view)
    app.cli = commands.Commands()
    serving.init_app(app)
    return app
