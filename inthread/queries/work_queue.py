"""The WorkItems that wait for a person, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inthread.domain.actor import Actor
from inthread.domain.refusals import NotFound
from inthread.domain.work_item import WorkItem
from inthread.runtime import Runtime
from inthread.store import work_items, work_lists
from inthread.store.work_lists import Wanted as Wanted

MOST = 100


@dataclass(frozen=True)
class WorkPage:
    """`after`: where the next page begins; None when this is the last."""

    items: Sequence[WorkItem]
    after: str | None


def work_queue(
    rt: Runtime, *, actor: Actor, wanted: Wanted | None = None, after: str = "", most: int = 50
) -> WorkPage:
    """Open items by due time. *after*: the id of the last one seen, open or resolved since. Raises
    Forbidden, and NotFound for an id nobody has."""
    actor.require("work:read")
    most = min(most, MOST)
    with rt.db.read() as tx:
        place = None
        if after:
            last = work_items.get(tx, after)
            if last is None:
                raise NotFound("work item")
            place = (last.due_at, last.id)
        found = work_lists.page(tx, wanted or Wanted(), rt.now(), most + 1, place)
    return WorkPage(found[:most], found[most - 1].id if len(found) > most else None)
