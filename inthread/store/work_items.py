"""Work for people. At most one open per case: one case, one owner."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update

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
    return one(row) if row else None


def get(tx: Connection, item_id: str) -> WorkItem | None:
    row = tx.execute(select(t.work_items).where(w.id == item_id)).one_or_none()
    return one(row) if row else None


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


def claim(tx: Connection, item_id: str, by: str, until: datetime, now: datetime) -> bool:
    """False when somebody else has it, or it was resolved."""
    free = or_(w.claimed_by.is_(None), w.claimed_by == by, w.claimed_until <= now)
    got = tx.execute(
        update(t.work_items).where(w.id == item_id, w.resolved_at.is_(None), free)
        .values(claimed_by=by, claimed_until=until)
    )
    return got.rowcount == 1


def release(tx: Connection, item_id: str) -> None:
    tx.execute(
        update(t.work_items).where(w.id == item_id).values(claimed_by=None, claimed_until=None)
    )


def assign(tx: Connection, item_id: str, to: str | None) -> None:
    tx.execute(update(t.work_items).where(w.id == item_id).values(assigned_to=to))


def one(r: Row[tuple[object, ...]]) -> WorkItem:
    return WorkItem(
        r.id, r.case_id, r.reason, r.queue, r.due_at, r.packet, r.opened_at, r.resolved_at,
        r.resolution, r.note, r.cause, r.assigned_to, r.claimed_by, r.claimed_until, r.resolved_by,
    )
