"""Whose a reply may be: everybody at its address, with what is open for them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, and_, select, text

from inthread.domain.person import address_kind
from inthread.store import tables as t
from inthread.store.bulk import among

k, p, c = t.contacts.c, t.people.c, t.cases.c
_LIVE = text(f"cases.{t.LIVE}")
MOST = 1000


class Candidate(NamedTuple):
    """A person at an address and one of their live cases, or none."""

    kind: str
    address: str
    person: str
    name: str
    case_id: str | None
    reference: str | None
    workflow: str | None


def at_addresses(tx: Connection, addresses: Collection[str]) -> list[Candidate]:
    """The newest cases first, at most MOST in all; a person once for each case."""
    rows = tx.execute(
        select(k.channel, k.address, p.reference, p.name, c.id, c.reference, c.workflow)
        .join(t.people, p.id == k.person_id)
        .outerjoin(t.cases, and_(c.person_id == p.id, _LIVE))
        .where(among(tx, k.address, addresses))
        .order_by(c.id.desc().nulls_last(), p.id, k.rank).limit(MOST)
    )
    found = (Candidate(address_kind(channel), *rest) for channel, *rest in rows)
    return list(dict.fromkeys(found))
