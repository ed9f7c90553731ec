"""Blobs on a disk: whole or not at all."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest

from integrations.disk_blobs import DiskBlobs

CONTENT = b"a blob \x00\xff"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def files(root: Path) -> list[str]:
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def test_a_blob_lies_under_its_name(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    blobs.put(DIGEST, CONTENT)
    assert blobs.get(DIGEST) == CONTENT
    assert files(tmp_path) == [f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"]
    path = tmp_path / DIGEST[:2] / DIGEST[2:4] / DIGEST
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_takes_its_place(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    blobs.put(DIGEST, CONTENT)
    blobs.put(DIGEST, b"short")
    assert blobs.get(DIGEST) == b"short"
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize(
    "digest", ["", "..", "../../etc/passwd", DIGEST.upper(), DIGEST[:-1], DIGEST + "0",
               "/" + DIGEST[1:], DIGEST + "\n"],
)
def test_a_name_that_is_no_digest_reaches_no_file(tmp_path: Path, digest: str) -> None:
    blobs = DiskBlobs(tmp_path / "blobs")
    for call in (lambda: blobs.get(digest), lambda: blobs.put(digest, b""),
                 lambda: blobs.delete(digest)):
        with pytest.raises(ValueError, match="64 hex digits"):
            call()
    assert files(tmp_path) == []


def test_what_is_not_there_is_a_key_error(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    with pytest.raises(KeyError):
        blobs.get(DIGEST)
    blobs.delete(DIGEST)


def test_a_deleted_blob_is_gone(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    blobs.put(DIGEST, CONTENT)
    blobs.delete(DIGEST)
    with pytest.raises(KeyError):
        blobs.get(DIGEST)
    assert files(tmp_path) == []


def test_a_write_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the name would be given: no document, and no rest of one."""
    def full(*_: object) -> None:
        raise OSError("no space left")

    DiskBlobs(tmp_path / "before").put(DIGEST, b"what was there")
    monkeypatch.setattr(os, "replace", full)
    for folder in ("empty", "before"):
        with pytest.raises(OSError, match="no space"):
            DiskBlobs(tmp_path / folder).put(DIGEST, CONTENT)
    assert files(tmp_path / "empty") == []
    assert files(tmp_path / "before") == [f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"]
    assert DiskBlobs(tmp_path / "before").get(DIGEST) == b"what was there"


def test_many_at_once_leave_one_of_them_whole(tmp_path: Path) -> None:
    contents = [bytes([n]) * 300_000 for n in range(8)]
    gate, wrong = threading.Barrier(8), []

    def work(content: bytes) -> None:
        blobs = DiskBlobs(tmp_path)
        gate.wait()
        blobs.put(DIGEST, content)
        if blobs.get(DIGEST) not in contents:
            wrong.append(content[:1])

    threads = [threading.Thread(target=work, args=(content,)) for content in contents]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []
    assert len(files(tmp_path)) == 1
