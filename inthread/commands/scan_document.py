"""Look at a document that could not be looked at when it came (security R8.8)."""

from __future__ import annotations

from datetime import timedelta

from inthread.commands.steps.drop_documents import drop_bytes
from inthread.commands.steps.hand_over import hand_over
from inthread.commands.steps.keep_files import Infected, look_at
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.handing_over import DOCUMENT_FOUND, at_work
from inthread.domain.kept_document import GRACE, DocumentState, KeptDocument
from inthread.runtime import Runtime
from inthread.store import audit, cases, documents, outbox
from inthread.store.db import Tx

SOON, LATER = timedelta(seconds=30), timedelta(minutes=10)


def scan_document(rt: Runtime, *, actor: Actor, job: outbox.Job) -> None:
    """Carry the document `job.ref`: clean, it may be opened from now on; with malware, its bytes go
    and a person is told, even when the case has ended; while nobody can say, it waits."""
    actor.require("carry")
    with rt.db.read() as tx:
        document = documents.get(tx, job.ref)
    if document is None or document.case_id is None:
        with rt.db.begin() as tx:
            outbox.done(tx, job, rt.now())
        return
    found = _looked(rt, document) if document.state is DocumentState.PENDING else ""
    with rt.db.begin() as tx:
        cases.hold(tx, document.case_id)
        if found is None:
            outbox.postpone(tx, job, rt.now() + _wait(rt, document))
        elif outbox.done(tx, job, rt.now()):
            _record(rt, tx, actor, document, found)
    if found:
        drop_bytes(rt, document.digest, rt.now() - GRACE)


def _looked(rt: Runtime, document: KeptDocument) -> str | None:
    """What was found, empty for nothing; None when nobody could say."""
    content = rt.registry.blobs.get(document.digest)
    try:
        return "" if look_at(rt, content) else None
    except Infected as why:
        return why.found[:200]


def _record(rt: Runtime, tx: Tx, actor: Actor, document: KeptDocument, found: str) -> None:
    """Nothing when it has become nobody's meanwhile."""
    now, case_id = rt.now(), document.case_id or ""
    state = DocumentState.FOUND if found else DocumentState.CLEAN
    if not documents.checked(tx, document.id, state, found or None, now):
        return
    event = AuditEvent.DOCUMENT_FOUND if found else AuditEvent.DOCUMENT_CHECKED
    audit.append(
        tx, now, actor, case_id, event, document=document.id, sha256=document.digest,
        **({"found": found} if found else {}),
    )
    if found:
        case = cases.lock(tx, case_id)
        newer = {} if case.live else cases.live_by_key(tx, case.workflow, [case.natural_key])
        case = newer.get(case.natural_key, case)
        reason = at_work(rt.workflows[case.workflow], DOCUMENT_FOUND)
        hand_over(rt, tx, actor=actor, case=case, reason=reason,
                  why="the scanner found malware in a document; it was deleted")


def _wait(rt: Runtime, document: KeptDocument) -> timedelta:
    """Soon at first, then as often as a tenth of its age."""
    return max(SOON, min((rt.now() - document.at) / 10, LATER))
