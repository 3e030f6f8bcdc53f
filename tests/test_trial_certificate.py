"""The small authority for trials on a phone."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

from cryptography import x509

from training_app.web.trial_certificate import make

NOW = datetime(2026, 6, 14, tzinfo=UTC)


def read(folder):
    return x509.load_pem_x509_certificate((folder / "server.pem").read_bytes())


def test_the_server_certificate_is_issued_by_the_authority_for_the_addresses(tmp_path):
    assert make(tmp_path, ["192.168.1.20", "fulei.local"], NOW)
    authority = x509.load_der_x509_certificate((tmp_path / "public" / "fulei-trial.crt").read_bytes())
    server = read(tmp_path)
    server.verify_directly_issued_by(authority)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["192.168.1.20", "127.0.0.1"]
    assert names.get_values_for_type(x509.DNSName) == ["fulei.local", "localhost"]
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")


def test_a_good_certificate_stays_and_new_addresses_get_a_new_one_from_the_same_authority(tmp_path):
    make(tmp_path, ["192.168.1.20"], NOW)
    handed_out = (tmp_path / "public" / "fulei-trial.crt").read_bytes()
    assert not make(tmp_path, ["192.168.1.20"], NOW + timedelta(days=1))
    assert make(tmp_path, ["192.168.1.99"], NOW + timedelta(days=1))
    assert make(tmp_path, ["192.168.1.99"], NOW + timedelta(days=390))
    assert (tmp_path / "public" / "fulei-trial.crt").read_bytes() == handed_out


def test_the_private_keys_are_for_the_owner_alone_and_never_handed_out(tmp_path):
    make(tmp_path, ["192.168.1.20"], NOW)
    assert (tmp_path / "server.key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "ca.key").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in (tmp_path / "public").iterdir()) == ["fulei-trial.crt", "index.html"]
