"""How much waits, in one statement. Every count stops at MOST, and rides an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Label,
    Select,
    String,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
)

from inthread.store import tables as t

MOST = 100
w, r, b, c = t.work_items.c, t.replies.c, t.writebacks.c, t.connector_states.c
# Literal, as the partial indexes have them: SQLite sees no implication between two parameters.
_OPEN = text("work_items.resolved_at IS NULL")
_ASSIGNED = text("work_items.assigned_to IS NOT NULL")
_FREE = text("work_items.assigned_to IS NULL")
_CLAIMED = text("work_items.claimed_by IS NOT NULL")
_WAITING = text("replies.state = 'waiting'")
_UNPROVED = text("writebacks.state <> 'proved'")
NOW, ME = bindparam("now", type_=w.due_at.type), bindparam("me", type_=String)


@dataclass(frozen=True)
class Waiting:
    """Open work of one person, late, of nobody, and all of it; replies; writebacks; connectors."""

    mine: int = 0
    mine_late: int = 0
    late: int = 0
    free: int = 0
    open: int = 0
    replies: int = 0
    failed: int = 0
    unknown: int = 0
    paused: int = 0


def waiting(tx: Connection, me: str, now: datetime) -> Waiting:
    """*me*: as in the audit. MOST stands for that many or more."""
    row = tx.execute(_COUNTS, {"me": me, "now": now}).one()
    return Waiting(**row._mapping)


def _mine(*more: ColumnElement[bool]) -> Select[tuple[str]]:
    assigned = select(w.id).where(_OPEN, _ASSIGNED, w.assigned_to == ME, *more)
    claimed = select(w.id).where(
        _OPEN, _CLAIMED, w.claimed_by == ME, w.claimed_until > NOW, *more
    )
    return select(assigned.union(claimed).subquery().c.id)


def _count(of: Select[tuple[str]], name: str) -> Label[int]:
    some = of.limit(MOST).subquery()
    return select(func.count(literal_column("1"))).select_from(some).scalar_subquery().label(name)


_LATE = w.due_at < NOW
_UNCLAIMED = or_(w.claimed_until.is_(None), w.claimed_until <= NOW)
# In the order of an index, so that each is read in that index and no further: a planner that takes
# open work for common reads the whole table otherwise, to find that there is none.
_DUE = select(w.id).where(_OPEN).order_by(w.due_at, w.id)
_COUNTS = select(
    _count(_mine(), "mine"),
    _count(_mine(_LATE), "mine_late"),
    _count(_DUE.where(_LATE), "late"),
    _count(_DUE.where(_FREE, _UNCLAIMED), "free"),
    _count(_DUE, "open"),
    _count(select(r.id).where(_WAITING).order_by(r.due_at, r.id), "replies"),
    _count(select(b.id).where(_UNPROVED, b.state == "failed"), "failed"),
    _count(select(b.id).where(_UNPROVED, b.state == "unknown"), "unknown"),
    _count(select(c.connector).where(c.paused_at.is_not(None)), "paused"),
)
