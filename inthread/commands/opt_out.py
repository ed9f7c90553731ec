"""Stop writing to a contact point: asked on a page, by mail, by the network, or of our staff."""

from __future__ import annotations

from inthread.commands.steps.stop_address import stop_address
from inthread.domain.actor import Actor
from inthread.runtime import Runtime
from inthread.store import people


def opt_out(rt: Runtime, *, actor: Actor, contact_id: str, source: str) -> bool:
    """Whether it was not so already. It holds for the address, whoever has it, and for whoever it
    belongs to on every channel (R4.5). *source*: page, mail, network, staff. Raises NotFound."""
    actor.require("contacts:stop")
    with rt.db.begin() as tx:
        contact = people.contact(tx, contact_id)
        return stop_address(
            rt, tx, actor=actor, kind=contact.kind, address=contact.address, source=source,
        )
