"""The conformance kit for blobs: the disk passes it, and each broken one is found."""

from __future__ import annotations

from pathlib import Path

from integrations.disk_blobs import DiskBlobs
from integrations.sealed_blobs import SealedBlobs
from inthread.testing import FakeBlobs, check_blobs, check_vault
from tests.integrations.findings import failed
from tests.runtimes import a_vault


def test_the_disk_conforms(tmp_path: Path) -> None:
    assert failed(check_blobs(DiskBlobs(tmp_path))) == []
    assert failed(check_vault(a_vault(DiskBlobs(tmp_path)))) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_blobs_that_keep_the_first_or_never_forget_are_found() -> None:
    class Stubborn(FakeBlobs):
        def put(self, name: str, content: bytes) -> None:
            self.kept.setdefault(name, content)

        def delete(self, name: str) -> None:
            """Keeps it."""

    assert failed(check_blobs(Stubborn())) == [
        "another takes its place, whole", "keeps nothing at all", "deleted is KeyError"]


def test_a_vault_that_takes_any_digest_is_found() -> None:
    class Careless(SealedBlobs):
        def put(self, name: str, content: bytes) -> None:
            self.inner.put(name, content)

        def get(self, name: str) -> bytes:
            return self.inner.get(name)

    careless = Careless(FakeBlobs(), keys={"k1": b"k" * 32}, newest="k1")
    assert failed(check_vault(careless)) == [
        "another content under a digest is refused", "the newest key sealed it"]
