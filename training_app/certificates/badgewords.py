"""What a badge says: an Open Badges 3.0 credential, and what belongs to it, as plain JSON.

https://www.imsglobal.org/spec/ob/v3p0 on the W3C's data model 2.0; the names of the properties are the specification's.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .codes import VERIFY_PATH
from .wording import COMPLETION, ENGLISH_TITLES, TITLES

CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
#: Addresses that stay: they stand in every badge.
ISSUER_PATH, KEYS_PATH, ACHIEVEMENTS_PATH, STATUS_PATH = (
    "/badges/issuer",
    "/badges/keys",
    "/badges/achievements/",
    "/badges/status/",
)
#: Entries of a list: what the W3C's Bitstring Status List asks at least, so that one among them says nothing.
LIST_LENGTH = 131_072
#: How long a verifier may keep a list, in seconds.
LIST_KEPT_S = 300


def moment(value: datetime) -> str:
    """2026-06-14T00:40:00Z; a badge knows no parts of a second, for its JWT tells whole ones."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def key_address(base: str, thumbprint: str) -> str:
    """Where a key is found."""
    return f"{base}{KEYS_PATH}/{thumbprint}"


def issuer(base: str, name: str) -> dict[str, Any]:
    """Who issues, as it stands in each badge."""
    return {"id": f"{base}{ISSUER_PATH}", "type": ["Profile"], "name": name, "url": f"{base}/"}


def profile(base: str, name: str, keys: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The issuer's own page for programs, with its public keys."""
    about = issuer(base, name)
    methods = [
        {
            "id": key_address(base, key["kid"]),
            "type": "JsonWebKey",
            "controller": about["id"],
            "publicKeyJwk": {name: key[name] for name in ("kty", "n", "e", "alg", "kid")},
        }
        for key in keys
    ]
    return {
        "@context": [*CONTEXT, "https://www.w3.org/ns/cid/v1"],
        **about,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def achievement(base: str, code: str, *, kind: str, title: str, host: str, specimen: bool) -> dict[str, Any]:
    """What was achieved: the same for everyone who holds this paper of this programme."""
    address = f"{base}{ACHIEVEMENTS_PATH}{code}"
    sample = "样张（不作证明）· " if specimen else ""
    if kind == COMPLETION:
        narrative = (
            f"参加{host}主办的“{title}”，修完规定课程，经考核合格。\n\n"
            f"Took part in “{title}”, completed the required course and passed the test."
        )
    else:
        narrative = f"参加{host}主办的“{title}”。\n\nTook part in “{title}”."
    return {
        "id": address,
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion" if kind == COMPLETION else "ext:CertificateOfAttendance",
        "name": f"{sample}{TITLES[kind]} · {title}",
        "description": f"{sample}{title} · {TITLES[kind]} {ENGLISH_TITLES[kind]}",
        "inLanguage": "zh-Hans",
        "criteria": {"narrative": narrative},
        "creator": {"id": f"{address}#creator", "type": ["Profile"], "name": host},
    }


def name_hash(name: str, salt: str) -> str:
    """A name that nobody reads and whoever knows it can compare (IdentityHash)."""
    return f"sha256${hashlib.sha256((name + salt).encode()).hexdigest()}"


def credential(
    base: str,
    *,
    issuer_name: str,
    achieved: dict[str, Any],
    facts: dict[str, Any],
    serial: str,
    verify_code: str,
    issued_at: datetime,
    status: tuple[int, int],
) -> dict[str, Any]:
    """The badge of one certificate from its kept facts; `status` is (list, index).

    Of the holder it holds a salted hash of her name, and an identifier that no other badge of hers has.
    """
    number, index = status
    address = f"{base}{VERIFY_PATH}{verify_code}"
    listed = f"{base}{STATUS_PATH}{number}"
    salt = hashlib.sha256(f"badge:{verify_code}".encode()).hexdigest()[:32]
    day = "{}T00:00:00+08:00"
    return {
        "@context": CONTEXT,
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": achieved["name"],
        "issuer": issuer(base, issuer_name),
        "validFrom": moment(issued_at),
        "awardedDate": moment(issued_at),
        "credentialSubject": {
            "id": uuid.uuid5(uuid.NAMESPACE_URL, address).urn,
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": name_hash(facts["name"], salt),
                    "identityType": "name",
                    "salt": salt,
                }
            ],
            "activityStartDate": day.format(facts["starts_on"]),
            "activityEndDate": day.format(facts["ends_on"]),
            "creditsEarned": float(Decimal(facts["hours"])),
            "licenseNumber": serial,
            "achievement": achieved,
        },
        "evidence": [{"id": address, "type": ["Evidence"], "name": "证书核验页 · Verify page"}],
        "credentialStatus": {
            "id": f"{listed}#{index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(index),
            "statusListCredential": listed,
        },
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def encoded(indices: Iterable[int]) -> str:
    """A list in which these entries are set: bits from the left, packed, as multibase base64url."""
    bits = bytearray(LIST_LENGTH // 8)
    for index in indices:
        bits[index // 8] |= 0x80 >> index % 8
    # Without the time of packing, so that the same list is the same text.
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def status_list(base: str, number: int, *, issuer_name: str, since: datetime, revoked: Iterable[int]) -> dict[str, Any]:
    """The list of what does not hold any more, which tells positions and nobody's name."""
    address = f"{base}{STATUS_PATH}{number}"
    return {
        "@context": CONTEXT[:1],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": {"id": f"{base}{ISSUER_PATH}", "name": issuer_name},
        "validFrom": moment(since),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(revoked),
            "ttl": LIST_KEPT_S * 1000,
        },
    }


def claims(said: dict[str, Any]) -> dict[str, Any]:
    """The credential with the claims of its JWT (Open Badges 3.0, section 8.2, payload)."""
    since = datetime.strptime(said["validFrom"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return said | {
        "iss": said["issuer"]["id"],
        "jti": said["id"],
        "nbf": int(since.timestamp()),
        "sub": said["credentialSubject"]["id"],
    }
