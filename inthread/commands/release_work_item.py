"""Give a claimed work item back before its time."""

from __future__ import annotations

from inthread.commands.steps.open_item import held_by_another, open_item
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.work_item import WorkItem
from inthread.runtime import Runtime
from inthread.store import audit, work_items


def release_work_item(rt: Runtime, *, actor: Actor, item_id: str) -> WorkItem:
    """The item, which nobody holds. One that nobody held stays as it is, and nothing is recorded.

    Raises NotFound, AlreadySettled when it was resolved, Claimed when somebody else holds it.
    """
    actor.require("work:write")
    now = rt.now()
    with rt.db.begin() as tx:
        item = open_item(tx, item_id)
        held_by_another(item, actor, now)
        if item.holder(now) is None:
            return item
        work_items.release(tx, item_id)
        audit.append(
            tx, now, actor, item.case_id, AuditEvent.WORK_RELEASED, work_item=item_id
        )
        return work_items.get(tx, item_id) or item
