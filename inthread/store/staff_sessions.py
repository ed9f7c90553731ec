"""Who is signed in. A session's token is kept as its digest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from inthread.domain.staff import ABSOLUTE, StaffSession
from inthread.store import tables as t
from inthread.store.staff import one

s, n = t.staff.c, t.staff_sessions.c
_WITH_STAFF = (
    select(t.staff, n.id.label("session_id"), n.whole, n.started_at, n.seen_at, n.ended_at, n.by,
           n.network, n.agent)
    .join_from(t.staff_sessions, t.staff, s.id == n.staff_id)
)


def start(
    tx: Connection, session_id: str, token_digest: str, staff_id: str, *, whole: bool, by: str,
    now: datetime, network: str = "", agent: str = "",
) -> None:
    tx.execute(insert(t.staff_sessions).values(
        id=session_id, token_digest=token_digest, staff_id=staff_id, whole=whole, started_at=now,
        seen_at=now, by=by, network=network[:60], agent=agent[:120],
    ))


def by_token(tx: Connection, token_digest: str) -> StaffSession | None:
    """With its person as they are now: a change of roles holds from the next request on."""
    row = tx.execute(_WITH_STAFF.where(n.token_digest == token_digest)).one_or_none()
    return _session(row) if row else None


def open_of(tx: Connection, staff_id: str, now: datetime) -> list[StaffSession]:
    """Those that were not ended and are not too old, the newest first; idle ones too. Half ones are
    not among them."""
    rows = tx.execute(
        _WITH_STAFF.where(
            n.staff_id == staff_id, n.whole, n.ended_at.is_(None), n.started_at > now - ABSOLUTE
        ).order_by(n.id.desc()).limit(50)
    )
    return [_session(row) for row in rows]


def known_at(tx: Connection, staff_id: str, network: str, since: datetime) -> bool:
    """Whether they signed in wholly from this network since then."""
    row = tx.execute(
        select(n.id).where(
            n.staff_id == staff_id, n.whole, n.network == network, n.started_at > since
        ).limit(1)
    ).one_or_none()
    return row is not None


def touch(tx: Connection, session_id: str, now: datetime) -> None:
    tx.execute(update(t.staff_sessions).where(n.id == session_id).values(seen_at=now))


def end(tx: Connection, session_id: str, staff_id: str, now: datetime) -> bool:
    """Whether it was theirs and had not ended; now it has."""
    got = tx.execute(
        update(t.staff_sessions)
        .where(n.id == session_id, n.staff_id == staff_id, n.ended_at.is_(None))
        .values(ended_at=now)
    )
    return got.rowcount == 1


def end_all(tx: Connection, staff_id: str, now: datetime, *, but: str = "") -> int:
    """How many ended; half ones too. *but*: the one that goes on."""
    got = tx.execute(
        update(t.staff_sessions)
        .where(n.staff_id == staff_id, n.ended_at.is_(None), n.id != but)
        .values(ended_at=now)
    )
    return got.rowcount


def _session(row: Row[tuple[object, ...]]) -> StaffSession:
    return StaffSession(
        row.session_id, one(row), row.whole, row.started_at, row.seen_at, row.ended_at, row.by,
        row.network, row.agent,
    )
