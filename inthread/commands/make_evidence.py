"""Make the signed evidence file of an outcome, after it: nothing of the customer's waits for it."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case
from inthread.papers.evidence import NoEvidence, Proof, evidence_pdf, prove
from inthread.runtime import Runtime
from inthread.spi import Retry
from inthread.store import audit, cases, evidence_files, outbox, outcomes, people
from inthread.store.db import Tx
from inthread.store.evidence_files import EvidenceFile

# What is signed, as any reader of PDF shows it.
REASON = "Evidence of what was agreed to"
AGAIN = timedelta(minutes=5)
# Without a signer the job waits for one.
WITHOUT = timedelta(hours=1)


def make_evidence(rt: Runtime, *, actor: Actor, job: outbox.Job) -> None:
    """Of the outcome `job.ref`: signed with nothing open, kept, and recorded once whoever else made
    it too. A signer that is away is waited for. What does not hold together is never signed: that
    is recorded instead."""
    actor.require("carry")
    with rt.db.read() as tx:
        found = _proof(rt, tx, job)
    signer = rt.registry.signer
    if isinstance(found, str) or found is None:
        _refuse(rt, actor, job, found)
        return
    if signer is None:
        _wait(rt, job, WITHOUT)
        return
    rt.db.assert_closed()
    try:
        signed = signer.sign(evidence_pdf(found), reason=REASON)
    except Retry as away:
        _wait(rt, job, timedelta(seconds=min(away.after, 86400)) if away.after else AGAIN)
        return
    digest = sha256(signed).hexdigest()
    rt.registry.blobs.put(digest, signed)
    _keep(rt, actor, job, digest, len(signed))


def _proof(rt: Runtime, tx: Tx, job: outbox.Job) -> Proof | str | None:
    """A text says why there can be none; None: there is nothing to make it of any more, or it is
    made."""
    outcome = outcomes.get(tx, job.ref)
    if outcome is None or outcome.evidence is None or evidence_files.of_outcome(tx, job.ref):
        return None
    case = cases.get(tx, outcome.case_id)
    try:
        return prove(
            brand=rt.brand.name, reference=case.reference,
            customer=people.get(tx, case.person_id).reference, outcome=outcome,
            chain=audit.of_subject(tx, case.id),
        )
    except NoEvidence as wrong:
        return str(wrong)


def _wait(rt: Runtime, job: outbox.Job, span: timedelta) -> None:
    with rt.db.begin() as tx:
        outbox.postpone(tx, job, rt.now() + span + rt.jitter(span))


def _refuse(rt: Runtime, actor: Actor, job: outbox.Job, why: str | None) -> None:
    with rt.db.begin() as tx:
        if why is not None:
            cases.hold(tx, job.case_id)
        if outbox.done(tx, job, rt.now()) and why is not None:
            audit.append(
                tx, rt.now(), actor, job.case_id, AuditEvent.EVIDENCE_REFUSED, outcome=job.ref,
                why=why,
            )


def _keep(rt: Runtime, actor: Actor, job: outbox.Job, digest: str, size: int) -> None:
    with rt.db.begin() as tx:
        case: Case = cases.lock(tx, job.case_id)
        if not outbox.done(tx, job, rt.now()):
            return
        file = EvidenceFile(
            rt.new_id("doc"), case.id, job.ref, digest, f"evidence-{job.ref}.pdf", size, rt.now()
        )
        evidence_files.add(tx, file)
        audit.append(
            tx, rt.now(), actor, case.id, AuditEvent.EVIDENCE_MADE, outcome=job.ref,
            document=file.id, sha256=digest,
        )
