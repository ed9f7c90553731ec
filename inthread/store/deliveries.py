"""What providers said became of messages, each event once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from inthread.spi import DeliveryReceipt
from inthread.store import tables as t


def known(tx: Connection, provider: str, event_id: str) -> bool:
    """Whether this event was recorded."""
    d = t.deliveries.c
    return tx.execute(
        select(d.event_id).where(d.provider == provider, d.event_id == event_id)
    ).one_or_none() is not None


def add(
    tx: Connection, provider: str, receipt: DeliveryReceipt, message_id: str, now: datetime
) -> bool:
    """False when this event was recorded before."""
    insert = sqlite_insert if tx.dialect.name == "sqlite" else pg_insert
    made = tx.execute(
        insert(t.deliveries)
        .values(provider=provider, event_id=receipt.event_id, message_id=message_id,
                status=receipt.status.value, code=receipt.code[:40], received_at=now)
        .on_conflict_do_nothing(index_elements=["provider", "event_id"])
        .returning(t.deliveries.c.event_id)
    )
    return made.first() is not None
