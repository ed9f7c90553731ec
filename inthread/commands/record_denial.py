"""Record that somebody of the staff was turned away: what they asked for is not theirs to do
(ASVS 16.3.2, A68)."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.runtime import Runtime
from inthread.store import audit, staff


def record_denial(rt: Runtime, *, actor: Actor, who: Actor, asked: str, why: str) -> None:
    """*actor*: the gate that turned them away; *who*: a person of the staff, by session or key;
    *asked*: the route, never the address, which may name a customer."""
    actor.require("deny")
    with rt.db.begin() as tx:
        if staff.held(tx, who.id) is not None:
            audit.append(
                tx, rt.now(), who, who.id, AuditEvent.STAFF_DENIED, asked=asked[:200],
                why=why[:200],
            )
