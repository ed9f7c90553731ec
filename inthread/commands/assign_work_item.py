"""Say who is meant to act."""

from __future__ import annotations

from inthread.commands.steps.open_item import open_item
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.work_item import WorkItem
from inthread.runtime import Runtime
from inthread.store import audit, staff, work_items
from inthread.store.db import Tx

WORKS = "work:write"


def assign_work_item(
    rt: Runtime, *, actor: Actor, item_id: str, to: str | None
) -> WorkItem:
    """*to*: the id of somebody of the staff who may work; None gives it back to its queue. A claim
    of anybody else ends, so that they can act at once.

    Raises NotFound, AlreadySettled when it was resolved, BadInput for somebody who cannot act.
    """
    actor.require(WORKS)
    now = rt.now()
    with rt.db.begin() as tx:
        item = open_item(tx, item_id)
        whom = _who_can_act(tx, to)
        if whom == item.assigned_to:
            return item
        work_items.assign(tx, item_id, whom)
        if whom is not None and item.holder(now) not in (None, whom):
            work_items.release(tx, item_id)
        audit.append(
            tx, now, actor, item.case_id, AuditEvent.WORK_ASSIGNED, work_item=item_id,
            to=whom or "its queue",
        )
        return work_items.get(tx, item_id) or item


def _who_can_act(tx: Tx, to: str | None) -> str | None:
    """As the audit names them."""
    if to is None:
        return None
    person = staff.get(tx, to)
    if person is None or not person.active:
        raise BadInput([Problem("/to", "is nobody who can sign in: choose somebody else")])
    if WORKS not in person.actor.scopes:
        raise BadInput([Problem("/to", "has no role that may act on work: choose somebody else")])
    return str(person.actor)
