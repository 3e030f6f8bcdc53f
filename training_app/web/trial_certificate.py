"""A small certificate authority of one's own, for trying the system on a phone without a public address.

Browsers give the camera and a service worker only to pages they trust. The phone installs the
authority once; the server's certificate is made again whenever the machine's addresses change.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LASTS = timedelta(days=5 * 365)
#: Apple and Google refuse server certificates that run for longer than 398 days.
SERVER_LASTS = timedelta(days=397)
RENEW_BEFORE = timedelta(days=14)

_PAGE = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>福蕾学堂 Fulei Academy</title>
<p><a href="fulei-trial.crt">安装试用证书 Install the trial certificate</a></p>
<p>iPhone：下载后在“设置 → 通用 → VPN与设备管理”安装，再到“关于本机 → 证书信任设置”打开信任。
Android：在“设置 → 安全 → 加密与凭据 → 安装证书 → CA 证书”选择下载的文件。</p>
<p>iPhone: install it under Settings → General → VPN &amp; Device Management, then trust it under About → Certificate
Trust Settings. Android: Settings → Security → Encryption &amp; credentials → Install a certificate →
CA certificate.</p>
"""


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write_private(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    data = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate_path, key_path = folder / "ca.pem", folder / "ca.key"
    if certificate_path.exists() and key_path.exists():
        certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        if isinstance(key, ec.EllipticCurvePrivateKey) and certificate.not_valid_after_utc > now + SERVER_LASTS:
            return certificate, key
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Fulei Academy trial authority")
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_private(key_path, key)
    certificate_path.write_bytes(_pem(certificate))
    return certificate, key


def _alternatives(hosts: list[str]) -> x509.SubjectAlternativeName:
    names: list[x509.GeneralName] = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return x509.SubjectAlternativeName(names)


def _still_good(path: Path, wanted: x509.SubjectAlternativeName, authority: x509.Certificate, now: datetime) -> bool:
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    try:
        certificate.verify_directly_issued_by(authority)
    except Exception:
        return False
    return set(names) == set(wanted) and certificate.not_valid_after_utc > now + RENEW_BEFORE


def make(folder: Path, hosts: list[str], now: datetime) -> bool:
    """Make `server.pem` and `server.key` for these host names and addresses, and what the phone installs.

    The authority is kept in `folder`; `folder/public` holds what may be handed out. Gives whether the
    server's certificate is new; a good one is left as it is.
    """
    (folder / "public").mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    authority, authority_key = _authority(folder, now)
    (folder / "public" / "fulei-trial.crt").write_bytes(authority.public_bytes(serialization.Encoding.DER))
    (folder / "public" / "index.html").write_text(_PAGE, encoding="utf-8")
    names = _alternatives(list(dict.fromkeys([*hosts, "localhost", "127.0.0.1"])))
    if (folder / "server.key").exists() and _still_good(folder / "server.pem", names, authority, now):
        return False
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name("Fulei Academy trial"))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + SERVER_LASTS)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write_private(folder / "server.key", key)
    (folder / "server.pem").write_bytes(_pem(certificate) + _pem(authority))
    return True
