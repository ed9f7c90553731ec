"""What was answered to a once-key, so that the same request again gets the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from inthread.store import tables as t

i = t.idempotency.c


@dataclass(frozen=True)
class Seen:
    """`status` None: the first request is still being answered."""

    body_digest: str
    status: int | None
    answer: object
    at: datetime


def claim(tx: Connection, key_id: str, key: str, body_digest: str, now: datetime) -> Seen | None:
    """None: the key is ours to answer. Else what is known of it."""
    try:
        with tx.begin_nested():
            tx.execute(insert(t.idempotency).values(
                key_id=key_id, key=key, body_digest=body_digest, at=now
            ))
    except IntegrityError:
        r = tx.execute(
            select(t.idempotency).where(i.key_id == key_id, i.key == key).with_for_update()
        ).one()
        return Seen(r.body_digest, r.status, r.answer, r.at)
    return None


def take_over(tx: Connection, key_id: str, key: str, body_digest: str, now: datetime) -> None:
    """What is known is too old to count: the key is ours to answer."""
    tx.execute(
        update(t.idempotency).where(i.key_id == key_id, i.key == key)
        .values(body_digest=body_digest, status=None, answer=None, at=now)
    )


def answered(
    tx: Connection, key_id: str, key: str, at: datetime, status: int, answer: object
) -> None:
    """Keep the answer, if the claim of *at* still stands."""
    tx.execute(
        update(t.idempotency).where(i.key_id == key_id, i.key == key, i.at == at)
        .values(status=status, answer=answer)
    )


def release(tx: Connection, key_id: str, key: str, at: datetime) -> None:
    """Nothing came of it: the key may be used again."""
    tx.execute(
        delete(t.idempotency).where(i.key_id == key_id, i.key == key, i.at == at)
    )


def forget(tx: Connection, before: datetime) -> int:
    """How many answers from before then were dropped."""
    return tx.execute(delete(t.idempotency).where(i.at < before)).rowcount
