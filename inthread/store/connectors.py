"""What we know of each system of record. A row is written only when something is wrong with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from inthread.domain.breaker import SILENT_AFTER, TRY_EVERY, ConnectorState
from inthread.store import tables as t

c = t.connector_states.c


def all_states(tx: Connection) -> dict[str, ConnectorState]:
    rows = tx.execute(select(t.connector_states).order_by(c.connector))
    return {row.connector: one(row) for row in rows}


def lock(tx: Connection, connector: str) -> ConnectorState:
    """Hold the connector's row, made if there was none."""
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    tx.execute(
        insert(t.connector_states).values(connector=connector, failures=0).on_conflict_do_nothing()
    )
    return one(tx.execute(
        select(t.connector_states).where(c.connector == connector).with_for_update()
    ).one())


def may_try(tx: Connection, connector: str, now: datetime) -> bool:
    """Take the one call that a silent connector is given in a minute; False when it was taken."""
    got = tx.execute(
        update(t.connector_states)
        .where(c.connector == connector, or_(c.tried_at.is_(None), c.tried_at <= now - TRY_EVERY))
        .values(tried_at=now)
    )
    return got.rowcount == 1


def missed(tx: Connection, connector: str, now: datetime) -> bool:
    """One more call without an answer. True when with this one it counts as silent."""
    before = lock(tx, connector)
    failures = before.failures + 1
    falls_silent = failures >= SILENT_AFTER and before.silent_since is None
    values: dict[str, object] = {"failures": failures}
    if falls_silent:
        values |= {"silent_since": now, "tried_at": now}
    tx.execute(update(t.connector_states).where(c.connector == connector).values(values))
    return falls_silent


def answered(tx: Connection, connector: str) -> bool:
    """It spoke. True when it had been silent."""
    before = lock(tx, connector)
    tx.execute(
        update(t.connector_states).where(c.connector == connector)
        .values(failures=0, silent_since=None, tried_at=None)
    )
    return before.silent_since is not None


def pause(tx: Connection, connector: str, by: str, why: str, now: datetime) -> bool:
    """False when it was paused already."""
    if lock(tx, connector).paused_at is not None:
        return False
    tx.execute(
        update(t.connector_states).where(c.connector == connector)
        .values(paused_at=now, paused_by=by, paused_why=why)
    )
    return True


def resume(tx: Connection, connector: str) -> bool:
    """False when it was not paused. It is given the benefit of the doubt: not silent either."""
    if lock(tx, connector).paused_at is None:
        return False
    tx.execute(
        update(t.connector_states).where(c.connector == connector).values(
            paused_at=None, paused_by=None, paused_why=None, failures=0, silent_since=None,
            tried_at=None,
        )
    )
    return True


def one(row: Row[tuple[object, ...]]) -> ConnectorState:
    return ConnectorState(
        row.connector, row.paused_at, row.paused_by, row.paused_why, row.failures,
        row.silent_since, row.tried_at,
    )
