"""Blobs in a directory, each a file under its name: `ab/cd/abcd...`."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{64}")


class DiskBlobs:
    """Safe with many processes on one directory. A blob is there whole or not at all, also after
    a power cut: written aside, flushed, then renamed."""

    def __init__(self, directory: Path, key: str = "disk") -> None:
        self._root = directory
        self._key = key

    @property
    def key(self) -> str:
        return self._key

    def put(self, name: str, content: bytes) -> None:
        """Raises ValueError for a name that is not 64 hex digits."""
        path = self._path(name)
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

    def get(self, name: str) -> bytes:
        """Raises KeyError when there is none."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise KeyError(name) from None

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("a blob's name is 64 hex digits in lower case")
        return self._root / name[:2] / name[2:4] / name

    def _flush_names(self, directory: Path) -> None:
        """Make the new names last: the file's own, and those of directories just made."""
        for each in (directory, directory.parent, self._root):
            handle = os.open(each, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
