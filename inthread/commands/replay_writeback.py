"""A person has a writeback tried again now, with the same id: it can never have a second effect."""

from __future__ import annotations

from inthread.commands.resolve_work_item import resolve_work_item
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import AlreadySettled, NotFound, OutOfOrder
from inthread.domain.writeback import WritebackState
from inthread.runtime import Runtime
from inthread.store import audit, cases, outbox, work_items, writebacks


def replay_writeback(rt: Runtime, *, actor: Actor, writeback_id: str) -> None:
    """One that failed is written again, which answers the WorkItem that its failing made; one that
    waits for its next try or look has it now. What may have landed is read back before it is sent.

    Raises NotFound; AlreadySettled when it is proved; OutOfOrder when a person has its case for
    another reason, or the case is over.
    """
    actor.require("writebacks:write")
    with rt.db.begin() as tx:
        found = writebacks.find(tx, writeback_id)
        if found is None:
            raise NotFound("writeback")
        case = cases.lock(tx, found.case_id)
        now, found = rt.now(), writebacks.get(tx, writeback_id)
        if found.state is WritebackState.PROVED:
            raise AlreadySettled(writeback_id)
        item = work_items.open_of(tx, case.id)
        if found.state is not WritebackState.FAILED:
            if not outbox.hasten(tx, case.id, writeback_id, now):
                raise OutOfOrder("no worker has it to try")
            audit.append(tx, now, actor, case.id, AuditEvent.WRITEBACK_REPLAYED,
                         writeback=writeback_id, state=found.state.value)
            return
    if item is None or item.reason != "writeback_failed":
        raise OutOfOrder("a person has its case for another reason, or the case is over")
    worker = Actor(actor.kind, actor.id, actor.scopes | {"work:write"})
    resolve_work_item(rt, actor=worker, item_id=item.id, result="retry")
