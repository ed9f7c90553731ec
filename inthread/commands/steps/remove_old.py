"""Remove a case or a person whose time is over. The chain of what happened to them stays, and ends
with that."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.runtime import Runtime
from inthread.store import audit, documents, retention
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


def remove_document(
    rt: Runtime, tx: Tx, *, actor: Actor, case_id: str, document_id: str
) -> None:
    """The caller holds the case and its person. The bytes go by `drop_documents`."""
    document = documents.get(tx, document_id)
    if document is not None and documents.disown_one(tx, document_id):
        audit.append(
            tx, rt.now(), actor, case_id, AuditEvent.DOCUMENT_FORGOTTEN, document=document_id,
            sha256=document.digest, kind=document.kind, periods=rt.retention.version,
        )
