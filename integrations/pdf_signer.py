"""Signs PDF files with the organisation's own certificate (PAdES, ETSI EN 319 142-1), so that any
later change shows. Optionally a time stamp of somebody else's clock (RFC 3161).

It is the organisation that signs, for all its customers alike: what a customer agreed to is in the
file, and is not made by their own key.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import cms, tsp  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from requests import RequestException

from integrations.safe_http import Resolve, SafeClient, resolve
from integrations.url_guard import check_url
from inthread.spi import Rejected, Retry

FIELD = "Organisation"
# Room for the signature, its certificates and a time stamp, in hex digits.
ROOM = 32768
# A time stamp's clock and ours may differ by so much.
APART = timedelta(minutes=5)
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"


class PdfSigner:
    """`certificate`: who signs, as a stranger checks it."""

    key: str = "pdf_signer"

    def __init__(
        self, archive: bytes, password: str, *, now: Callable[[], datetime],
        stamper: TimeStamper | None = None,
    ) -> None:
        """*archive*: PKCS#12 with the key and its certificate. Raises ValueError when it does not
        open, or may not sign documents."""
        try:
            key, certificate, _ = pkcs12.load_key_and_certificates(archive, password.encode())
        except ValueError as wrong:
            raise ValueError(f"the PKCS#12 archive does not open: {wrong}") from wrong
        if key is None or certificate is None:
            raise ValueError("the PKCS#12 archive has no key with its certificate")
        _demand_use(certificate)
        self.certificate = certificate
        self._now, self._stamper = now, stamper
        self._signer = signers.SimpleSigner.load_pkcs12_data(archive, [], password.encode())

    @classmethod
    def at(
        cls, file: Path, password: str, *, now: Callable[[], datetime], tsa: str = "",
        allow_loopback: bool = False, resolver: Resolve = resolve,
    ) -> PdfSigner:
        """*tsa*: address of a time stamping authority, empty for none. Raises ValueError."""
        try:
            archive = file.read_bytes()
        except OSError as trouble:
            raise ValueError(f"{file}: {trouble.strerror}") from trouble
        stamper = None
        if tsa:
            target = check_url(tsa, allow_loopback=allow_loopback, ports=frozenset({80, 443}))
            stamper = Stamper(SafeClient(target, resolver=resolver), now=now)
        return cls(archive, password, now=now, stamper=stamper)

    @property
    def pem(self) -> bytes:
        """The certificate, to be handed to whoever checks."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def trouble(self) -> str:
        """Why it cannot sign now, empty when it can."""
        now, one = self._now(), self.certificate
        if now < one.not_valid_before_utc:
            return f"the certificate is good from {one.not_valid_before_utc:%Y-%m-%d} on"
        if now > one.not_valid_after_utc:
            return f"the certificate ran out on {one.not_valid_after_utc:%Y-%m-%d}"
        return ""

    def sign(self, pdf: bytes, *, reason: str) -> bytes:
        """The file with its signature behind it: the bytes before stay as they were. A time stamp
        that was asked for and cannot be had is never left out: Retry."""
        if self.trouble:
            raise Retry(self.trouble)
        meta = signers.PdfSignatureMetadata(
            field_name=FIELD, reason=reason, name=self.name, subfilter=SigSeedSubFilter.PADES,
            md_algorithm="sha256", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        made = _Signing(meta, self._signer, timestamper=self._stamper)
        made.at = self._now()
        signed = BytesIO()
        try:
            made.sign_pdf(
                IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=ROOM, output=signed
            )
        except (TimestampRequestError, RequestException, OSError, Rejected) as trouble:
            raise Retry(f"no time stamp: {trouble}") from trouble
        return signed.getvalue()

    @property
    def name(self) -> str:
        """The organisation, as the certificate names it."""
        found = self.certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return str(found[0].value) if found else self.certificate.subject.rfc4514_string()


class _Signing(signers.PdfSigner):
    """Says our time, not the machine's."""

    at: datetime

    def init_signing_session(self, *args: Any, **more: Any) -> Any:
        session = super().init_signing_session(*args, **more)
        session.system_time = self.at.astimezone(UTC)
        return session


class Stamper(TimeStamper):
    """Asks a time stamping authority over a guarded connection, and looks at what it says."""

    def __init__(self, client: SafeClient, *, now: Callable[[], datetime]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._client, self._now = client, now

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        answer = self._client.call(
            "POST", "", body=req.dump(), headers={"Content-Type": _QUERY, "Accept": _REPLY}
        )
        if answer.status != 200 or answer.headers.get("content-type") != _REPLY:
            raise TimestampRequestError(f"the authority answered {answer.status}")
        try:
            return tsp.TimeStampResp.load(answer.body, strict=True)
        except ValueError as wrong:
            raise TimestampRequestError("the authority's answer cannot be read") from wrong

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Raises TimestampRequestError for a stamp of other bytes, or of a time that is not now."""
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            said = token["content"]["encap_content_info"]["content"].parsed
            stamped, at = said["message_imprint"]["hashed_message"].native, said["gen_time"].native
        except (ValueError, TypeError, KeyError, AttributeError) as wrong:
            # pyHanko stumbles over another nonce than ours, asn1crypto over what is no answer.
            raise TimestampRequestError("the authority's answer is not to our question") from wrong
        if stamped != message_digest:
            raise TimestampRequestError("the authority stamped something else")
        if abs(at - self._now()) > APART:
            raise TimestampRequestError(f"the authority says {at:%Y-%m-%d %H:%M} UTC: not so here")
        return token


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 in hex of the certificate in DER, as other tools show it."""
    return sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _demand_use(certificate: x509.Certificate) -> None:
    """Readers refuse a signature by a certificate that is not for signing documents."""
    try:
        use = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not use.content_commitment:
        raise ValueError(
            "the certificate is not for signing documents: it needs the key usage "
            "contentCommitment (nonRepudiation)"
        )
