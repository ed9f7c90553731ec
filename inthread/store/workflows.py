"""The workflow documents that were ever in force, one row a version; never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from inthread.store import tables as t

w = t.workflow_versions.c


def add_version(
    tx: Connection, key: str, version: int, hash: str, document: Mapping[str, object], now: datetime
) -> bool:
    """Keep this version; False when there is one of this number, whatever it says."""
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    row = {
        "key": key, "version": version, "hash": hash, "document": dict(document),
        "published_at": now,
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
