"""Many rows in one statement, without the way each value else takes through SQLAlchemy.

PostgreSQL gets them by COPY, SQLite by one prepared INSERT. Values come as the database keeps them:
text, whole numbers, booleans, None, JSON as text (`json_text`) and instants as `stamps` makes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from psycopg import errors
from sqlalchemy import Column, ColumnElement, Connection, String, Table, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError

from inthread.domain.refusals import Stale

Cell = str | int | bool | None
json_text = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

# Another transaction wrote the same between our look and our write, removed what we looked at, or
# holds what we need.
_CROSSED = (
    errors.UniqueViolation, errors.ForeignKeyViolation, errors.DeadlockDetected,
    errors.SerializationFailure,
)


@contextmanager
def crossing() -> Iterator[None]:
    """Raises Stale where another transaction was first: begin again, and see what it wrote."""
    try:
        yield
    except _CROSSED as crossed:
        raise Stale("another transaction was first") from crossed
    except DBAPIError as fault:
        if isinstance(fault.orig, _CROSSED):
            raise Stale("another transaction was first") from fault
        raise


def put(
    tx: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Cell, ...]]
) -> None:
    """Insert the rows, each with its cells in the order of *columns*. An empty list does nothing.

    On PostgreSQL a broken constraint is raised as psycopg's own error, not SQLAlchemy's.
    """
    if not rows:
        return
    names = ", ".join(columns)
    if tx.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        tx.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608 - our own table and column names
        return
    raw: Any = tx.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def stamps(tx: Connection) -> Callable[[datetime], str]:
    """How this database writes an aware instant; each is spelled out once."""
    sqlite = tx.dialect.name == "sqlite"

    @lru_cache(maxsize=4096)
    def stamp(at: datetime) -> str:
        utc = at.astimezone(UTC)
        return utc.strftime("%Y-%m-%d %H:%M:%S.%f") if sqlite else utc.isoformat()

    return stamp


def among(tx: Connection, column: Column[Any], values: Collection[str]) -> ColumnElement[bool]:
    """Whether the column is one of the values, as one parameter however many there are."""
    if tx.dialect.name == "sqlite":
        each = func.json_each(json_text(list(values))).table_valued("value")
        return column.in_(select(each.c.value))
    given = bindparam(None, list(values), type_=ARRAY(String))
    return column == func.any(given)
