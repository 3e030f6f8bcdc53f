"""The keys that sign badges: given by the settings, or one made once and kept in the instance folder.

RSA with RS256, which is what every verifier of Open Badges 3.0 must know (section 8.2, JOSE header).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from training_app.core import keyfiles
from training_app.core.errors import Refusal

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

#: The self-made key.
SELF_MADE = "badges.pem"
ALGORITHM = "RS256"
_SMALLEST = 2048
_PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----\s*", re.DOTALL)


def known() -> list[RSAKey]:
    """The application's keys as they were first read: the first signs, the others are still published.

    Raises Refusal "badge_key".
    """
    if "badge_keys" not in current_app.extensions:
        current_app.extensions["badge_keys"] = _read(current_app.config)
    found: list[RSAKey] = current_app.extensions["badge_keys"]
    return found


def public(key: RSAKey) -> dict[str, Any]:
    """What everyone may know of a key (RFC 7517): never more than modulus and exponent."""
    shown = key.as_dict(private=False)
    return {"kty": "RSA", "n": shown["n"], "e": shown["e"], "alg": ALGORITHM, "use": "sig", "kid": key.thumbprint()}


def sign(header: dict[str, Any], payload: bytes) -> str:
    """A compact JWS (RFC 7515) by the first key. The same payload gives the same text."""
    from joserfc.jws import serialize_compact

    return str(serialize_compact({"alg": ALGORITHM, **header}, payload, known()[0], algorithms=[ALGORITHM]))


def _read(config: Mapping[str, Any]) -> list[RSAKey]:
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    try:
        path = Path(config["BADGE_KEYS"]) if config["BADGE_KEYS"] else _self_made(config)
        found = [RSAKey.import_key(part.group()) for part in _PEM.finditer(path.read_bytes())]
    except OSError as fault:
        # Where the key lies is nothing for everyone who asks for the public ones.
        raise _unusable(fault.strerror or "no file") from fault
    except (ValueError, TypeError, JoseError) as fault:
        raise _unusable(str(fault)) from fault
    if not found or not found[0].is_private:
        raise _unusable("no private RSA key comes first in the file")
    if any(key.raw_value.key_size < _SMALLEST for key in found):
        raise _unusable(f"fewer than {_SMALLEST} bits")
    return found


def _unusable(fault: str) -> Refusal:
    return Refusal(
        "badge_key",
        _l("The key that signs badges cannot be used (%(fault)s). Tell the administrator.", fault=fault),
        fault=fault,
    )


def _self_made(config: Mapping[str, Any]) -> Path:
    """The instance's own key, made where there is none."""
    from joserfc.jwk import RSAKey

    return keyfiles.made_once(
        Path(config["INSTANCE"]) / SELF_MADE, lambda: RSAKey.generate_key(_SMALLEST).as_pem(private=True)
    )
