"""What is kept, all of it: to show that a refusal changed nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from inthread.store.db import Database
from inthread.store.tables import metadata


def every_row(db: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table: what a refusal must leave as it was."""
    with db.read() as tx:
        return {
            table.name: sorted(
                (dict(row._mapping) for row in tx.execute(select(table))), key=repr
            )
            for table in metadata.sorted_tables
        }


@contextmanager
def nothing_written(db: Database, *, but: tuple[str, ...] = ()) -> Iterator[None]:
    """On leaving, every table but those named has exactly the rows that it had. A refusal raised
    inside goes on to the test's own `pytest.raises`."""
    before = every_row(db)
    try:
        yield
    finally:
        after = every_row(db)
        changed = {name for name in before if before[name] != after[name]}
        assert changed == set(but)


def empty(db: Database) -> None:
    """Delete every row."""
    with db.begin() as tx:
        for table in reversed(metadata.sorted_tables):
            tx.execute(table.delete())
