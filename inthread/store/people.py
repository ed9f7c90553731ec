"""People and their contact points."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from inthread.domain.person import REPLACED, Contact, Person, channels_of
from inthread.domain.person_name import name_key, name_last
from inthread.domain.refusals import NotFound
from inthread.store import tables as t
from inthread.store.bulk import among

p, k = t.people.c, t.contacts.c
# (kind, address) -> what the end of a number is looked up by (`Keyring.tail`).
TailOf = Callable[[str, str], str | None]

_EACH = (
    select(
        p.id, p.reference, p.name, p.locale, p.zone, p.country, p.region, p.prefers,
        p.stopped_at.label("person_stopped_at"), k.id.label("contact_id"), k.channel,
        k.address, k.rank, k.known_since, k.stopped_at, k.unreachable_at, k.checked_at,
        k.heard_at, k.stopped_why,
    )
    .select_from(t.people.outerjoin(t.contacts, k.person_id == p.id))
    .order_by(p.id, k.rank, k.created_at, k.id)
)
BY_ID = _EACH.where(p.id == bindparam("person"))
BY_IDS = _EACH.where(p.id.in_(bindparam("people", expanding=True)))
LOCK = BY_ID.with_for_update(of=t.people, key_share=True)


def get(tx: Connection, person_id: str) -> Person:
    """The person with their contacts by rank. Raises NotFound."""
    return _found(_people(tx, BY_ID, {"person": person_id}))


def lock(tx: Connection, person_id: str) -> Person:
    """The same, held until the transaction ends: for what is counted over all their cases. Always
    after the case. Raises NotFound."""
    return _found(_people(tx, LOCK, {"person": person_id}))


def try_lock(tx: Connection, person_id: str) -> bool:
    """Hold the person; False when they are gone or somebody else holds them just now."""
    found = select(p.id).where(p.id == person_id).with_for_update(skip_locked=True)
    return tx.execute(found).one_or_none() is not None


def by_reference(tx: Connection, references: Collection[str]) -> dict[str, Person]:
    found = _people(tx, _EACH.where(among(tx, p.reference, references)))
    return {person.reference: person for person in found}


def named(tx: Connection, reference: str) -> Person:
    """Raises NotFound."""
    return _found(list(by_reference(tx, {reference}).values()))


def by_id(tx: Connection, ids: Collection[str]) -> dict[str, Person]:
    found = _people(tx, BY_IDS, {"people": list(ids)}) if ids else []
    return {person.id: person for person in found}


def add_all(tx: Connection, people: Sequence[Person], now: datetime) -> None:
    if people:
        tx.execute(insert(t.people), [
            {"id": x.id, "reference": x.reference, "name": x.name, "locale": x.locale,
             "zone": x.zone, "country": x.country, "region": x.region, "prefers": x.prefers,
             "created_at": now, "name_key": name_key(x.name), "name_last": name_last(x.name)}
            for x in people
        ])


def add_contacts(
    tx: Connection, contacts: Sequence[Contact], now: datetime, tail: TailOf
) -> None:
    if contacts:
        tx.execute(insert(t.contacts), [
            {"id": x.id, "person_id": x.person_id, "channel": x.channel, "address": x.address,
             "rank": x.rank, "known_since": x.known_since, "checked_at": x.checked_at or now,
             "created_at": now, "tail": tail(x.kind, x.address)} for x in contacts
        ])


def rename(tx: Connection, person: Person) -> None:
    tx.execute(
        update(t.people).where(p.id == person.id)
        .values(name=person.name, locale=person.locale, zone=person.zone,
                name_key=name_key(person.name), name_last=name_last(person.name))
    )


def stop_contact(tx: Connection, contact_id: str, why: str, now: datetime) -> bool:
    """Nothing more is sent there. False when it was stopped already."""
    got = tx.execute(
        update(t.contacts).where(k.id == contact_id, k.stopped_at.is_(None))
        .values(stopped_at=now, stopped_why=why)
    )
    return got.rowcount == 1


def bring_back(tx: Connection, contact_id: str, now: datetime) -> bool:
    """The person uses this contact point again, whose place another had taken: as new as any other
    that they name now. False when it was stopped for another reason."""
    got = tx.execute(
        update(t.contacts).where(k.id == contact_id, k.stopped_why == REPLACED)
        .values(stopped_at=None, stopped_why=None, unreachable_at=None, known_since=now,
                checked_at=now)
    )
    return got.rowcount == 1


def at_address(tx: Connection, kind: str, address: str) -> dict[str, Person]:
    """Everybody who is written to at this address, by id, whether or not it was stopped."""
    owners = select(k.person_id).where(k.address == address, k.channel.in_(channels_of(kind)))
    return {x.id: x for x in _people(tx, _EACH.where(p.id.in_(owners)))}


def stop(tx: Connection, person_id: str, suppression_id: str, now: datetime) -> bool:
    """We start nothing more with this person, on any channel. False when that was so already."""
    got = tx.execute(
        update(t.people).where(p.id == person_id, p.stopped_at.is_(None))
        .values(stopped_at=now, stopped_by=suppression_id)
    )
    return got.rowcount == 1


def start_again(
    tx: Connection, person_id: str, suppression_id: str, other: str | None
) -> bool:
    """Take back that stop, and no other. False when they are stopped still, by *other* perhaps."""
    again = {"stopped_by": other} if other else {"stopped_at": None, "stopped_by": None}
    got = tx.execute(
        update(t.people).where(p.id == person_id, p.stopped_by == suppression_id).values(again)
    )
    return got.rowcount == 1 and other is None


def held_since(tx: Connection, person_id: str) -> datetime | None:
    """Since when nothing about the person may be removed; None when there is no hold."""
    since: datetime | None = tx.execute(
        select(p.held_at).where(p.id == person_id)
    ).scalar_one()
    return since


def hold_of(tx: Connection, person_id: str) -> tuple[datetime, str] | None:
    """Since when nothing about the person may be removed, and why."""
    row = tx.execute(select(p.held_at, p.held_why).where(p.id == person_id)).one()
    return (row.held_at, row.held_why or "") if row.held_at is not None else None


def hold(tx: Connection, person_id: str, since: datetime | None, why: str | None) -> None:
    """Put a hold on the person, or with None take it away."""
    tx.execute(
        update(t.people).where(p.id == person_id).values(held_at=since, held_why=why)
    )


def contact(tx: Connection, contact_id: str) -> Contact:
    """Raises NotFound."""
    row = tx.execute(select(t.contacts).where(k.id == contact_id)).one_or_none()
    if row is None:
        raise NotFound("contact")
    return _contact(row)


def heard_from(tx: Connection, contact_id: str, now: datetime, *, theirs: bool) -> None:
    """Somebody wrote to us from there, so it can be reached. *theirs*: nobody else has it."""
    known = {"checked_at": now} if theirs else {}
    tx.execute(
        update(t.contacts).where(k.id == contact_id)
        .values(heard_at=now, unreachable_at=None, **known)
    )


def cannot_be_reached(tx: Connection, contact_id: str, now: datetime) -> None:
    """Nothing arrives there, until its source states it again."""
    tx.execute(
        update(t.contacts).where(k.id == contact_id, k.unreachable_at.is_(None))
        .values(unreachable_at=now)
    )


def _people(
    tx: Connection, query: Select[tuple[object, ...]], given: Mapping[str, object] | None = None
) -> list[Person]:
    found: dict[str, Person] = {}
    contacts: dict[str, list[Contact]] = {}
    for r in tx.execute(query, given):
        if r.id not in found:
            found[r.id] = Person(
                r.id, r.reference, r.name, r.locale, r.zone, (), r.country, r.region, r.prefers,
                r.person_stopped_at,
            )
        of = contacts.setdefault(r.id, [])
        if r.contact_id is not None:
            of.append(Contact(
                r.contact_id, r.id, r.channel, r.address, r.rank, r.known_since, r.stopped_at,
                r.unreachable_at, r.checked_at, r.heard_at, r.stopped_why == REPLACED,
            ))
    return [replace(x, contacts=tuple(contacts[x.id])) for x in found.values()]


def _contact(r: Row[tuple[object, ...]]) -> Contact:
    return Contact(
        r.id, r.person_id, r.channel, r.address, r.rank, r.known_since, r.stopped_at,
        r.unreachable_at, r.checked_at, r.heard_at, r.stopped_why == REPLACED,
    )


def _found(people: Sequence[Person]) -> Person:
    if not people:
        raise NotFound("person")
    return people[0]
