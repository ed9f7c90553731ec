"""Staff and their sessions. A session's token is kept as its digest."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from inthread.domain.staff import Role, Session, Staff
from inthread.store import tables as t

s, n = t.staff.c, t.staff_sessions.c


def add(
    tx: Connection, staff_id: str, email: str, name: str, roles: Collection[Role], *,
    zone: str = "UTC", by: str, now: datetime, active: bool = False,
) -> None:
    """*email*: as it is compared, in lower case. Raises IntegrityError when it is taken."""
    tx.execute(insert(t.staff).values(
        id=staff_id, email=email, name=name, roles=sorted(roles), zone=zone, recovery=[],
        invited_by=by, created_at=now, active_at=now if active else None,
    ))


def get(tx: Connection, staff_id: str) -> Staff | None:
    row = tx.execute(select(t.staff).where(s.id == staff_id)).one_or_none()
    return one(row) if row else None


def start_session(
    tx: Connection, session_id: str, token_digest: str, staff_id: str, *, whole: bool, by: str,
    now: datetime,
) -> None:
    tx.execute(insert(t.staff_sessions).values(
        id=session_id, token_digest=token_digest, staff_id=staff_id, whole=whole, started_at=now,
        seen_at=now, by=by,
    ))


def session_by(tx: Connection, token_digest: str) -> Session | None:
    """With its person as they are now: a change of roles holds from the next request on."""
    row = tx.execute(
        select(t.staff, n.id.label("session_id"), n.whole, n.started_at, n.seen_at, n.ended_at,
               n.by)
        .join_from(t.staff_sessions, t.staff, s.id == n.staff_id)
        .where(n.token_digest == token_digest)
    ).one_or_none()
    if row is None:
        return None
    return Session(
        row.session_id, one(row), row.whole, row.started_at, row.seen_at, row.ended_at, row.by
    )


def touch(tx: Connection, session_id: str, now: datetime) -> None:
    tx.execute(update(t.staff_sessions).where(n.id == session_id).values(seen_at=now))


def one(row: Row[tuple[object, ...]]) -> Staff:
    return Staff(
        row.id, row.email, row.name, frozenset(Role(role) for role in row.roles), row.zone,
        active=row.active_at is not None and row.disabled_at is None, created_at=row.created_at,
    )
