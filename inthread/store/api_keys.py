"""API keys. A key's secret is nowhere: only its digest is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from inthread.store import tables as t

k = t.api_keys.c


@dataclass(frozen=True)
class ApiKey:
    """`staff_id`: whose own it is; None for a machine's."""

    id: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None
    staff_id: str | None = None


def add(tx: Connection, key: ApiKey, digest: str) -> None:
    tx.execute(insert(t.api_keys).values(
        id=key.id, name=key.name, digest=digest, scopes=sorted(key.scopes),
        created_at=key.created_at, staff_id=key.staff_id,
    ))


def by_digest(tx: Connection, digest: str) -> ApiKey | None:
    """The key that still counts, if this is the digest of one."""
    row = tx.execute(
        select(t.api_keys).where(k.digest == digest, k.revoked_at.is_(None))
    ).one_or_none()
    return _one(row) if row else None


def revoke(
    tx: Connection, key_id: str, now: datetime, *, owner: str | None = None
) -> bool | None:
    """True: it ended now. False: it had ended before. None: there is no such key, of *owner* where
    one is named."""
    mine = (k.id == key_id,) if owner is None else (k.id == key_id, k.staff_id == owner)
    got = tx.execute(
        update(t.api_keys).where(*mine, k.revoked_at.is_(None)).values(revoked_at=now)
    )
    if got.rowcount == 1:
        return True
    return False if tx.execute(select(k.id).where(*mine)).one_or_none() else None


def every(tx: Connection) -> list[ApiKey]:
    """All keys, revoked ones too, oldest first."""
    return [_one(r) for r in tx.execute(select(t.api_keys).order_by(k.created_at, k.id))]


def page(tx: Connection, after: str, most: int, *, owner: str | None = None) -> list[ApiKey]:
    """The newest first; *owner*: theirs alone; *after*: the id that the page before ended with."""
    query = select(t.api_keys).order_by(k.id.desc()).limit(most)
    if owner is not None:
        query = query.where(k.staff_id == owner)
    if after:
        query = query.where(k.id < after)
    return [_one(r) for r in tx.execute(query)]


def _one(r: Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey(r.id, r.name, frozenset(r.scopes), r.created_at, r.revoked_at, r.staff_id)
