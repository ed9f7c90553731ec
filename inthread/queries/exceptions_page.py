"""The room of exceptions: queues, causes, and the items of one view, with how much time is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from inthread.domain.actor import Actor
from inthread.domain.case import Case
from inthread.domain.person import Person
from inthread.domain.refusals import NotFound
from inthread.domain.staff import Staff
from inthread.domain.work_item import WorkItem
from inthread.runtime import Runtime
from inthread.store import cases, people, staff, work_items, work_lists
from inthread.store.db import Tx
from inthread.store.work_lists import Cause as Cause
from inthread.store.work_lists import Wanted

WORKS = "work:write"
PAGE = 25
MOST_STAFF = 100


@dataclass(frozen=True)
class Line:
    """`left`: the queue's working time until it is due, negative when late; None for a queue that
    was taken away since."""

    item: WorkItem
    case: Case
    person: Person
    left: timedelta | None
    holder: str | None


@dataclass(frozen=True)
class Lines:
    """`after`: where the next page begins; None when this is the last."""

    lines: Sequence[Line]
    after: str | None


@dataclass(frozen=True)
class Overview:
    """Counts stop at 100. `queues`: (name, title, open). `late_since`: since when the first is.
    `names`: of everybody who is named, by how the audit has them."""

    open: int
    mine: int
    free: int
    late: int
    late_since: datetime | None
    queues: Sequence[tuple[str, str, int]]
    causes: Sequence[Cause] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def overview(rt: Runtime, *, actor: Actor, queue: str | None = None) -> Overview:
    """*queue*: what all but the queues are counted of. Raises Forbidden."""
    actor.require("work:read")
    now = rt.now()
    with rt.db.read() as tx:
        late, since = work_lists.lateness(tx, now)
        found = work_lists.causes(tx, queue)
        return Overview(
            open=work_lists.count(tx, Wanted(queue=queue), now),
            mine=work_lists.count(tx, Wanted(queue=queue, owner=str(actor)), now),
            free=work_lists.count(tx, Wanted(queue=queue, free=True), now),
            late=late, late_since=since,
            queues=[
                (name, team.title, work_lists.count(tx, Wanted(queue=name), now))
                for name, team in rt.queues.teams.items()
            ],
            causes=found,
            names=_names(tx, [x.first for x in found]),
        )


def lines(
    rt: Runtime, *, actor: Actor, wanted: Wanted, after: str = "", most: int = PAGE
) -> tuple[Lines, Mapping[str, str]]:
    """A page of items, with the names of who has them. Raises Forbidden, and NotFound for an
    *after* that nobody has."""
    actor.require("work:read")
    now = rt.now()
    with rt.db.read() as tx:
        place = None
        if after:
            last = work_items.get(tx, after)
            if last is None:
                raise NotFound("work item")
            place = (last.due_at, last.id)
        found = work_lists.page(tx, wanted, now, most + 1, place)
        shown = found[:most]
        behind = shown[-1].id if len(found) > most else None
        return Lines(_lines(rt, tx, shown, now), behind), _names(tx, shown)


def some_lines(rt: Runtime, *, actor: Actor, item_ids: Sequence[str]) -> Sequence[Line]:
    """These items, as far as they are there. Raises Forbidden."""
    actor.require("work:read")
    with rt.db.read() as tx:
        found = [work_items.get(tx, item_id) for item_id in item_ids]
        return _lines(rt, tx, [x for x in found if x is not None], rt.now())


def workers(rt: Runtime, *, actor: Actor) -> Sequence[Staff]:
    """Who may be given work, at most a hundred."""
    actor.require("work:read")
    with rt.db.read() as tx:
        everybody = staff.page(tx, "", MOST_STAFF)
    can = [x for x in everybody if x.active and WORKS in x.actor.scopes]
    return sorted(can, key=lambda x: x.name)


def _lines(rt: Runtime, tx: Tx, items: Sequence[WorkItem], now: datetime) -> list[Line]:
    about = {case.id: case for case in cases.some(tx, {x.case_id for x in items})}
    whose = people.by_id(tx, {c.person_id for c in about.values()}) if about else {}
    return [
        Line(x, about[x.case_id], whose[about[x.case_id].person_id], left(rt, x, now),
             x.holder(now)) for x in items
    ]


def left(rt: Runtime, item: WorkItem, now: datetime) -> timedelta | None:
    team = rt.queues.teams.get(item.queue)
    return team.left(now, item.due_at) if team else None


def _names(tx: Tx, items: Iterable[WorkItem]) -> Mapping[str, str]:
    actors = {who for x in items for who in (x.assigned_to, x.claimed_by) if who}
    return names_of(tx, actors)


def names_of(tx: Tx, actors: Iterable[str]) -> Mapping[str, str]:
    """As `staff_names`, within a read that is open already."""
    asked = set(actors)
    known = staff.names(tx, {a.removeprefix("staff:") for a in asked if a.startswith("staff:")})
    return {a: known.get(a.removeprefix("staff:"), a) for a in asked}
