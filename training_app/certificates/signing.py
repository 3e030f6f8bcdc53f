"""Signing a drawn paper: PAdES B-B, and B-T where a timestamp server is named. Only the job process does it.

The signature certifies the paper: whoever changes anything afterwards breaks it, and a reader says so. Whatever
signs is loaded at the first paper: web workers import this module and must stay small.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from training_app.core.errors import Refusal

if TYPE_CHECKING:
    from .signingkeys import Pair

FIELD = "Signature"
#: Hexadecimal digits that are kept free for the signature; the certificates that go with it come on top.
_ROOM, _ROOM_FOR_TIMESTAMP = 8_192, 24_576
_TIMEOUT_S = 10


@dataclass(frozen=True)
class Statement:
    """What the signature says of itself in a PDF reader."""

    #: The bodies on the paper.
    name: str
    reason: str
    location: str


def sign(pdf: bytes, statement: Statement, now: datetime) -> bytes:
    """The paper with a signature that forbids every change, made with the configured key at this moment.

    Two signings of one paper differ. Raises Refusal "signing_key" or "timestamp_server"; both may be tried again.
    """
    return _signer().sign(pdf, statement, now)


def certificate_der() -> bytes:
    """The certificate of the key that signs now. Raises Refusal "signing_key"."""
    return _signer().certificate


def _signer() -> _Signer:
    """The application's signer, made at its first paper; it keeps the key as it was read."""
    if "paper_signer" not in current_app.extensions:
        current_app.extensions["paper_signer"] = _Signer()
    made: _Signer = current_app.extensions["paper_signer"]
    return made


class _Signer:
    def __init__(self) -> None:
        from cryptography.hazmat.primitives.serialization import Encoding

        from training_app.core import clock

        from .signingkeys import pair

        found = pair(current_app.config, clock.now())
        self.until = found.certificate.not_valid_after_utc
        self.certificate = found.certificate.public_bytes(Encoding.DER)
        self.raw = _raw_signer()(found)
        self.stamper = _stamper(current_app.config["TIMESTAMP_URL"])
        chain = sum(2 * len(one.public_bytes(Encoding.DER)) for one in (found.certificate, *found.chain))
        self.room = _ROOM + chain + (_ROOM_FOR_TIMESTAMP if self.stamper else 0)

    def sign(self, pdf: bytes, statement: Statement, now: datetime) -> bytes:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
        from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

        if now > self.until:
            raise Refusal("signing_key", _l("The certificate that signs has expired. Tell the administrator."))
        meta = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            name=statement.name,
            reason=statement.reason,
            location=statement.location,
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        signing = PdfSigner(meta, self.raw, timestamper=self.stamper).async_sign_pdf(writer, bytes_reserved=self.room)
        try:
            signed: bytes = asyncio.run(signing).getvalue()
        except OSError as fault:
            sentence = _l("The timestamp server does not answer. Nothing is lost: try again later.")
            raise Refusal("timestamp_server", sentence) from fault
        return signed


@cache
def _raw_signer() -> Any:
    """The class that signs with a key in memory."""
    from asn1crypto import x509
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.sign.signers import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    hashes = {"sha256": SHA256(), "sha384": SHA384(), "sha512": SHA512()}

    class Kept(Signer):  # type: ignore[misc]
        """pyHanko's own reads the key anew for each signature, which takes longer than signing."""

        def __init__(self, found: Pair) -> None:
            mine, *others = (
                x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in (found.certificate, *found.chain)
            )
            super().__init__(signing_cert=mine, cert_registry=SimpleCertificateStore.from_certs(others))
            self.key = found.key

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            chosen = hashes[digest_algorithm]
            if isinstance(self.key, ec.EllipticCurvePrivateKey):
                return self.key.sign(data, ec.ECDSA(chosen))
            return self.key.sign(data, padding.PKCS1v15(), chosen)

    return Kept


def _stamper(url: str) -> Any:
    if not url:
        return None
    from pyhanko.sign.timestamps import HTTPTimeStamper

    return HTTPTimeStamper(url, timeout=_TIMEOUT_S)
