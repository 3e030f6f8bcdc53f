"""What issuing signs, judged by programs that others wrote: pyHanko's validator and poppler's pdfsig."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from threading import Thread

import pytest
from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.generic import NameObject, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore
from sqlalchemy import select

from tests import cast
from tests.certificates.earning import CHEN, LIN, ORGANISER, ZHANG, earn, issue, issued, start
from training_app.certificates import signing, signingkeys
from training_app.certificates.models import Serial
from training_app.core import files, jobs
from training_app.core.db import db
from training_app.core.errors import Refusal

pytestmark = pytest.mark.usefixtures("now")
DER = serialization.Encoding.DER


@pytest.fixture
def settings(app):
    """Change settings for one test; the signer is made anew before and after."""
    before = dict(app.config)

    def change(**values):
        app.config.update(values)
        app.extensions.pop("paper_signer", None)

    change()
    yield change
    app.config.update(before)
    app.extensions.pop("paper_signer", None)


def judged(pdf, *roots):
    """pyHanko's own judgement of the one signature, with these certificates trusted."""
    (embedded,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    trusted = [asn1.Certificate.load(root) for root in roots or (signing.certificate_der(),)]
    context = ValidationContext(trust_roots=trusted, moment=cast.NOW)
    stamps = ValidationContext(trust_roots=trusted)
    # pyHanko starts an event loop of its own; a browser's test may have left one running in this thread.
    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(validate_pdf_signature, embedded, context, ts_validation_context=stamps).result()


def pdfsig(pdf, folder):
    if shutil.which("pdfsig") is None:
        pytest.skip("needs pdfsig: apt-get install poppler-utils")
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout


def test_every_paper_is_certified_against_any_change(app, tmp_path):
    earn(CHEN, LIN, ZHANG)
    for one in issue():
        pdf = files.read(one.file_sha256)
        status = judged(pdf)
        assert status.bottom_line and status.docmdp_ok
        assert status.coverage.name == "ENTIRE_FILE"
        (embedded,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
        assert embedded.docmdp_level.name == "NO_CHANGES"
        assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
        said = pdfsig(pdf, tmp_path)
        assert "Signature is Valid." in said and "Total document signed" in said


def test_one_altered_byte_is_reported_wherever_it_stands(app, tmp_path):
    earn(CHEN)
    pdf = files.read(issue()[0].file_sha256)
    # In the page's own content, and, behind the signature, a digit of the trailer's /ID.
    digit = next(at for at in range(pdf.rindex(b"/ID"), len(pdf)) if pdf[at : at + 1].isdigit())
    for at in (pdf.index(b"stream") + 40, digit):
        changed = bytearray(pdf)
        changed[at] ^= 1
        said = pdfsig(bytes(changed), tmp_path)
        assert "Digest Mismatch" in said and "Signature is Valid" not in said
        status = judged(bytes(changed))
        assert not status.intact and not status.bottom_line


def test_what_is_added_afterwards_is_reported(app, tmp_path):
    earn(CHEN)
    pdf = files.read(issue()[0].file_sha256)
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    writer.root[NameObject("/Lang")] = pdf_string("en")
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    status = judged(out.getvalue())
    assert not status.bottom_line
    assert "Not total document signed" in pdfsig(out.getvalue(), tmp_path)


def test_the_signature_says_who_what_and_where(app):
    earn(CHEN)
    (one,) = issue()
    (embedded,) = PdfFileReader(BytesIO(files.read(one.file_sha256))).embedded_signatures
    said = embedded.sig_object
    assert said["/Reason"] == f"结业证书 {one.serial}"
    assert said["/Name"] == "、".join(one.facts["bodies"])
    assert said["/Location"] == "鲤城区"


def test_the_pair_made_at_first_is_kept_for_the_owner_alone(app, settings):
    earn(CHEN)
    issue()
    path = app.config["INSTANCE"] / signingkeys.SELF_MADE
    assert path.stat().st_mode & 0o777 == 0o600
    before = signing.certificate_der()
    settings()
    assert signing.certificate_der() == before


def _pair(name="泉州市鲤城区民政局", *, days=365, usage=None, bits=2048):
    key = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(cast.NOW + timedelta(days=days))
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    return key, builder.sign(key, hashes.SHA256())


def _private(key, password=None):
    encryption = BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def test_the_bodys_own_certificate_signs_from_a_pkcs12_file(app, settings, tmp_path):
    key, certificate = _pair()
    sealed = pkcs12.serialize_key_and_certificates(
        "民政局".encode(), key, certificate, None, BestAvailableEncryption(b"x1")
    )
    (tmp_path / "body.p12").write_bytes(sealed)
    settings(SIGNING_PKCS12=str(tmp_path / "body.p12"), SIGNING_PASSWORD="x1")
    earn(CHEN)
    assert judged(files.read(issue()[0].file_sha256), certificate.public_bytes(DER)).bottom_line


def test_or_from_pem_files(app, settings, tmp_path):
    key, certificate = _pair()
    (tmp_path / "key.pem").write_bytes(_private(key, b"x1"))
    (tmp_path / "body.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    settings(
        SIGNING_KEY=str(tmp_path / "key.pem"), SIGNING_CERTIFICATE=str(tmp_path / "body.pem"), SIGNING_PASSWORD="x1"
    )
    earn(CHEN)
    assert judged(files.read(issue()[0].file_sha256), certificate.public_bytes(DER)).bottom_line


@pytest.mark.parametrize("wrong", ["missing", "expired", "short", "another's", "rubbish"])
def test_a_pair_that_cannot_sign_fails_the_item_and_keeps_its_number(app, settings, tmp_path, wrong):
    key, certificate = _pair(days=-1 if wrong == "expired" else 365, bits=1024 if wrong == "short" else 2048)
    (tmp_path / "key.pem").write_bytes(_private(_pair()[0] if wrong == "another's" else key))
    (tmp_path / "body.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    if wrong == "missing":
        (tmp_path / "key.pem").unlink()
    if wrong == "rubbish":
        (tmp_path / "key.pem").write_text("rubbish")
    settings(SIGNING_KEY=str(tmp_path / "key.pem"), SIGNING_CERTIFICATE=str(tmp_path / "body.pem"))
    earn(CHEN)
    job_id = start().job_id
    jobs.run(job_id)
    assert jobs.items(job_id)[0].result["code"] == "signing_key"
    assert issued() == []
    settings(SIGNING_KEY="", SIGNING_CERTIFICATE="")
    jobs.retry(job_id, actor_id=ORGANISER, now=cast.NOW)
    jobs.run(job_id)
    assert [one.serial for one in issued()] == ["LC2026-0001"]
    assert db.session.scalars(select(Serial.state)).all() == ["used"]


@pytest.fixture
def timestamp_server():
    """A timestamp server on this machine: its address, and its certificate."""
    key, certificate = _pair("时间戳", usage=ExtendedKeyUsageOID.TIME_STAMPING)
    mine = asn1.Certificate.load(certificate.public_bytes(DER))
    private = keys.PrivateKeyInfo.load(
        key.private_bytes(DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    stamper = DummyTimeStamper(mine, private, SimpleCertificateStore(), fixed_dt=cast.NOW)

    class Server(BaseHTTPRequestHandler):
        def do_POST(self):
            request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(request).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server, certificate.public_bytes(DER)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_timestamp_server_proves_when_it_was_signed(app, settings, timestamp_server):
    server, root = timestamp_server
    settings(TIMESTAMP_URL=f"http://127.0.0.1:{server.server_port}/")
    earn(CHEN)
    status = judged(files.read(issue()[0].file_sha256), signing.certificate_der(), root)
    assert status.bottom_line and status.timestamp_validity.valid
    assert status.timestamp_validity.timestamp == cast.NOW


def test_a_timestamp_server_that_is_away_keeps_the_number_for_the_next_try(app, settings, timestamp_server):
    server, _root = timestamp_server
    settings(TIMESTAMP_URL="http://127.0.0.1:9/")
    earn(CHEN)
    job_id = start().job_id
    jobs.run(job_id)
    assert jobs.items(job_id)[0].result["code"] == "timestamp_server"
    settings(TIMESTAMP_URL=f"http://127.0.0.1:{server.server_port}/")
    jobs.retry(job_id, actor_id=ORGANISER, now=cast.NOW)
    jobs.run(job_id)
    assert [one.serial for one in issued()] == ["LC2026-0001"]


def test_nobody_signs_with_a_certificate_that_has_ended_meanwhile(app):
    with pytest.raises(Refusal, match="signing_key"):
        signing.sign(b"", signing.Statement("", "", ""), cast.NOW + timedelta(days=4000))
