"""Hands a file to a process that can be lost, and takes back only what that process wrote anew."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import BoundedSemaphore

from miniapps.upload.worker import TOO_HEAVY, UNREADABLE

MOST_BYTES = 10 * 2**20
# Of several files in one: all that a case may have (docs/security.md, R8.7).
MOST_JOINED = 25 * 2**20
_WORKER = Path(__file__).with_name("worker.py")
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


@dataclass(frozen=True)
class Decoded:
    """`faults`: what makes a photo hard to read, the worst first: small, dark, bright, blurred."""

    media_type: str
    pages: int
    content: bytes
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotTaken:
    """Why not: a key of the mini-app's wording and what the worker measured."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def kind_of(content: bytes) -> str | None:
    """What the first bytes say it is: image (JPEG or PNG), heic, pdf, or None for all else. The
    name and the type that came with a file are not asked."""
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return "image"
    if content.startswith(b"%PDF-"):
        return "pdf"
    return "heic" if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS else None


@dataclass(frozen=True)
class Decoder:
    """Decodes at most `at_once` files together in this process; each costs up to 512 MiB.

    `seconds` is how long one file may take, and how long one waits for its turn. `worker` is the
    program that decodes, as `worker.py` describes it.
    """

    at_once: int = 2
    seconds: float = 10.0
    worker: Path = _WORKER
    _turns: BoundedSemaphore = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_turns", BoundedSemaphore(self.at_once))

    def decode(self, content: bytes, most_pages: int) -> Decoded | NotTaken:
        """The file written anew. Raises RuntimeError when the worker itself is at fault."""
        kind = kind_of(content)
        if kind is None:
            return NotTaken("wrong_kind")
        limits = {"most_bytes": MOST_BYTES, "most_pages": most_pages}
        return self._in_turn(kind, content, limits)

    def join(self, files: Sequence[Decoded], most_pages: int) -> Decoded | NotTaken:
        """One PDF of all their pages, in their order."""
        parts = [[file.media_type, len(file.content)] for file in files]
        limits = {"most_bytes": MOST_JOINED, "most_pages": most_pages, "parts": parts}
        joined = self._in_turn("join", b"".join(file.content for file in files), limits)
        if isinstance(joined, NotTaken):
            return joined
        faults = dict.fromkeys(fault for file in files for fault in file.faults)
        return replace(joined, faults=tuple(faults))

    def _in_turn(
        self, kind: str, content: bytes, limits: Mapping[str, object]
    ) -> Decoded | NotTaken:
        if not self._turns.acquire(timeout=self.seconds):
            return NotTaken("busy")
        try:
            return self._in_worker(kind, content, limits)
        finally:
            self._turns.release()

    def _in_worker(
        self, kind: str, content: bytes, limits: Mapping[str, object]
    ) -> Decoded | NotTaken:
        # The answer goes to a file: the worker's own limits bound it, a pipe would not.
        with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as trouble:
            try:
                # Our own program with arguments of ours; no shell, and none of our environment.
                status = subprocess.run(  # noqa: S603
                    [sys.executable, "-I", str(self.worker), kind, json.dumps(limits)],
                    input=content, stdout=answer, stderr=trouble, timeout=self.seconds,
                    env={"MALLOC_ARENA_MAX": "1"}, check=False,
                ).returncode
            except subprocess.TimeoutExpired:
                return NotTaken("too_heavy")
            if status == UNREADABLE:
                return NotTaken("unreadable")
            # Below zero: the kernel ended it, by one of its limits or for a broken decoder.
            if status == TOO_HEAVY or status < 0:
                return NotTaken("too_heavy")
            if status != 0:
                trouble.seek(0)
                raise RuntimeError(trouble.read(4096).decode(errors="replace"))
            answer.seek(0)
            return _answer(answer.readline(), answer.read(MOST_JOINED + 1))


def _answer(line: bytes, content: bytes) -> Decoded | NotTaken:
    said = json.loads(line)
    if "refused" in said:
        return NotTaken(said["refused"], said["values"])
    return Decoded(said["media_type"], said["pages"], content, tuple(said["faults"]))
