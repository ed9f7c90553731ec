"""Take a work item on for a while: nobody else resolves it meanwhile."""

from __future__ import annotations

from inthread.commands.steps.open_item import open_item
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import Claimed
from inthread.domain.work_item import WorkItem
from inthread.runtime import Runtime
from inthread.store import audit, work_items


def claim_work_item(rt: Runtime, *, actor: Actor, item_id: str) -> WorkItem:
    """Until the queue's time for a claim is over; then it returns by itself. Claimed again by the
    same person, it holds anew.

    Raises NotFound, AlreadySettled when it was resolved, Claimed when somebody else was first.
    """
    actor.require("work:write")
    now = rt.now()
    with rt.db.begin() as tx:
        item = open_item(tx, item_id)
        until = now + rt.queues.claim(item.queue)
        if not work_items.claim(tx, item_id, str(actor), until, now):
            raise Claimed(item.claimed_by or "", item.claimed_until or now)
        audit.append(
            tx, now, actor, item.case_id, AuditEvent.WORK_CLAIMED, work_item=item_id,
            until=until.isoformat(),
        )
        return work_items.get(tx, item_id) or item
