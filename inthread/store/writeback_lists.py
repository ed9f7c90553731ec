"""Writebacks and tries for pages: a page at a time, and never more rows read than a page may take.

What failed or waits has an index of its own; what was proved is most of all there is, so it is
found by going back from the newest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, and_, select, text

from inthread.store import tables as t
from inthread.store.reach import Found, cut, furthest

w, a = t.writebacks.c, t.writeback_attempts.c
# How many rows one look goes back at most, before it asks whether to go on.
WINDOW = 5_000
TRIES = 500
_UNPROVED = text("writebacks.state <> 'proved'")


@dataclass(frozen=True)
class Line:
    """One writeback in a list. `called_at`: its last call; `due_at`: its next, if one waits."""

    id: str
    case_id: str
    reference: str
    connector: str
    operation: str
    state: str
    attempts: int
    trouble: str | None
    called_at: datetime | None
    due_at: datetime | None


def page(
    tx: Connection, *, connector: str, state: str, after: str, most: int
) -> Found[Line, str]:
    """The newest first. An empty filter takes all."""
    reach = select(w.id).where(*([w.id < after] if after else []))
    if state and state != "proved":
        reach = reach.where(_UNPROVED, w.state == state)
    picky = bool(connector) or state == "proved"
    last = furthest(tx, reach, w.id, WINDOW) if picky else None
    wanted = reach.where(*([w.id >= last] if last is not None else []))
    if state:
        wanted = wanted.where(w.state == state)
    if connector:
        wanted = wanted.where(w.connector == connector)
    lines = _lines(tx, wanted.order_by(w.id.desc()).limit(most + 1))
    return cut(lines, most, last, lambda line: line.id)


def _lines(tx: Connection, wanted: Select[tuple[str]]) -> list[Line]:
    found = wanted.subquery()
    due = and_(t.outbox.c.case_id == w.case_id, t.outbox.c.ref == w.id,
               text("outbox.done_at IS NULL"))
    rows = tx.execute(
        select(t.writebacks, t.cases.c.reference.label("case_reference"), t.outbox.c.due_at)
        .join(found, found.c.id == w.id).join(t.cases, t.cases.c.id == w.case_id)
        .outerjoin(t.outbox, due).order_by(w.id.desc())
    )
    return [_line(r) for r in rows]


@dataclass(frozen=True)
class Try:
    """`ok`: they answered, whatever it was, and not that it be sent again later."""

    connector: str
    at: datetime
    ok: bool
    took_ms: int


def latest_tries(tx: Connection, since: datetime) -> list[Try]:
    """The newest tries of all systems of record, at most 500, the newest first."""
    newest = (
        select(a.seq, a.writeback_id, a.at, a.did, a.state, a.heard, a.took_ms)
        .order_by(a.seq.desc()).limit(TRIES).subquery()
    )
    n = newest.c
    # Each looked up by itself: for a join PostgreSQL reads every writeback there is.
    whose = select(w.connector).where(w.id == n.writeback_id).scalar_subquery()
    rows = tx.execute(
        select(whose, n.at, n.did, n.state, n.heard, n.took_ms)
        .where(n.at >= since).order_by(n.seq.desc())
    )
    return [
        Try(connector, at, bool(heard) and (did, state) != ("sent", "due"), took_ms)
        for connector, at, did, state, heard, took_ms in rows
    ]


def _line(r: Row[tuple[object, ...]]) -> Line:
    return Line(
        r.id, r.case_id, r.case_reference, r.connector, r.operation, r.state, r.attempts,
        r.trouble, r.called_at, r.due_at,
    )


def failed_between(
    tx: Connection, connector: str, since: datetime, until: datetime, after: str, most: int
) -> list[str]:
    """Ids of what failed and was last called in this span, in the order they were made."""
    rows = tx.execute(
        select(w.id)
        .where(_UNPROVED, w.state == "failed", w.connector == connector, w.called_at >= since,
               w.called_at < until, w.id > after)
        .order_by(w.id).limit(most)
    )
    return [r.id for r in rows]
