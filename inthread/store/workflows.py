"""The workflow documents that were published, one row a version; never changed. One that is not
in force yet can be taken off: then it never will be, and its number is not used again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from inthread.domain.draft import Newest
from inthread.domain.refusals import NotFound
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
    """By workflow key, the version in force and its hash: the newest whose hour has come."""
    newest = func.row_number().over(partition_by=w.key, order_by=w.version.desc()).label("place")
    ranked = select(w.key, w.version, w.hash, newest).where(
        w.effective_at <= now, w.unscheduled_at.is_(None)
    ).subquery()
    rows = tx.execute(select(ranked).where(ranked.c.place == 1).order_by(ranked.c.key))
    return {row.key: (row.version, row.hash) for row in rows}


def hold(tx: Connection, key: str) -> None:
    """Let nobody else publish or take off a version of this workflow until the transaction ends.
    Raises NotFound when it has none."""
    first = select(w.key).where(w.key == key).order_by(w.version).limit(1).with_for_update()
    if tx.execute(first).one_or_none() is None:
        raise NotFound("workflow")


def newest(tx: Connection, key: str) -> Newest:
    """Raises NotFound for a workflow that was never published."""
    highest = tx.execute(select(func.max(w.version)).where(w.key == key)).scalar_one()
    row = tx.execute(
        select(w.version, w.document, w.effective_at)
        .where(w.key == key, w.unscheduled_at.is_(None)).order_by(w.version.desc()).limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound("workflow")
    return Newest(row.version, row.document, row.effective_at, highest + 1)


def newest_numbers(tx: Connection) -> Mapping[str, int]:
    """By workflow key, the highest number that was ever published."""
    rows = tx.execute(select(w.key, func.max(w.version).label("highest")).group_by(w.key))
    return {row.key: row.highest for row in rows}


@dataclass(frozen=True)
class Version:
    """One published version, without its document."""

    key: str
    version: int
    hash: str
    published_at: datetime
    effective_at: datetime
    draft_id: str | None
    published_by: str
    note: str | None
    unscheduled_at: datetime | None
    unscheduled_by: str | None
    unscheduled_why: str | None


_LINE = [w[name] for name in Version.__dataclass_fields__]


def versions(
    tx: Connection, most: int, *, key: str | None = None, before: int | None = None
) -> list[Version]:
    """The newest first. *before*: below this number."""
    query = select(*_LINE).order_by(w.key, w.version.desc()).limit(most)
    if key is not None:
        query = query.where(w.key == key)
    if before is not None:
        query = query.where(w.version < before)
    return [Version(**row._mapping) for row in tx.execute(query)]


def version(tx: Connection, key: str, number: int) -> Version:
    """Raises NotFound."""
    row = tx.execute(
        select(*_LINE).where(w.key == key, w.version == number)
    ).one_or_none()
    if row is None:
        raise NotFound("version")
    return Version(**row._mapping)


def scheduled(tx: Connection, now: datetime) -> list[Version]:
    """What is published and not in force yet, the next to come first."""
    rows = tx.execute(
        select(*_LINE).where(w.effective_at > now, w.unscheduled_at.is_(None))
        .order_by(w.effective_at, w.key)
    )
    return [Version(**row._mapping) for row in rows]


def take_off(
    tx: Connection, key: str, number: int, now: datetime, *, by: str, why: str | None
) -> None:
    """Never let it be in force; the caller holds the workflow and has seen that it is not yet."""
    tx.execute(
        update(t.workflow_versions).where(w.key == key, w.version == number)
        .values(unscheduled_at=now, unscheduled_by=by, unscheduled_why=why)
    )
