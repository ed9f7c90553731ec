"""A text that has to travel through an address others log, readable only with our key.

The construction of RFC 5297 (SIV) on what Python has: the nonce is a MAC of the text, so no
randomness is needed and any change shows; the key stream is SHAKE-256 of key and nonce.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

_NONCE = 16


class Seal:
    """`secret`: 16 bytes or more. `purpose` keeps its keys apart from all others made of it."""

    def __init__(self, secret: str, purpose: str) -> None:
        made = hmac.new(secret.encode(), purpose.encode(), hashlib.sha512).digest()
        self._for_nonce, self._for_stream = made[:32], made[32:]

    def seal(self, text: str) -> str:
        """Letters, digits, `-` and `_` only; the same text gives the same."""
        plain = text.encode()
        nonce = self._nonce(plain)
        return base64.urlsafe_b64encode(nonce + self._mixed(nonce, plain)).decode().rstrip("=")

    def open(self, sealed: str) -> str:
        """Raises ValueError for anything that this key did not seal."""
        try:
            raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("not a sealed text") from None
        nonce, plain = raw[:_NONCE], self._mixed(raw[:_NONCE], raw[_NONCE:])
        if not hmac.compare_digest(nonce, self._nonce(plain)):
            raise ValueError("sealed with another key, or changed")
        return plain.decode()

    def _nonce(self, plain: bytes) -> bytes:
        return hmac.new(self._for_nonce, plain, hashlib.sha256).digest()[:_NONCE]

    def _mixed(self, nonce: bytes, given: bytes) -> bytes:
        stream = hashlib.shake_256(self._for_stream + nonce).digest(len(given))
        return bytes(a ^ b for a, b in zip(given, stream, strict=True))
