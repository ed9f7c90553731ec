"""A work item that nobody has resolved, with its case held: whoever else would change it waits."""

from __future__ import annotations

from datetime import datetime

from inthread.domain.actor import Actor
from inthread.domain.refusals import AlreadySettled, Claimed, NotFound
from inthread.domain.work_item import WorkItem
from inthread.store import cases, work_items
from inthread.store.db import Tx


def open_item(tx: Tx, item_id: str) -> WorkItem:
    """Raises NotFound, and AlreadySettled when it was resolved."""
    found = work_items.get(tx, item_id)
    if found is None:
        raise NotFound("work item")
    cases.hold(tx, found.case_id)
    item = work_items.get(tx, item_id) or found
    if item.resolved_at is not None:
        raise AlreadySettled(item_id)
    return item


def held_by_another(item: WorkItem, actor: Actor, now: datetime) -> None:
    """Raises Claimed. Of one that was resolved nobody holds anything."""
    holder = item.holder(now)
    if item.resolved_at is None and holder not in (None, str(actor)) and item.claimed_until:
        raise Claimed(item.claimed_by or "", item.claimed_until)
