"""How far the import of a file has come, kept in the transaction of each chunk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from inthread.store import tables as t

i = t.imports.c


@dataclass(frozen=True)
class Import:
    """`id`: made of the file's and the map's bytes. `position` and `lines`: how many bytes and
    lines of the file are done. `as_of`: when a row was true that does not say it itself."""

    id: str
    file_name: str
    as_of: datetime
    position: int
    lines: int
    counts: Mapping[str, int]
    started_at: datetime
    ended_at: datetime | None = None


def get(tx: Connection, import_id: str) -> Import | None:
    r = tx.execute(select(t.imports).where(i.id == import_id).with_for_update()).one_or_none()
    return Import(
        r.id, r.file_name, r.as_of, r.position, r.lines, r.counts, r.started_at, r.ended_at
    ) if r else None


def add(tx: Connection, x: Import) -> None:
    tx.execute(insert(t.imports).values(
        id=x.id, file_name=x.file_name, as_of=x.as_of, position=x.position, lines=x.lines,
        counts=dict(x.counts), started_at=x.started_at,
    ))


def move(tx: Connection, before: Import, after: Import) -> bool:
    """False when somebody else moved it on meanwhile."""
    got = tx.execute(
        update(t.imports)
        .where(i.id == before.id, i.position == before.position, i.ended_at.is_(None))
        .values(position=after.position, lines=after.lines, counts=dict(after.counts),
                ended_at=after.ended_at)
    )
    return got.rowcount == 1


def begin_again(tx: Connection, x: Import) -> None:
    """From its first row, whatever was done."""
    tx.execute(
        update(t.imports).where(i.id == x.id)
        .values(position=0, lines=0, counts={}, started_at=x.started_at, ended_at=None)
    )
