"""Delete the bytes of documents that belong to nobody any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inthread.domain.kept_document import GRACE
from inthread.runtime import Runtime
from inthread.store import documents


def drop_documents(rt: Runtime, most: int = 1000, only: Sequence[str] | None = None) -> int:
    """First their bytes, unless another document has the same, then their rows: whatever stops it,
    the next run goes on. How many there were, *only* of these. After a commit, with nothing open.
    """
    before = rt.now() - GRACE
    with rt.db.read() as tx:
        found = documents.of_nobody(tx, before, most, only)
    for document_id, digest in found:
        drop_bytes(rt, digest, before)
        with rt.db.begin() as tx:
            documents.drop(tx, document_id, before)
    return len(found)


def drop_bytes(rt: Runtime, digest: str, before: datetime) -> None:
    """Delete them unless a document names them. Whoever comes with the same has a row before they
    put bytes down: so when there is one after the deletion, the bytes are put back."""
    rt.db.assert_closed()
    with rt.db.read() as tx:
        if documents.named(tx, digest, before):
            return
    content = _bytes(rt, digest)
    rt.registry.blobs.delete(digest)
    with rt.db.read() as tx:
        again = documents.named(tx, digest, before)
    if again and content is not None:
        rt.registry.blobs.put(digest, content)


def _bytes(rt: Runtime, digest: str) -> bytes | None:
    """None when there are none that open."""
    try:
        return rt.registry.blobs.get(digest)
    except (KeyError, ValueError):
        return None
