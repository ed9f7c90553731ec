"""Stripe's webhook signatures: `t=,v1=`, HMAC-SHA256 over `t.body`, within 300 s both ways.

The SDK's own check refuses only what is old, and reads the system clock (security §7).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from inthread.spi import Rejected

HEADER = "stripe-signature"
TOLERANCE = timedelta(seconds=300)
LEAST_SECRET = 16
MOST_ITEMS = 20
_TIMESTAMP = re.compile(r"[0-9]{1,11}")


class StripeSignatures:
    """`secret`: of the webhook endpoint (`whsec_...`); ValueError for anything else."""

    def __init__(self, secret: str) -> None:
        if not secret.startswith("whsec_") or len(secret) < LEAST_SECRET:
            raise ValueError("the webhook's secret starts with whsec_ and is longer")
        self._key = secret.encode()

    def sign(self, body: bytes, at: datetime) -> str:
        """The header's value for a request sent then."""
        stamp = str(int(at.timestamp()))
        return f"t={stamp},v1={self._expected(stamp, body).decode()}"

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
        """Raises Rejected unless one signature is good and at most 300 s from `now`, before or
        after (security R7.8, A59)."""
        sent = next((v for n, v in headers.items() if n.lower() == HEADER), "")
        pairs = [item.partition("=") for item in sent.split(",")[:MOST_ITEMS]]
        stamps = [value for name, _, value in pairs if name.strip() == "t"]
        if len(stamps) != 1 or not _TIMESTAMP.fullmatch(stamps[0]):
            raise Rejected("the signature's header is missing or malformed")
        if abs(now - datetime.fromtimestamp(int(stamps[0]), UTC)) > TOLERANCE:
            raise Rejected("the timestamp is more than 300 s from now")
        expected = self._expected(stamps[0], body)
        given = [v.encode("utf-8", "replace") for name, _, v in pairs if name.strip() == "v1"]
        if not any(hmac.compare_digest(expected, each) for each in given):
            raise Rejected("no signature matches")

    def _expected(self, stamp: str, body: bytes) -> bytes:
        signed = stamp.encode() + b"." + body
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest().encode()
