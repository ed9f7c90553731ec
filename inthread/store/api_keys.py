"""API keys. A key's secret is nowhere: only its digest is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from inthread.store import tables as t

k = t.api_keys.c


@dataclass(frozen=True)
class ApiKey:
    id: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None


def add(tx: Connection, key: ApiKey, digest: str) -> None:
    tx.execute(insert(t.api_keys).values(
        id=key.id, name=key.name, digest=digest, scopes=sorted(key.scopes),
        created_at=key.created_at,
    ))


def by_digest(tx: Connection, digest: str) -> ApiKey | None:
    """The key that still counts, if this is the digest of one."""
    r = tx.execute(
        select(t.api_keys).where(k.digest == digest, k.revoked_at.is_(None))
    ).one_or_none()
    return ApiKey(r.id, r.name, frozenset(r.scopes), r.created_at) if r else None


def revoke(tx: Connection, key_id: str, now: datetime) -> bool | None:
    """True: it ended now. False: it had ended before. None: there is no such key."""
    got = tx.execute(
        update(t.api_keys).where(k.id == key_id, k.revoked_at.is_(None)).values(revoked_at=now)
    )
    if got.rowcount == 1:
        return True
    return False if tx.execute(select(k.id).where(k.id == key_id)).one_or_none() else None


def every(tx: Connection) -> list[ApiKey]:
    """All keys, revoked ones too, oldest first."""
    rows = tx.execute(select(t.api_keys).order_by(k.created_at, k.id))
    return [
        ApiKey(r.id, r.name, frozenset(r.scopes), r.created_at, r.revoked_at) for r in rows
    ]
