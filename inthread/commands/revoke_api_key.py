"""End an API key at once: the next request with it is refused."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import NotFound
from inthread.domain.staff import ACCOUNT
from inthread.runtime import Runtime
from inthread.store import api_keys, audit


def revoke_api_key(rt: Runtime, *, actor: Actor, key_id: str) -> None:
    """A machine's, or anybody's. Revoking twice is fine. Raises NotFound for an id nobody has."""
    actor.require("keys:write")
    _revoke(rt, actor, key_id, owner=None)


def revoke_own_key(rt: Runtime, *, actor: Actor, key_id: str) -> None:
    """One's own. Raises NotFound for any other."""
    actor.require(ACCOUNT)
    _revoke(rt, actor, key_id, owner=actor.id)


def _revoke(rt: Runtime, actor: Actor, key_id: str, owner: str | None) -> None:
    now = rt.now()
    with rt.db.begin() as tx:
        ended = api_keys.revoke(tx, key_id, now, owner=owner)
        if ended is None:
            raise NotFound("API key")
        if ended:
            audit.append(tx, now, actor, key_id, AuditEvent.KEY_REVOKED)
