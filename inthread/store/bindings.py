"""Which bindings were tested, and which have proved a writeback."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from inthread.domain.binding import BindingTest
from inthread.domain.writeback import WritebackState
from inthread.store import tables as t

b, w = t.binding_tests.c, t.writebacks.c
# How many of the newest writebacks are looked through for one that was proved.
WINDOW = 2_000


def put(tx: Connection, test: BindingTest) -> None:
    """Keep the last test of this binding."""
    kind = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    row = asdict(test)
    tx.execute(kind(t.binding_tests).values(row).on_conflict_do_update(
        index_elements=["connector", "operation"],
        set_={name: row[name] for name in ("tested_at", "tested_by", "trouble")},
    ))


def tests(tx: Connection) -> dict[tuple[str, str], BindingTest]:
    """By connector and operation; there are as many as workflows have named."""
    rows = tx.execute(select(t.binding_tests).order_by(b.connector, b.operation))
    return {(row.connector, row.operation): BindingTest(**row._mapping) for row in rows}


def proved(tx: Connection) -> set[tuple[str, str]]:
    """The bindings by which one of the newest writebacks was proved."""
    newest = (
        select(w.connector, w.operation, w.state).order_by(w.id.desc()).limit(WINDOW).subquery()
    )
    rows = tx.execute(
        select(newest.c.connector, newest.c.operation)
        .where(newest.c.state == WritebackState.PROVED.value).distinct()
    )
    return {(row.connector, row.operation) for row in rows}
