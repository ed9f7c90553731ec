"""Files on their way, and the pieces they come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from inthread.domain.incoming import FileState, Held, IncomingFile
from inthread.store import tables as t

f, p, d = t.incoming_files.c, t.incoming_parts.c, t.documents.c


def add(tx: Connection, file: IncomingFile) -> None:
    tx.execute(insert(t.incoming_files).values(**asdict(file), looks=0))


def get(tx: Connection, file_id: str) -> IncomingFile | None:
    row = tx.execute(select(t.incoming_files).where(f.id == file_id)).one_or_none()
    return _one(row) if row else None


def held(tx: Connection, case_id: str, now: datetime) -> Held:
    """Documents the customer sent, and files that may still become such. Exact for who holds the
    case."""
    sent = tx.execute(
        select(func.count(), func.coalesce(func.sum(d.size), 0))
        .where(d.case_id == case_id, d.kind.is_distinct_from("evidence"))
    ).one()
    coming = tx.execute(
        select(func.count(), func.coalesce(func.sum(f.length), 0))
        .where(f.case_id == case_id, f.state == FileState.OPEN, f.expires_at > now)
    ).one()
    return Held(sent[0] + coming[0], int(sent[1]) + int(coming[1]))


def lately(tx: Connection, link_id: str, since: datetime) -> list[datetime]:
    """When files were begun through this link since then, the oldest first."""
    rows = tx.execute(
        select(f.created_at).join(t.visits, t.visits.c.id == f.visit_id)
        .where(t.visits.c.link_id == link_id, f.created_at > since).order_by(f.created_at)
    )
    return list(rows.scalars())


# --- pieces --------------------------------------------------------------------------------------


def mean(tx: Connection, file_id: str, digest: str, start: int, size: int) -> None:
    """Say that this piece is about to be put down. Saying it twice is one."""
    add_new = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    tx.execute(
        add_new(t.incoming_parts)
        .values(file_id=file_id, digest=digest, start=start, size=size, kept=False)
        .on_conflict_do_nothing(index_elements=["file_id", "digest"])
    )


def move(
    tx: Connection, file_id: str, digest: str, start: int, size: int, now: datetime
) -> bool:
    """Make the piece that was put down a part of its file, if that still ends where it starts: of
    two writers one wins."""
    moved = tx.execute(
        update(t.incoming_files)
        .where(f.id == file_id, f.received == start, f.length >= start + size,
               f.state == FileState.OPEN, f.expires_at > now)
        .values(received=start + size)
    )
    if moved.rowcount != 1:
        return False
    kept = update(t.incoming_parts).where(p.file_id == file_id, p.digest == digest)
    return tx.execute(kept.values(kept=True)).rowcount == 1


def is_part(tx: Connection, file_id: str, digest: str) -> bool:
    row = tx.execute(select(p.kept).where(p.file_id == file_id, p.digest == digest)).one_or_none()
    return row is not None and row[0]


def parts(tx: Connection, file_id: str) -> list[str]:
    """The digests of its pieces, in their order."""
    rows = tx.execute(
        select(p.digest).where(p.file_id == file_id, p.kept).order_by(p.start)
    )
    return list(rows.scalars())


def drop_part(tx: Connection, file_id: str, digest: str) -> None:
    tx.execute(delete(t.incoming_parts).where(p.file_id == file_id, p.digest == digest))


# --- what becomes of them ------------------------------------------------------------------------


def look(tx: Connection, file_id: str, most: int) -> bool:
    """Whether it may be opened once more; if so it counts."""
    counted = tx.execute(
        update(t.incoming_files).where(f.id == file_id, f.looks < most).values(looks=f.looks + 1)
    )
    return counted.rowcount == 1


def end(
    tx: Connection, case_id: str, file_ids: Sequence[str], state: FileState, now: datetime
) -> int:
    """Nothing more arrives in these; how many they were."""
    ended = tx.execute(
        update(t.incoming_files)
        .where(f.case_id == case_id, f.id.in_(list(file_ids)), f.state == FileState.OPEN)
        .values(state=state, expires_at=now)
    )
    return ended.rowcount


def some_old_parts(tx: Connection, before: datetime, most: int) -> list[tuple[str, str]]:
    """(file, digest) of pieces whose file ended before then, and nobody writes any more."""
    rows = tx.execute(
        select(p.file_id, p.digest).join(t.incoming_files, f.id == p.file_id)
        .where(f.expires_at < before).order_by(p.file_id, p.digest).limit(most)
    )
    return [(row[0], row[1]) for row in rows]


def forget(tx: Connection, before: datetime, begun: datetime) -> int:
    """Files that ended before then, without a piece left, and begun before *begun*."""
    gone = delete(t.incoming_files).where(
        f.expires_at < before, f.created_at < begun, ~exists().where(p.file_id == f.id)
    )
    return tx.execute(gone).rowcount


def _one(r: Row[Any]) -> IncomingFile:
    return IncomingFile(
        r.id, r.case_id, r.visit_id, r.action, r.name, r.media_type, r.length, r.received,
        FileState(r.state), r.created_at, r.expires_at,
    )
