"""The floors' own database: the columns the work needs, the indexes it needs, and no more."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, TextClause, create_engine, event, text

TABLES = (
    """CREATE TABLE cases (id TEXT PRIMARY KEY, reference TEXT NOT NULL,
       natural_key TEXT NOT NULL UNIQUE, owed BIGINT NOT NULL, state TEXT NOT NULL,
       facts TEXT NOT NULL, next_at DOUBLE PRECISION)""",
    "CREATE INDEX cases_due ON cases (next_at) WHERE state = 'open'",
    """CREATE TABLE links (id TEXT PRIMARY KEY, case_id TEXT NOT NULL,
       expires_at DOUBLE PRECISION NOT NULL)""",
    """CREATE TABLE challenges (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, tries INTEGER NOT NULL,
       expires_at DOUBLE PRECISION NOT NULL, used_at DOUBLE PRECISION)""",
    "CREATE INDEX challenges_case ON challenges (case_id)",
    "CREATE TABLE drafts (case_id TEXT PRIMARY KEY, day TEXT NOT NULL)",
    """CREATE TABLE outcomes (id TEXT PRIMARY KEY, case_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
       at DOUBLE PRECISION NOT NULL)""",
    """CREATE TABLE outbox (id TEXT PRIMARY KEY, case_id TEXT NOT NULL, kind TEXT NOT NULL,
       due_at DOUBLE PRECISION NOT NULL, lease TEXT, state TEXT NOT NULL DEFAULT 'due',
       done_at DOUBLE PRECISION)""",
    "CREATE INDEX outbox_due ON outbox (due_at, id) WHERE done_at IS NULL AND lease IS NULL",
    """CREATE TABLE audit (seq {serial}, case_id TEXT NOT NULL, at DOUBLE PRECISION NOT NULL,
       event TEXT NOT NULL)""",
)


@dataclass(frozen=True)
class Floor:
    """`lock` ends a SELECT that goes on to write its row."""

    engine: Engine
    reader: Engine
    lock: str
    turn: str | None


def connect(url: str) -> Floor:
    """Engines set up as the product sets up its own: same durability, same queue for writers."""
    engine, reader = create_engine(url), create_engine(url, isolation_level="AUTOCOMMIT")
    if engine.dialect.name != "sqlite":
        return Floor(engine, reader, " FOR UPDATE", None)
    for each in (engine, reader):
        event.listen(each, "connect", _sqlite)
    event.listen(engine, "begin", lambda tx: tx.exec_driver_sql("BEGIN IMMEDIATE"))
    return Floor(engine, reader, "", f"{engine.url.database}.lock")


@contextmanager
def begin(floor: Floor) -> Iterator[Connection]:
    fd = os.open(floor.turn, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC) if floor.turn else None
    try:
        if fd is not None:
            fcntl.flock(fd, fcntl.LOCK_EX)
        with floor.engine.begin() as tx:
            yield tx
    finally:
        if fd is not None:
            os.close(fd)


@cache
def reads(sql: str) -> TextClause:
    return text(sql)


def create(url: str) -> None:
    floor = connect(url)
    postgres = floor.engine.dialect.name == "postgresql"
    serial = "BIGSERIAL PRIMARY KEY" if postgres else "INTEGER PRIMARY KEY AUTOINCREMENT"
    with floor.reader.connect() as tx:
        for statement in TABLES:
            tx.exec_driver_sql(statement.format(serial=serial))
    floor.engine.dispose()
    floor.reader.dispose()


def fill(url: str, count: int, due: int | None = None) -> None:
    """*count* open cases with a link each: `case_0`, `link_0` and so on. Only the first *due*
    cases are ever due; two thirds of the others are closed."""
    floor = connect(url)
    far = 4e9
    due = count if due is None else due
    numbers = (
        "SELECT generate_series(0, :n - 1) AS i"
        if floor.engine.dialect.name == "postgresql"
        else "WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < :n - 1)"
        " SELECT i FROM s"
    )
    with begin(floor) as tx:
        tx.execute(text(
            "INSERT INTO cases (id, reference, natural_key, owed, state, facts, next_at)"
            " SELECT 'case_' || i, 'R-' || i, 'k-' || i, 18420,"
            " CASE WHEN i >= :due AND i % 3 > 0 THEN 'closed' ELSE 'open' END,"
            " '{\"invoice\": \"R\", \"amount_due\": 18420, \"days_late\": 12}',"
            f" CASE WHEN i < :due THEN 0 ELSE {far} END FROM ({numbers}) AS numbers"
        ), {"n": count, "due": due})
        tx.execute(text(
            "INSERT INTO links (id, case_id, expires_at)"
            f" SELECT 'link_' || i, 'case_' || i, {far} FROM ({numbers}) AS numbers"
        ), {"n": count})
    with floor.reader.connect() as tx:
        tx.exec_driver_sql("ANALYZE")
    floor.engine.dispose()
    floor.reader.dispose()


def _sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")
