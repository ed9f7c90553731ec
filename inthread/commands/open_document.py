"""A person of the staff opens a document of a case."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.kept_document import KeptDocument
from inthread.domain.refusals import NotFound, Withheld
from inthread.runtime import Runtime
from inthread.store import audit, cases, documents


def open_document(
    rt: Runtime, *, actor: Actor, case_id: str, document_id: str
) -> tuple[KeptDocument, bytes]:
    """The document and its bytes. That it was opened, and by whom, is in the case's audit before
    anybody has them (security R8.6).

    Raises Withheld for one that was not found clean (R8.8), NotFound for one of another case,
    Forbidden; KeyError or ValueError when its bytes are not there or are not those that were kept.
    """
    actor.require("documents:read")
    with rt.db.begin() as tx:
        cases.hold(tx, case_id)
        document = documents.get(tx, document_id)
        if document is None or document.case_id != case_id:
            raise NotFound("document")
        if not document.open:
            raise Withheld(document.state.value)
        audit.append(
            tx, rt.now(), actor, case_id, AuditEvent.DOCUMENT_READ, document=document.id,
            sha256=document.digest,
        )
    rt.db.assert_closed()
    return document, rt.registry.blobs.get(document.digest)
