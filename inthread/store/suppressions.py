"""Addresses that nobody is written to, until the stop is lifted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from inthread.store import tables as t

s = t.suppressions.c
_STANDING = text("lifted_at IS NULL")  # literal, so that every plan can use the partial index


def standing(tx: Connection, kind: str, address: str) -> str | None:
    """The id of the stop that holds for this address."""
    return tx.execute(
        select(s.id).where(s.address == address, s.kind == kind, _STANDING)
    ).scalar_one_or_none()


def since(tx: Connection, kind: str, address: str) -> datetime | None:
    """When the stop that holds for this address was made."""
    return tx.execute(
        select(s.at).where(s.address == address, s.kind == kind, _STANDING)
    ).scalar_one_or_none()


def at_addresses(tx: Connection, addresses: Collection[tuple[str, str]]) -> str | None:
    """The id of the oldest stop that holds for one of these (kind, address)."""
    return tx.execute(
        select(s.id).where(tuple_(s.kind, s.address).in_(list(addresses)), _STANDING)
        .order_by(s.at, s.id).limit(1)
    ).scalar_one_or_none()


def add(
    tx: Connection, id: str, kind: str, address: str, source: str, now: datetime,
    evidence: Mapping[str, object] | None = None,
) -> str:
    """The id of the stop that holds from now on: this one, or the one that held already."""
    insert = sqlite_insert if tx.dialect.name == "sqlite" else pg_insert
    made = tx.execute(
        insert(t.suppressions)
        .values(id=id, kind=kind, address=address, source=source, at=now, evidence=evidence)
        .on_conflict_do_nothing(index_elements=["address", "kind"], index_where=_STANDING)
        .returning(s.id)
    )
    return id if made.first() is not None else standing(tx, kind, address) or id


def lift(tx: Connection, suppression_id: str, now: datetime) -> bool:
    got = tx.execute(
        update(t.suppressions).where(s.id == suppression_id, _STANDING).values(lifted_at=now)
    )
    return got.rowcount == 1
