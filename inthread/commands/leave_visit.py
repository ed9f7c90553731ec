"""The customer leaves: the visit ends at once, on the server (ASVS 7.4.1)."""

from __future__ import annotations

from dataclasses import replace

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import audit, cases, links


def leave_visit(rt: Runtime, *, actor: Actor, token: str) -> None:
    """Leaving twice, or without a visit, is fine."""
    actor.require("visit")
    now = rt.now()
    with rt.db.begin() as tx:
        case = cases.lock_visited(tx, digest(token))
        found = links.visit_by_token(tx, digest(token)) if case else None
        if found is None or found[0].ended_at is not None:
            return
        links.save_visit(tx, replace(found[0], ended_at=now))
        audit.append(
            tx, now, actor, found[0].case_id, AuditEvent.VISIT_LEFT, visit=found[0].id
        )
