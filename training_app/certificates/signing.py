"""Signing a drawn paper: PAdES B-B, and B-T where a timestamp server is named. Only the job process does it.

The signature certifies the paper: whoever changes anything afterwards breaks it, and a reader says so. Whatever
signs is loaded at the first paper: web workers import this module and must stay small.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from training_app.core import clock
from training_app.core.errors import Refusal

if TYPE_CHECKING:
    from .signingkeys import Pair

FIELD = "Signature"
#: Hexadecimal digits that are kept free for the signature; the certificates that go with it come on top.
_ROOM, _ROOM_FOR_TIMESTAMP = 8_192, 24_576
_TIMEOUT_S = 10
#: The signed attributes that are the same in every signature of one key, or the digest: no moment among them.
_SAME_BUT_DIGEST = {"content_type", "message_digest", "signing_certificate_v2", "cms_algorithm_protection"}


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
            signed: bytes = (_at_once(signing) if self.raw.filled(self.stamper) else _in_a_loop(signing)).getvalue()
        except OSError as fault:
            sentence = _l("The timestamp server does not answer. Nothing is lost: try again later.")
            raise Refusal("timestamp_server", sentence) from fault
        return signed


def _at_once(work: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine gives that waits for nothing: a loop of its own for each signature costs a millisecond."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("signing waited for something")


def _in_a_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """In a thread of its own, for this one may have a loop that runs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@cache
def _raw_signer() -> Any:
    """The class that signs with a key in memory."""
    from asn1crypto import cms, x509
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.sign.signers import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class Kept(Signer):  # type: ignore[misc]
        """Signs with SHA-256 and a key that was read once; pyHanko's own reads it anew for each signature.

        A container without a timestamp differs from another in its digest and its signature only. What pyHanko built
        at the first is therefore filled with the next ones: building takes most of the time.
        """

        def __init__(self, found: Pair) -> None:
            mine, *others = (
                x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in (found.certificate, *found.chain)
            )
            super().__init__(signing_cert=mine, cert_registry=SimpleCertificateStore.from_certs(others))
            self.key = found.key
            #: What was signed last.
            self.data = b""
            #: The container, what was signed in it, the digest in both, and the signature.
            self.built: tuple[bytes, bytes, bytes, bytes] | None = None

        def filled(self, stamper: Any) -> bool:
            """Whether the next container is made from the first."""
            return self.built is not None and stamper is None

        def signature(self, data: bytes) -> bytes:
            if isinstance(self.key, ec.EllipticCurvePrivateKey):
                return self.key.sign(data, ec.ECDSA(SHA256()))
            return self.key.sign(data, padding.PKCS1v15(), SHA256())

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            if digest_algorithm != "sha256":
                raise ValueError(digest_algorithm)
            self.data = data
            return self.signature(data)

        async def async_sign(self, data_digest: bytes, digest_algorithm: str, **settings: Any) -> Any:
            if self.built is not None and settings.get("timestamper") is None:
                container, data, digest, old = self.built
                data = data.replace(digest, data_digest)
                # Those of an elliptic curve have a length within three bytes: one of the same comes soon.
                while len(signature := self.signature(data)) != len(old):
                    pass
                return cms.ContentInfo.load(container.replace(digest, data_digest).replace(old, signature))
            made = await super().async_sign(data_digest, digest_algorithm, **settings)
            info, container = made["content"]["signer_infos"][0], made.dump()
            signature = info["signature"].native
            counts = {container.count(data_digest), container.count(signature), self.data.count(data_digest)}
            same = {one["type"].native for one in info["signed_attrs"]} <= _SAME_BUT_DIGEST
            if settings.get("timestamper") is None and counts == {1} and same:
                self.built = (container, self.data, data_digest, signature)
            return made

    return Kept


def _stamper(url: str) -> Any:
    if not url:
        return None
    from pyhanko.sign.timestamps import HTTPTimeStamper

    return HTTPTimeStamper(url, timeout=_TIMEOUT_S)
