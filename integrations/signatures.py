"""Standard Webhooks 1.0.0, both ways: HMAC-SHA256 over `id.timestamp.body`.

The clock is the caller's, and every malformed header is a refusal: the library's own `verify` reads
the system clock and lets ValueError through.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from standardwebhooks.webhooks import Webhook

from inthread.spi import Rejected

TOLERANCE = timedelta(seconds=300)
LEAST_SECRET = 24
_TIMESTAMP = re.compile(r"[0-9]{1,11}")


class Signatures:
    """`secret`: `whsec_` and base64 of 24 bytes or more; ValueError otherwise."""

    def __init__(self, secret: str) -> None:
        try:
            raw = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            raise ValueError("the signing secret is not base64") from None
        if len(raw) < LEAST_SECRET:
            raise ValueError(f"the signing secret has less than {LEAST_SECRET} bytes")
        self._webhook = Webhook(raw)
        self._key = raw

    def sign(self, id: str, body: str, now: datetime) -> dict[str, str]:
        """The three headers of one try. `now`: aware, UTC."""
        return {
            "webhook-id": id, "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(id, now, body),
        }

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> str:
        """The id of a request that was signed within 300 s of `now`, before or after.

        Raises Rejected in every other case (security R7.8, A59)."""
        sent = {name.lower(): value for name, value in headers.items()}
        id, stamp = sent.get("webhook-id", ""), sent.get("webhook-timestamp", "")
        if not id or not _TIMESTAMP.fullmatch(stamp):
            raise Rejected("the signature headers are missing or malformed")
        at = datetime.fromtimestamp(int(stamp), UTC)
        if abs(now - at) > TOLERANCE:
            raise Rejected("the timestamp is more than 300 s from now")
        expected = self._expected(id, stamp, body)
        given = sent.get("webhook-signature", "").encode("utf-8", "replace").split(b" ")
        matches = [hmac.compare_digest(expected, each) for each in given]
        if not any(matches):
            raise Rejected("no signature matches")
        return id

    def _expected(self, id: str, stamp: str, body: bytes) -> bytes:
        """Over bytes, which the library does not take: a mail may be in any encoding."""
        signed = f"{id}.{int(stamp)}.".encode("utf-8", "replace") + body
        digest = hmac.new(self._key, signed, hashlib.sha256).digest()
        return b"v1," + base64.b64encode(digest)
