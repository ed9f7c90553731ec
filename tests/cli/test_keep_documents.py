"""`inthread documents rotate`: what it says, and that older keys can go then."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from integrations.disk_blobs import DiskBlobs
from integrations.sealed_blobs import SealedBlobs
from inthread.cli.keys import new_key
from inthread.domain.kept_document import DocumentState, KeptDocument
from inthread.keyring import Keyring
from inthread.runtime import utc_now
from inthread.store.db import Database
from inthread.store.documents import add
from tests.cli.conftest import Inthread

CONTENT = b"%PDF one page"
NAME = sha256(CONTENT).hexdigest()


def test_documents_are_sealed_by_the_newest_key(
    inthread: Inthread, settings: dict[str, str], migrated: Database
) -> None:
    old, new = new_key("b1"), new_key("b2")
    store = DiskBlobs(Path(settings["INTHREAD_BLOBS"]))
    ring = Keyring.read(old)
    SealedBlobs(store, keys=ring.keys, newest=ring.newest).put(NAME, CONTENT)
    with migrated.begin() as tx:
        add(tx, [KeptDocument(
            "doc_1", None, "", NAME, "a.pdf", "application/pdf", len(CONTENT), 1, utc_now(),
            "uploaded", DocumentState.COMING,
        )])
    settings["INTHREAD_BLOB_KEYS"] = f"{old},{new}"
    said = inthread("documents", "rotate")
    assert (said.status, said.out) == (
        0, "        1  sealed by b2 now\n        0  sealed by b2 before\n"
    )
    settings["INTHREAD_BLOB_KEYS"] = new
    said = inthread("documents", "rotate")
    assert (said.status, said.out) == (
        0, "        0  sealed by b2 now\n        1  sealed by b2 before\n"
    )
    settings["INTHREAD_BLOB_KEYS"] = new_key("b3")
    said = inthread("documents", "rotate")
    assert said.status == 1
    assert said.out.endswith(
        f"    wrong  {NAME}: altered, or its key is not among INTHREAD_BLOB_KEYS\n"
    )
