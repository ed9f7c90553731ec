"""A text that has to travel through an address others log, readable only with our key."""

from __future__ import annotations

import base64
import hmac
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Seal:
    """Fernet, under a key made of *secret* (16 bytes or more) for one *purpose*."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._key = base64.urlsafe_b64encode(
            hmac.digest(secret.encode(), purpose.encode(), "sha256")
        )

    @cached_property
    def _fernet(self) -> Fernet:
        # Only a process that makes calls pays for loading it.
        from cryptography.fernet import Fernet

        return Fernet(self._key)

    def seal(self, text: str) -> str:
        """Letters, digits, `-`, `_` and `=` only."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises ValueError for anything that this key did not seal."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise ValueError("sealed with another key, or changed") from None
