"""A person stops all calls to one system of record, until a person lets them go on."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.card_numbers import mask_cards
from inthread.domain.refusals import BadInput, NotFound, Problem, Stale
from inthread.runtime import Runtime
from inthread.store import audit, connectors

LONGEST_WHY = 200


def pause_connector(rt: Runtime, *, actor: Actor, connector: str, why: str) -> None:
    """What waits for it keeps waiting and spends no try; customers go on and see "not yet
    confirmed". A call that is on its way is not taken back. Raises NotFound, BadInput without a
    reason, Stale when it was paused already."""
    actor.require("writebacks:write")
    if connector not in rt.registry.connectors:
        raise NotFound("connector")
    said = mask_cards(why.strip())
    if not 0 < len(said) <= LONGEST_WHY:
        raise BadInput([Problem("/why", f"say why, in at most {LONGEST_WHY} characters")])
    now = rt.now()
    with rt.db.begin() as tx:
        if not connectors.pause(tx, connector, str(actor), said, now):
            raise Stale(f"{connector} is paused already")
        audit.append(
            tx, now, actor, f"connector:{connector}", AuditEvent.CONNECTOR_PAUSED, why=said
        )
