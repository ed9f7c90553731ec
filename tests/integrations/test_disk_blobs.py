"""Documents on a disk: whole or not at all, and never another's bytes."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest

from integrations.disk_blobs import DamagedBlob, DiskBlobs

CONTENT = b"a document \x00\xff"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def files(root: Path) -> list[str]:
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def test_a_document_lies_under_its_digest(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    blobs.put(DIGEST, CONTENT)
    assert blobs.get(DIGEST) == CONTENT
    assert files(tmp_path) == [f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"]
    path = tmp_path / DIGEST[:2] / DIGEST[2:4] / DIGEST
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    blobs.put(DIGEST, CONTENT)
    path = tmp_path / DIGEST[:2] / DIGEST[2:4] / DIGEST
    before = path.stat()
    blobs.put(DIGEST, CONTENT)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_wrong_digest_keeps_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not that of the content"):
        DiskBlobs(tmp_path).put(DIGEST, b"another")
    assert files(tmp_path) == []


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


def test_a_deleted_document_is_gone(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    blobs.put(DIGEST, CONTENT)
    blobs.delete(DIGEST)
    with pytest.raises(KeyError):
        blobs.get(DIGEST)
    assert files(tmp_path) == []


def test_changed_bytes_are_never_given_out_and_may_be_put_right(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    blobs.put(DIGEST, CONTENT)
    (tmp_path / DIGEST[:2] / DIGEST[2:4] / DIGEST).write_bytes(CONTENT[:-1])
    with pytest.raises(DamagedBlob):
        blobs.get(DIGEST)
    blobs.put(DIGEST, CONTENT)
    assert blobs.get(DIGEST) == CONTENT


def test_a_write_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the name would be given: no document, and no rest of one."""
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        DiskBlobs(tmp_path).put(DIGEST, CONTENT)
    assert files(tmp_path) == []


def test_many_at_once_keep_one_whole_document(tmp_path: Path) -> None:
    content = os.urandom(300_000)
    digest = hashlib.sha256(content).hexdigest()
    gate, wrong = threading.Barrier(8), []

    def work() -> None:
        blobs = DiskBlobs(tmp_path)
        gate.wait()
        blobs.put(digest, content)
        if blobs.get(digest) != content:
            wrong.append(True)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []
    assert len(files(tmp_path)) == 1
