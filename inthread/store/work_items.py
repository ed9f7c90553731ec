"""Work for people. At most one open per case: one case, one owner."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from inthread.domain.work_item import WorkItem
from inthread.store import tables as t

w = t.work_items.c


def add(tx: Connection, x: WorkItem) -> None:
    tx.execute(insert(t.work_items).values(
        id=x.id, case_id=x.case_id, reason=x.reason, queue=x.queue, due_at=x.due_at,
        packet=dict(x.packet), opened_at=x.opened_at, cause=x.cause,
    ))


OPEN_OF = select(t.work_items).where(w.case_id == bindparam("case"), w.resolved_at.is_(None))


def open_of(tx: Connection, case_id: str) -> WorkItem | None:
    row = tx.execute(OPEN_OF, {"case": case_id}).one_or_none()
    return _one(row) if row else None


def get(tx: Connection, item_id: str) -> WorkItem | None:
    row = tx.execute(select(t.work_items).where(w.id == item_id)).one_or_none()
    return _one(row) if row else None


def resolve(
    tx: Connection, item_id: str, resolution: str, by: str, now: datetime, note: str | None = None
) -> bool:
    """False when it was resolved before."""
    got = tx.execute(
        update(t.work_items).where(w.id == item_id, w.resolved_at.is_(None))
        .values(resolved_at=now, resolution=resolution, resolved_by=by, note=note)
    )
    return got.rowcount == 1


def last_resolved(tx: Connection, case_id: str, reason: str) -> datetime | None:
    """When a person last resolved an item of this reason."""
    at: datetime | None = tx.execute(
        select(func.max(w.resolved_at)).where(w.case_id == case_id, w.reason == reason)
    ).scalar_one()
    return at


def page(
    tx: Connection, queue: str | None, most: int, after: tuple[datetime, str] | None
) -> list[WorkItem]:
    """Open ones, due first, a page at a time."""
    query = select(t.work_items).where(w.resolved_at.is_(None))
    if queue is not None:
        query = query.where(w.queue == queue)
    if after is not None:
        due, item_id = after
        query = query.where((w.due_at > due) | ((w.due_at == due) & (w.id > item_id)))
    return [_one(r) for r in tx.execute(query.order_by(w.due_at, w.id).limit(most))]


def _one(r: Row[tuple[object, ...]]) -> WorkItem:
    return WorkItem(
        r.id, r.case_id, r.reason, r.queue, r.due_at, r.packet, r.opened_at, r.resolved_at,
        r.resolution, r.note, r.cause, r.assigned_to, r.claimed_by, r.claimed_until, r.resolved_by,
    )
