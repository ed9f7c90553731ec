"""Whom a payment provider knows a person as."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from inthread.store import tables as t

y = t.payers.c


def customer(tx: Connection, person_id: str, provider: str) -> str | None:
    return tx.execute(
        select(y.customer).where(y.person_id == person_id, y.provider == provider)
    ).scalar_one_or_none()


def keep(
    tx: Connection, person_id: str, provider: str, customer: str, now: datetime
) -> None:
    """The newest name counts: it is the one the provider keeps cards under from now on."""
    try:
        with tx.begin_nested():
            tx.execute(insert(t.payers).values(
                person_id=person_id, provider=provider, customer=customer, since=now,
            ))
    except IntegrityError:
        tx.execute(
            update(t.payers)
            .where(y.person_id == person_id, y.provider == provider, y.customer != customer)
            .values(customer=customer, since=now)
        )
