"""Badges: what verifiers read, public and the same for everyone."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Response, request

from training_app.web import access
from training_app.web.addresses import lasting_base
from training_app.web.limits import limiter

from . import badges, badgewords
from .blueprint import bp


def _shown(text: str, media_type: str, *, kept_s: int) -> Any:
    """A public answer for programs of any site."""
    answer = Response(text, mimetype=media_type)
    answer.headers["Cache-Control"] = f"public, max-age={kept_s}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    return answer.make_conditional(request)


def _json(said: Any, media_type: str) -> Any:
    return _shown(json.dumps(said, ensure_ascii=False, indent=1), media_type, kept_s=3600)


@bp.get(badgewords.ISSUER_PATH)
@limiter.limit("120/minute")
@access.public
def badge_issuer() -> Any:
    """Who issues badges here, with the public keys."""
    return _json(badges.profile(lasting_base()), "application/ld+json")


@bp.get(badgewords.KEYS_PATH)
@limiter.limit("120/minute")
@access.public
def badge_keys() -> Any:
    """All public keys (JWK Set, RFC 7517)."""
    return _json({"keys": badges.public_keys()}, "application/jwk-set+json")


@bp.get(f"{badgewords.KEYS_PATH}/<thumbprint>")
@limiter.limit("120/minute")
@access.public
def badge_key(thumbprint: str) -> Any:
    """One public key (JWK): what a badge's `kid` leads to."""
    return _json(badges.public_key(thumbprint), "application/jwk+json")


@bp.get(f"{badgewords.ACHIEVEMENTS_PATH}<code>")
@limiter.limit("120/minute")
@access.public
def achievement(code: str) -> Any:
    """What holders of a badge achieved."""
    return _json(badges.achievement(code, lasting_base()), "application/ld+json")


@bp.get(f"{badgewords.STATUS_PATH}<int:number>")
@limiter.limit("300/minute")
@access.public
def badge_status(number: int) -> Any:
    """A list of what does not hold any more."""
    return _shown(badges.status_list(number, lasting_base()), badges.MEDIA_TYPE, kept_s=badgewords.LIST_KEPT_S)
