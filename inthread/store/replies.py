"""What people sent us."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Row, Select, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from inthread.domain.intent import Intent
from inthread.domain.refusals import NotFound
from inthread.domain.reply import Reply, ReplyState
from inthread.store import tables as t
from inthread.store.bulk import among

r = t.replies.c
_WAITING = text("replies.state = 'waiting'")  # literal: every plan can use the partial index


def add(tx: Connection, x: Reply) -> bool:
    """False, and nothing written, when the provider told of it before."""
    insert = sqlite_insert if tx.dialect.name == "sqlite" else pg_insert
    made = tx.execute(
        insert(t.replies)
        .values(id=x.id, provider=x.provider, event_id=x.event_id, channel=x.channel,
                address=x.address, to=x.to, body=x.body, choice=x.choice, intent=x.intent.value,
                person_id=x.person_id, received_at=x.received_at, **_moving(x))
        .on_conflict_do_nothing(index_elements=["provider", "event_id"]).returning(r.id)
    )
    return made.first() is not None


def save(tx: Connection, x: Reply) -> None:
    tx.execute(update(t.replies).where(r.id == x.id).values(person_id=x.person_id, **_moving(x)))


def get(tx: Connection, reply_id: str) -> Reply:
    """Raises NotFound."""
    return _found(tx, select(t.replies).where(r.id == reply_id))


def lock(tx: Connection, reply_id: str) -> Reply:
    """The reply, held until the transaction ends. Raises NotFound."""
    return _found(tx, select(t.replies).where(r.id == reply_id).with_for_update())


def by_id(tx: Connection, ids: Collection[str]) -> dict[str, Reply]:
    rows = tx.execute(select(t.replies).where(among(tx, r.id, ids))) if ids else ()
    return {row.id: _one(row) for row in rows}


def of_person(tx: Connection, person_id: str, most: int) -> list[Reply]:
    """The newest, oldest of them first."""
    rows = tx.execute(
        select(t.replies).where(r.person_id == person_id)
        .order_by(r.received_at.desc(), r.id.desc()).limit(most)
    ).all()
    return [_one(row) for row in rows[::-1]]


def waiting(
    tx: Connection, after: tuple[datetime, str] | None, most: int
) -> list[Reply]:
    """Those that a person has to read, due first, from behind (*due_at*, *id*)."""
    query = select(t.replies).where(_WAITING)
    if after is not None:
        due, last = after
        query = query.where((r.due_at > due) | ((r.due_at == due) & (r.id > last)))
    rows = tx.execute(query.order_by(r.due_at, r.id).limit(most))
    return [_one(row) for row in rows]


def _found(tx: Connection, query: Select[tuple[object, ...]]) -> Reply:
    row = tx.execute(query).one_or_none()
    if row is None:
        raise NotFound("reply")
    return _one(row)


def _moving(x: Reply) -> dict[str, object]:
    return {
        "case_id": x.case_id, "state": x.state.value, "queue": x.queue, "due_at": x.due_at,
        "resolved_at": x.resolved_at, "resolution": x.resolution, "resolved_by": x.resolved_by,
    }


def _one(row: Row[tuple[object, ...]]) -> Reply:
    return Reply(
        id=row.id, provider=row.provider, event_id=row.event_id, channel=row.channel,
        address=row.address, to=row.to, body=row.body, choice=row.choice,
        intent=Intent(row.intent), received_at=row.received_at, person_id=row.person_id,
        case_id=row.case_id, state=ReplyState(row.state), queue=row.queue, due_at=row.due_at,
        resolved_at=row.resolved_at, resolution=row.resolution, resolved_by=row.resolved_by,
    )
