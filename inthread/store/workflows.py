"""The workflow documents that were ever in force, one row a version; never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from inthread.store import tables as t

w = t.workflow_versions.c


def add_version(
    tx: Connection, key: str, version: int, hash: str, document: Mapping[str, object],
    now: datetime, *, by: str, effective_at: datetime | None = None, draft_id: str | None = None,
    note: str | None = None,
) -> bool:
    """Keep this version, in force from *effective_at* (*now*); False when there is one of this
    number, whatever it says. *by*: the actor."""
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    row = {
        "key": key, "version": version, "hash": hash, "document": dict(document),
        "published_at": now, "effective_at": effective_at or now, "draft_id": draft_id,
        "published_by": by, "note": note,
    }
    made = insert(t.workflow_versions).values(row).on_conflict_do_nothing().returning(w.key)
    return tx.execute(made).one_or_none() is not None


def hash_of(tx: Connection, key: str, version: int) -> str | None:
    """The hash of the version that was published; None when it was not."""
    return tx.execute(
        select(w.hash).where(w.key == key, w.version == version)
    ).scalar_one_or_none()


def document_of(tx: Connection, key: str, version: int) -> Mapping[str, object] | None:
    """The document as it was published; None when it was not."""
    found: Mapping[str, object] | None = tx.execute(
        select(w.document).where(w.key == key, w.version == version)
    ).scalar_one_or_none()
    return found


def in_force(tx: Connection, now: datetime) -> Mapping[str, tuple[int, str]]:
    """By workflow key, the version in force and its hash: the one that took effect last."""
    newest = func.row_number().over(
        partition_by=w.key, order_by=(w.effective_at.desc(), w.version.desc())
    ).label("place")
    ranked = select(w.key, w.version, w.hash, newest).where(w.effective_at <= now).subquery()
    rows = tx.execute(select(ranked).where(ranked.c.place == 1).order_by(ranked.c.key))
    return {row.key: (row.version, row.hash) for row in rows}
