"""The little of each list that the overview shows: the first of it, by an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Connection, Select, String, bindparam, or_, select, text

from inthread.store import tables as t

w, b, c, s = t.work_items.c, t.writebacks.c, t.cases.c, t.connector_states.c
# Literal, as the partial indexes have them.
_OPEN = text("work_items.resolved_at IS NULL")
_ASSIGNED = text("work_items.assigned_to IS NOT NULL")
_FREE = text("work_items.assigned_to IS NULL")
_CLAIMED = text("work_items.claimed_by IS NOT NULL")
_UNPROVED = text("writebacks.state <> 'proved'")
NOW, ME = bindparam("now", type_=w.due_at.type), bindparam("me", type_=String)
MOST: BindParameter[int] = bindparam("most")
_ITEM = (w.id, w.reason, w.queue, w.due_at, c.id.label("case_id"), c.reference, c.workflow)


@dataclass(frozen=True)
class Item:
    """Work as one line of a list. `reference`: what its source calls the case."""

    id: str
    reason: str
    queue: str
    due_at: datetime
    case_id: str
    reference: str
    workflow: str


@dataclass(frozen=True)
class Trouble:
    """A writeback that nobody has proved, as one line."""

    id: str
    connector: str
    operation: str
    state: str
    trouble: str | None
    case_id: str
    reference: str


@dataclass(frozen=True)
class Quiet:
    """A system of record that nothing is sent to. `by` and `why` where a person paused it."""

    connector: str
    since: datetime
    by: str | None
    why: str | None


def mine(tx: Connection, me: str, now: datetime, most: int) -> list[Item]:
    """Open work that is assigned to or claimed by *me* (as in the audit), due first."""
    rows = tx.execute(_MINE, {"me": me, "now": now, "most": most})
    return [Item(**row._mapping) for row in rows]


def free(tx: Connection, now: datetime, most: int) -> list[Item]:
    """Open work that nobody has, due first: what is late comes before everything."""
    return [Item(**row._mapping) for row in tx.execute(_NOBODYS, {"now": now, "most": most})]


def troubles(tx: Connection, most: int) -> list[Trouble]:
    """Failed, then unknown, the newest of each first."""
    found: list[Trouble] = []
    for state in ("failed", "unknown"):
        rows = tx.execute(_TROUBLES, {"state": state, "most": most - len(found)})
        found += [Trouble(**row._mapping) for row in rows]
    return found


def quiet(tx: Connection) -> list[Quiet]:
    rows = tx.execute(
        select(s.connector, s.paused_at, s.silent_since, s.paused_by, s.paused_why)
        .where(or_(s.paused_at.is_not(None), s.silent_since.is_not(None))).order_by(s.connector)
    )
    return [
        Quiet(r.connector, r.paused_at or r.silent_since, r.paused_by, r.paused_why) for r in rows
    ]


def _of_me() -> Select[tuple[str]]:
    assigned = select(w.id, w.due_at).where(_OPEN, _ASSIGNED, w.assigned_to == ME)
    claimed = select(w.id, w.due_at).where(
        _OPEN, _CLAIMED, w.claimed_by == ME, w.claimed_until > NOW
    )
    either = assigned.union(claimed).subquery()
    return select(either.c.id).order_by(either.c.due_at, either.c.id).limit(MOST)


_MINE = (
    select(*_ITEM).join(t.cases, c.id == w.case_id)
    .where(w.id.in_(select(_of_me().subquery().c.id))).order_by(w.due_at, w.id)
)
_NOBODYS = (
    select(*_ITEM).join(t.cases, c.id == w.case_id)
    .where(_OPEN, _FREE, or_(w.claimed_until.is_(None), w.claimed_until <= NOW))
    .order_by(w.due_at, w.id).limit(MOST)
)
_TROUBLES = (
    select(b.id, b.connector, b.operation, b.state, b.trouble, b.case_id, c.reference)
    .join(t.cases, c.id == b.case_id)
    .where(_UNPROVED, b.state == bindparam("state")).order_by(b.id.desc()).limit(MOST)
)
