"""Hold a message, or give it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.gate import Gate
from inthread.domain.message import Message, MessageState
from inthread.store import audit, messages, outbox
from inthread.store.db import Tx


def keep_back(
    tx: Tx, actor: Actor, job: outbox.Job, message: Message, gate: Gate, now: datetime,
    decision: Mapping[str, object] | None = None,
) -> None:
    """Held until it is worth asking again (R4.3), else cancelled; with its reasons, and what the
    decision looked at."""
    if message.state is not MessageState.QUEUED:
        outbox.done(tx, job, now)
        return
    decision = decision if decision is not None else message.decision
    kept = replace(message, reasons=gate.reasons, decision=decision)
    detail = {
        "message": message.id, "reasons": list(gate.reasons), "decision": dict(decision or {}),
    }
    if gate.again is not None:
        outbox.postpone(tx, job, gate.again)
        event = AuditEvent.MESSAGE_HELD
        detail["until"] = gate.again.isoformat()
    else:
        outbox.done(tx, job, now)
        kept = replace(kept, state=MessageState.CANCELLED)
        event = AuditEvent.MESSAGE_CANCELLED
    messages.save(tx, kept)
    audit.append_all(tx, now, actor, message.case_id, [(event, detail)])
