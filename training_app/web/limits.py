"""Rate limits: per person or device, never per address, for a whole hall shares one."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user


def who() -> str:
    """The login where there is one; an address only for strangers."""
    if current_user.is_authenticated:
        return f"login:{current_user.login_id}"
    return f"address:{get_remote_address()}"


limiter = Limiter(who, strategy="fixed-window")


def init_app(app: Flask) -> None:
    """Count in memory, or in Redis where it is given."""
    app.config.setdefault("RATELIMIT_STORAGE_URI", app.config["REDIS_URL"] or "memory://")
    app.config.setdefault("RATELIMIT_ENABLED", not app.testing)
    limiter.init_app(app)
    # Limits stand on single views, which ask by themselves: nothing is to be asked before every request.
    hooks = app.before_request_funcs[None]
    hooks[:] = [hook for hook in hooks if hook != limiter._check_request_limit]
