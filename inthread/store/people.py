"""People and their contact points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from inthread.domain.person import Contact, Person
from inthread.domain.refusals import NotFound
from inthread.store import tables as t

p, k = t.people.c, t.contacts.c


def get(tx: Connection, person_id: str) -> Person:
    """The person with their contacts by rank. Raises NotFound."""
    found = _with_contacts(tx, tx.execute(select(t.people).where(p.id == person_id)).all())
    if not found:
        raise NotFound("person")
    return found[0]


def by_reference(tx: Connection, references: Sequence[str]) -> dict[str, Person]:
    rows = tx.execute(select(t.people).where(p.reference.in_(references))).all()
    return {person.reference: person for person in _with_contacts(tx, rows)}


def add_all(tx: Connection, people: Sequence[Person], now: datetime) -> None:
    if people:
        tx.execute(insert(t.people), [
            {"id": x.id, "reference": x.reference, "name": x.name, "locale": x.locale,
             "zone": x.zone, "created_at": now} for x in people
        ])


def add_contacts(tx: Connection, contacts: Sequence[Contact], now: datetime) -> None:
    if contacts:
        tx.execute(insert(t.contacts), [
            {"id": x.id, "person_id": x.person_id, "channel": x.channel, "address": x.address,
             "rank": x.rank, "known_since": x.known_since, "created_at": now} for x in contacts
        ])


def rename(tx: Connection, person: Person) -> None:
    tx.execute(
        update(t.people).where(p.id == person.id)
        .values(name=person.name, locale=person.locale, zone=person.zone)
    )


def stop_contact(tx: Connection, contact_id: str, why: str, now: datetime) -> bool:
    """Nothing more is sent there. False when it was stopped already."""
    got = tx.execute(
        update(t.contacts).where(k.id == contact_id, k.stopped_at.is_(None))
        .values(stopped_at=now, stopped_why=why)
    )
    return got.rowcount == 1


def _with_contacts(tx: Connection, rows: Sequence[Row[tuple[object, ...]]]) -> list[Person]:
    ids = [r.id for r in rows]
    if not ids:
        return []
    of: Mapping[str, list[Contact]] = {i: [] for i in ids}
    for r in tx.execute(
        select(t.contacts).where(k.person_id.in_(ids)).order_by(k.rank, k.created_at)
    ):
        of[r.person_id].append(
            Contact(r.id, r.person_id, r.channel, r.address, r.rank, r.known_since, r.stopped_at)
        )
    return [Person(r.id, r.reference, r.name, r.locale, r.zone, tuple(of[r.id])) for r in rows]
