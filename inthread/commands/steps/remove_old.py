"""Remove a case or a person whose time is over. The chain of what happened to them stays, and ends
with that."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.runtime import Runtime
from inthread.store import audit, retention
from inthread.store.db import Tx


def remove_case(rt: Runtime, tx: Tx, *, actor: Actor, case_id: str) -> None:
    """The caller holds the case and its person."""
    retention.remove_case(tx, case_id)
    audit.append(
        tx, rt.now(), actor, case_id, AuditEvent.CASE_FORGOTTEN, periods=rt.retention.version
    )


def remove_person(rt: Runtime, tx: Tx, *, actor: Actor, person_id: str) -> None:
    """The caller holds the person, who has no case any more."""
    retention.remove_person(tx, person_id)
    audit.append(
        tx, rt.now(), actor, person_id, AuditEvent.PERSON_FORGOTTEN, periods=rt.retention.version
    )


def drop_documents(rt: Runtime, most: int = 1000) -> int:
    """Delete the bytes of documents that belong to no case any more, unless another case has the
    same, and then their rows: whatever stops it, the next run goes on. After a commit, with nothing
    open."""
    rt.db.assert_closed()
    with rt.db.read() as tx:
        found = retention.documents_of_nobody(tx, most)
    for document_id, digest, alone in found:
        if alone:
            rt.registry.blobs.delete(digest)
        with rt.db.begin() as tx:
            retention.drop_document(tx, document_id)
    return len(found)
