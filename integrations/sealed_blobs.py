"""Documents encrypted before they leave this process, over any Blobs (security R8.6, ASVS 11.3.2).

Each has a data key of its own, which a master key wraps: both by AES-256-GCM, both bound to the
SHA-256 of the plain bytes, which is also the name. What lies under a name opens there and nowhere
else. A blob is: `INB1`, the master key's id (2), nonce (12) and wrapped data key (48), nonce (12),
the sealed bytes. With a new master key only what stands before the second nonce is written anew.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from inthread.spi import Blobs

_VERSION = b"INB1"
_ID, _NONCE, _WRAPPED = 2, 12, 48
_HEAD = len(_VERSION) + _ID + _NONCE + _WRAPPED


class DamagedBlob(ValueError):
    """What lies under this name was not sealed under it, or was altered since."""


class MissingKey(ValueError):
    """The blob was sealed with a master key that is not among the keys any more."""


class SealedBlobs:
    """`keys`: the master keys by id of two characters, 32 random bytes or more each; `newest`: the
    one that seals, all open. The plain bytes are checked against their name on the way in and out.
    """

    def __init__(self, inner: Blobs, *, keys: Mapping[str, bytes], newest: str) -> None:
        self._inner = inner
        self._newest = newest
        # The same secret may serve elsewhere: what seals here is derived for this alone.
        self._wraps = {
            name: AESGCM(hmac.digest(key, b"inthread/blobs", "sha256"))
            for name, key in keys.items()
        }

    @property
    def key(self) -> str:
        return self._inner.key

    @property
    def inner(self) -> Blobs:
        """Where the sealed bytes lie."""
        return self._inner

    def put(self, name: str, content: bytes) -> None:
        """Raises ValueError when the name is not the SHA-256 of the content in hex."""
        if hashlib.sha256(content).hexdigest() != name:
            raise ValueError("the digest is not that of the content")
        data_key, nonce = AESGCM.generate_key(256), os.urandom(_NONCE)
        sealed = AESGCM(data_key).encrypt(nonce, content, _bound(name))
        self._inner.put(name, self._head(name, data_key) + nonce + sealed)

    def get(self, name: str) -> bytes:
        """Raises KeyError when there is none, DamagedBlob, MissingKey."""
        blob = self._inner.get(name)
        data_key = self._data_key(name, blob)
        nonce, sealed = blob[_HEAD:_HEAD + _NONCE], blob[_HEAD + _NONCE:]
        content = _opened(AESGCM(data_key), name, nonce, sealed, _bound(name))
        if hashlib.sha256(content).hexdigest() != name:
            raise DamagedBlob(name)
        return content

    def delete(self, name: str) -> None:
        self._inner.delete(name)

    def rewrap(self, name: str) -> bool:
        """Put the newest master key in the place of an older one; a blob from before documents were
        sealed is sealed. False when there was nothing to do. Raises as `get`."""
        blob = self._inner.get(name)
        if hashlib.sha256(blob).hexdigest() == name:
            self.put(name, blob)
            return True
        if self._wrapped_by(name, blob) == self._newest:
            return False
        self._inner.put(name, self._head(name, self._data_key(name, blob)) + blob[_HEAD:])
        return True

    def _head(self, name: str, data_key: bytes) -> bytes:
        nonce, by = os.urandom(_NONCE), self._newest.encode()
        wrapped = self._wraps[self._newest].encrypt(nonce, data_key, _VERSION + by + _bound(name))
        return _VERSION + by + nonce + wrapped

    def _wrapped_by(self, name: str, blob: bytes) -> str:
        if len(blob) < _HEAD + _NONCE or not blob.startswith(_VERSION):
            raise DamagedBlob(name)
        return blob[len(_VERSION):len(_VERSION) + _ID].decode("latin-1")

    def _data_key(self, name: str, blob: bytes) -> bytes:
        by = self._wrapped_by(name, blob)
        if by not in self._wraps:
            raise MissingKey(f"{name} was sealed with the key {by!r}, which is not there any more")
        start = len(_VERSION) + _ID
        nonce, wrapped = blob[start:start + _NONCE], blob[start + _NONCE:_HEAD]
        said = _VERSION + by.encode() + _bound(name)
        return _opened(self._wraps[by], name, nonce, wrapped, said)


def _bound(name: str) -> bytes:
    return bytes.fromhex(name)


def _opened(cipher: AESGCM, name: str, nonce: bytes, sealed: bytes, said: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce, sealed, said)
    except InvalidTag:
        raise DamagedBlob(name) from None
