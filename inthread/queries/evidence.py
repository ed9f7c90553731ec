"""What cases can prove, as one document that holds by itself (security R4.12, R9.5)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, Recorded, stamp
from inthread.domain.canonical import exact_json
from inthread.domain.case import Case
from inthread.domain.message import Message, Purpose
from inthread.domain.person import Person
from inthread.runtime import Runtime
from inthread.store import audit, cases, messages, outcomes, people, workflows, writebacks
from inthread.store.db import Tx

FORMAT = "inthread-evidence/1"
MOST = 100


def evidence(rt: Runtime, *, actor: Actor, reference: str) -> dict[str, Any]:
    """JSON: `format`, `made_at`, `sha256` (of the rest, as canonical JSON) and `cases`, the newest
    first, at most 100: the case without its facts, the document of its workflow, each outcome as
    `record` with its `sha256`, its `position` in the chain and the `copies` the customer was sent,
    the writebacks, and the `chain` itself. *reference*: of the obligation, or a case's id. Raises
    Forbidden, NotFound."""
    actor.require("cases:read")
    with rt.db.read() as tx:
        found = cases.page(
            tx, reference=reference, person=None, state=None, after="", most=MOST
        ) or [cases.get(tx, reference)]
        made = {
            "format": FORMAT, "made_at": stamp(rt.now()),
            "cases": [_case(tx, case) for case in found],
        }
    return {**made, "sha256": sha256(exact_json(made).encode()).hexdigest()}


def _case(tx: Tx, case: Case) -> dict[str, Any]:
    chain, person = audit.of_subject(tx, case.id), people.get(tx, case.person_id)
    sent = messages.of_case(tx, case.id)
    return {
        "id": case.id, "reference": case.reference, "person": person.reference,
        "state": case.state.value, "opened_at": stamp(case.opened_at),
        "ended_at": stamp(case.ended_at) if case.ended_at else None,
        "owed": case.owed.as_json() if case.owed else None,
        "settled": case.settled.as_json() if case.settled else None,
        "workflow": {
            "key": case.workflow, "version": case.workflow_version, "hash": case.workflow_hash,
            "document": workflows.document_of(tx, case.workflow, case.workflow_version),
        },
        "outcomes": [
            {"record": x.record, "sha256": x.digest, "position": _position(chain, x.id),
             "copies": [_copy(m, person) for m in sent if _is_copy(m, x.id)]}
            for x in outcomes.of_case(tx, case.id)
        ],
        "writebacks": [
            {"id": w.id, "outcome": w.outcome_id, "connector": w.connector,
             "operation": w.operation, "state": w.state.value, "reference": w.reference}
            for w in writebacks.of_case(tx, case.id)
        ],
        "chain": [
            {"n": e.n, "at": stamp(e.at), "actor": e.actor, "event": e.event,
             "detail": dict(e.detail), "prev": e.prev, "hash": e.hash} for e in chain
        ],
    }


def _position(chain: list[Recorded], outcome_id: str) -> int | None:
    for event in chain:
        if (event.event, event.detail.get("outcome")) == (AuditEvent.OUTCOME.value, outcome_id):
            return event.n
    return None


def _is_copy(message: Message, outcome_id: str) -> bool:
    return message.purpose is Purpose.RECEIPT and message.values.get("outcome") == outcome_id


def _copy(message: Message, person: Person) -> dict[str, Any]:
    contact = person.contact(message.contact_id)
    return {
        "message": message.id, "channel": message.channel, "state": message.state.value,
        "sent_at": stamp(message.sent_at) if message.sent_at else None,
        "address": contact.masked if contact else "",
    }
