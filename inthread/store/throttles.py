"""Counted tries. One conditional update takes a try before it is looked at, so that tries at once
are counted like tries in a row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from inthread.domain.throttle import FORGETS, Ladder
from inthread.store import tables as t

c = t.throttles.c


def take(tx: Connection, key: str, ladder: Ladder, now: datetime) -> datetime | None:
    """Count a try; None when it may be looked at, else when the next may be."""
    _begin(tx, key, now)
    quiet = c.at <= now - FORGETS
    steps = range(1, ladder.free + len(ladder.waits))
    waits = {n: now + ladder.wait(n) for n in steps}
    longest = now + ladder.waits[-1]
    taken = tx.execute(
        update(t.throttles).where(c.key == key, c.free_at <= now).values(
            n=case((quiet, 1), else_=c.n + 1), at=now,
            free_at=case(
                (quiet, waits[1]), *((c.n + 1 == n, wait) for n, wait in waits.items()),
                else_=longest,
            ),
        )
    )
    if taken.rowcount == 1:
        return None
    found: datetime = tx.execute(select(c.free_at).where(c.key == key)).scalar_one()
    return found


def clear(tx: Connection, keys: Iterable[str]) -> None:
    """What failed before something succeeded no longer counts."""
    tx.execute(delete(t.throttles).where(c.key.in_(list(keys))))


def forget(tx: Connection, before: datetime) -> None:
    """Counters without a try since then."""
    tx.execute(delete(t.throttles).where(c.at < before, c.free_at < before))


def _begin(tx: Connection, key: str, now: datetime) -> None:
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    tx.execute(
        insert(t.throttles).values(key=key, n=0, at=now, free_at=now)
        .on_conflict_do_nothing(index_elements=["key"])
    )
