"""The pair that signs papers: given by the settings, or made once and kept in the instance folder.

Nothing here signs, so pages and `flask doctor` may ask for the certificate without loading what signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from flask_babel import lazy_gettext as _l

from training_app.core import keyfiles
from training_app.core.errors import Refusal

#: The self-made pair, key and certificate in one file, so that there is never one without the other.
SELF_MADE = "signing.pem"
_YEARS = 10
_SINCE = datetime(2023, 1, 1, tzinfo=UTC)
_SMALLEST_RSA = 2048


@dataclass(frozen=True)
class Pair:
    """A key with its certificate, and those that stand above it, without the root where it was not given."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]


def _unusable(fault: str) -> Refusal:
    return Refusal(
        "signing_key",
        _l("The key that signs certificates cannot be used (%(fault)s). Tell the administrator.", fault=fault),
        fault=fault,
    )


def given(config: Mapping[str, Any]) -> bool:
    """Whether the settings name a pair."""
    return bool(config["SIGNING_PKCS12"] or config["SIGNING_KEY"])


def pair(config: Mapping[str, Any], now: datetime) -> Pair:
    """The pair that `SIGNING_PKCS12`, or `SIGNING_KEY` and `SIGNING_CERTIFICATE`, name; else the self-made one.

    Raises Refusal "signing_key" with what is wrong about it.
    """
    password = config["SIGNING_PASSWORD"].encode() or None
    try:
        if not given(config):
            own = _self_made(config, now)
            key, certificates = _read_pem(own, own, None)
        elif config["SIGNING_PKCS12"]:
            key, certificates = _read_pkcs12(config["SIGNING_PKCS12"], password)
        else:
            key, certificates = _read_pem(config["SIGNING_KEY"], config["SIGNING_CERTIFICATE"], password)
    except (OSError, ValueError, TypeError) as fault:
        # Neither the password nor anything of the key stands in these messages.
        raise _unusable(str(fault)) from fault
    if not isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)):
        raise _unusable("neither RSA nor an elliptic curve")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < _SMALLEST_RSA:
        raise _unusable(f"RSA with {key.key_size} bits")
    mine = [one for one in certificates if one.public_key() == key.public_key()]
    if not mine:
        raise _unusable("the certificate belongs to another key")
    certificate = mine[0]
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise _unusable(f"valid from {certificate.not_valid_before_utc} to {certificate.not_valid_after_utc}")
    return Pair(key, certificate, tuple(one for one in certificates if one is not certificate))


def _read_pkcs12(path: str, password: bytes | None) -> tuple[Any, list[x509.Certificate]]:
    found = pkcs12.load_pkcs12(Path(path).read_bytes(), password)
    if found.key is None or found.cert is None:
        raise ValueError("no key, or no certificate, in the PKCS#12 file")
    return found.key, [found.cert.certificate, *(one.certificate for one in found.additional_certs)]


def _read_pem(key: Path | str, certificate: Path | str, password: bytes | None) -> tuple[Any, list[x509.Certificate]]:
    return (
        serialization.load_pem_private_key(Path(key).read_bytes(), password),
        x509.load_pem_x509_certificates(Path(certificate).read_bytes()),
    )


def _self_made(config: Mapping[str, Any], now: datetime) -> Path:
    """The instance's own pair, made where there is none."""
    name = f"{config['PRODUCT_NAME_ZH']} {config['PRODUCT_NAME_EN']}"
    return keyfiles.made_once(Path(config["INSTANCE"]) / SELF_MADE, lambda: _made(name, now))


def _made(name: str, now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    # X.520 ends a common name after 64 characters.
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    ) | {"encipher_only": False, "decipher_only": False}
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # The demo signs papers of past years, and a clock may be set back: neither must find it unborn.
        .not_valid_before(min(now, _SINCE) - timedelta(days=1))
        .not_valid_after(now + timedelta(days=366 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
