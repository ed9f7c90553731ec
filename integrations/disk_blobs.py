"""Documents in a directory, each under the SHA-256 of its bytes: `ab/cd/abcd...`."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

_DIGEST = re.compile(r"[0-9a-f]{64}")


class DamagedBlob(Exception):
    """What lies on the disk is not what was put there."""


class DiskBlobs:
    """Safe with many processes on one directory. A blob is there whole or not at all, also after
    a power cut: written aside, flushed, then renamed."""

    def __init__(self, directory: Path, key: str = "disk") -> None:
        self._root = directory
        self._key = key

    @property
    def key(self) -> str:
        return self._key

    def put(self, digest: str, content: bytes) -> None:
        """Raises ValueError when the digest is not that of the content."""
        path = self._path(digest)
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError("the digest is not that of the content")
        if self._whole(path, digest):
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(aside)
            raise
        self._flush_names(path.parent)

    def get(self, digest: str) -> bytes:
        """Raises KeyError when there is none, DamagedBlob when its bytes have changed."""
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise KeyError(digest) from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise DamagedBlob(digest)
        return content

    def delete(self, digest: str) -> None:
        self._path(digest).unlink(missing_ok=True)

    def _whole(self, path: Path, digest: str) -> bool:
        return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == digest

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError("a digest is 64 hex digits in lower case")
        return self._root / digest[:2] / digest[2:4] / digest

    def _flush_names(self, directory: Path) -> None:
        """Make the new names last: the file's own, and those of directories just made."""
        for each in (directory, directory.parent, self._root):
            handle = os.open(each, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
