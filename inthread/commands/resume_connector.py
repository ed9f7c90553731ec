"""Calls to a paused system of record go on, and what waited for it goes first."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import NotFound, Stale
from inthread.runtime import Runtime
from inthread.store import audit, connectors, outbox


def resume_connector(rt: Runtime, *, actor: Actor, connector: str) -> int:
    """How many jobs were waiting. Raises NotFound, Stale when it was not paused."""
    actor.require("writebacks:write")
    if connector not in rt.registry.connectors:
        raise NotFound("connector")
    now = rt.now()
    with rt.db.begin() as tx:
        if not connectors.resume(tx, connector):
            raise Stale(f"{connector} is not paused")
        waiting = outbox.hasten_connector(tx, connector, now)
        audit.append(
            tx, now, actor, f"connector:{connector}", AuditEvent.CONNECTOR_RESUMED,
            waiting=waiting,
        )
    return waiting
