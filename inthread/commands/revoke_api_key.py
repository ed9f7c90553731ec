"""End an API key at once: the next request with it is refused."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import NotFound
from inthread.runtime import Runtime
from inthread.store import api_keys, audit


def revoke_api_key(rt: Runtime, *, actor: Actor, key_id: str) -> None:
    """Revoking twice is fine. Raises NotFound for an id nobody has."""
    actor.require("keys:write")
    now = rt.now()
    with rt.db.begin() as tx:
        ended = api_keys.revoke(tx, key_id, now)
        if ended is None:
            raise NotFound("API key")
        if ended:
            audit.append(tx, now, actor, key_id, AuditEvent.KEY_REVOKED)
