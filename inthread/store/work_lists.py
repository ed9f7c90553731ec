"""Open work in lists: by queue, reason, cause and owner, due first. Every list rides an index and
is read no further than its page; every count stops at 100."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, text

from inthread.domain.work_item import WorkItem
from inthread.store import tables as t
from inthread.store.work_items import one

w = t.work_items.c
_OPEN = text("work_items.resolved_at IS NULL")  # literal: every plan can use the partial indexes
_FREE = text("work_items.assigned_to IS NULL")
_ASSIGNED = text("work_items.assigned_to IS NOT NULL")
_CLAIMED = text("work_items.claimed_by IS NOT NULL")
MOST_COUNTED = 100
MOST_CAUSES = 60


@dataclass(frozen=True)
class Wanted:
    """Which open work. `owner`: assigned to or claimed by this one; `free`: assigned to and
    claimed by nobody; `late`: due before now."""

    queue: str | None = None
    reason: str | None = None
    cause: str | None = None
    owner: str | None = None
    free: bool = False
    late: bool = False


def page(
    tx: Connection, wanted: Wanted, now: datetime, most: int, after: tuple[datetime, str] | None
) -> list[WorkItem]:
    """Due first, from behind (*due*, *id*)."""
    found: dict[str, WorkItem] = {}
    for query in _queries(wanted, now):
        if after is not None:
            due, item_id = after
            query = query.where(or_(w.due_at > due, and_(w.due_at == due, w.id > item_id)))
        for row in tx.execute(query.order_by(w.due_at, w.id).limit(most)):
            found[row.id] = one(row)
    return sorted(found.values(), key=lambda x: (x.due_at, x.id))[:most]


def count(tx: Connection, wanted: Wanted, now: datetime) -> int:
    """At most MOST_COUNTED. Of one owner: what is assigned and what is claimed, each once."""
    if wanted.owner is not None:
        return len(page(tx, wanted, now, MOST_COUNTED, None))
    [query] = _queries(wanted, now)
    few = _first(query.with_only_columns(w.id)).subquery()
    return int(tx.execute(select(func.count()).select_from(few)).scalar_one())


@dataclass(frozen=True)
class Cause:
    """`first`: the one of its items that is due first. `count`: at most MOST_COUNTED."""

    name: str
    first: WorkItem
    count: int


def causes(tx: Connection, queue: str | None) -> list[Cause]:
    """Every cause of open work, at most MOST_CAUSES by name, the most urgent first. Steps from one
    cause to the next over the index, however many items a cause has."""
    scope = and_(_OPEN, w.queue == queue) if queue is not None else and_(_OPEN)
    names = _names(tx, scope)
    found = []
    for name in names:
        row = tx.execute(
            select(t.work_items).where(scope, w.cause == name).order_by(w.due_at, w.id).limit(1)
        ).one_or_none()
        if row is not None:
            counted = _first(select(w.id).where(scope, w.cause == name)).subquery()
            many = tx.execute(select(func.count()).select_from(counted)).scalar_one()
            found.append(Cause(name, one(row), int(many)))
    return sorted(found, key=lambda x: (x.first.due_at, x.first.id))


def _names(tx: Connection, scope: ColumnElement[bool]) -> list[str]:
    first = select(func.min(w.cause).label("name")).where(scope).cte("names", recursive=True)
    after = select(func.min(w.cause)).where(scope, w.cause > first.c.name).correlate(first)
    more = select(after.scalar_subquery()).where(first.c.name.is_not(None))
    every = first.union_all(more)
    rows = tx.execute(select(every.c.name).where(every.c.name.is_not(None)).limit(MOST_CAUSES))
    return list(rows.scalars())


def lateness(tx: Connection, now: datetime) -> tuple[int, datetime | None]:
    """How many are late, at most MOST_COUNTED, and since when the first is."""
    few = page(tx, Wanted(), now, 1, None)
    oldest = few[0].due_at if few and few[0].due_at < now else None
    return (count(tx, Wanted(late=True), now) if oldest else 0), oldest


def _first(of: Select[tuple[Any]]) -> Select[tuple[Any]]:
    """In the order of an index: without one, a planner that holds a queue for common reads the
    whole table to find that it is empty."""
    return of.order_by(w.due_at, w.id).limit(MOST_COUNTED)


def _queries(wanted: Wanted, now: datetime) -> Iterable[Select[tuple[object, ...]]]:
    held = and_(_CLAIMED, w.claimed_until > now)
    query = select(t.work_items).where(_OPEN)
    for column, value in ((w.queue, wanted.queue), (w.reason, wanted.reason),
                          (w.cause, wanted.cause)):
        if value is not None:
            query = query.where(column == value)
    if wanted.late:
        query = query.where(w.due_at < now)
    if wanted.free:
        query = query.where(_FREE, or_(w.claimed_by.is_(None), w.claimed_until <= now))
    if wanted.owner is None:
        return [query]
    return [query.where(_ASSIGNED, w.assigned_to == wanted.owner),
            query.where(held, w.claimed_by == wanted.owner)]
