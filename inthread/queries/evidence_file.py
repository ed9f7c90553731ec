"""The signed evidence file of an outcome, for whom it may be shown to."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.domain.actor import Actor
from inthread.domain.refusals import NotFound
from inthread.queries.receipt import receipt
from inthread.runtime import Runtime
from inthread.store import cases, evidence_files, outcomes
from inthread.store.evidence_files import EvidenceFile


@dataclass(frozen=True)
class EvidencePdf:
    name: str
    content: bytes


def has_evidence(rt: Runtime, outcome_id: str) -> bool:
    with rt.db.read() as tx:
        return evidence_files.of_outcome(tx, outcome_id) is not None


def own_evidence(rt: Runtime, token: str, outcome_id: str) -> EvidencePdf:
    """The customer's own. Raises NotFound for another case's outcome and while there is none,
    StepUpNeeded, VisitEnded, LinkGone as the receipt does."""
    receipt(rt, token, outcome_id)
    with rt.db.read() as tx:
        found = evidence_files.of_outcome(tx, outcome_id)
    return _read(rt, found)


def evidence_of(rt: Runtime, *, actor: Actor, named: str) -> EvidencePdf:
    """*named*: an outcome's id, or the case's reference or id: then of its last outcome that has
    one. Raises Forbidden, NotFound."""
    actor.require("cases:read")
    with rt.db.read() as tx:
        outcome = outcomes.get(tx, named)
        ids = [outcome.id] if outcome is not None else []
        if outcome is None:
            same = cases.page(
                tx, reference=named, person=None, state=None, after="", most=1
            ) or [cases.get(tx, named)]
            ids = [one.id for one in reversed(outcomes.of_case(tx, same[0].id))]
        files = (evidence_files.of_outcome(tx, id) for id in ids)
        found = next((file for file in files if file is not None), None)
    return _read(rt, found)


def _read(rt: Runtime, file: EvidenceFile | None) -> EvidencePdf:
    if file is None:
        raise NotFound("evidence file")
    try:
        return EvidencePdf(file.name, rt.registry.blobs.get(file.digest))
    except KeyError as gone:
        raise NotFound("evidence file") from gone
