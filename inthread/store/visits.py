"""A visit with all that a command asks of it at once: its link, its person, the case's audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from inthread.domain.link import Link, Visit
from inthread.domain.person import Contact, Person
from inthread.store import links
from inthread.store import tables as t
from inthread.store.audit import Tail, tail_of

_TABLES = (t.visits, t.links, t.people, t.contacts)
_NAMES = [table.c.keys() for table in _TABLES]


@dataclass(frozen=True)
class Visited:
    """`tail`: the newest event of the case's chain, good for as long as the case is held."""

    visit: Visit
    link: Link
    person: Person
    tail: Tail | None


def _query() -> Select[Any]:
    visit, contact = t.visits.c, t.contacts.c
    return (
        select(*_TABLES, *tail_of(visit.case_id))
        .select_from(
            t.visits.join(t.links, t.links.c.id == visit.link_id)
            .join(t.people, t.people.c.id == visit.person_id)
            .outerjoin(t.contacts, contact.person_id == visit.person_id)
        )
        .where(visit.token_digest == bindparam("token"))
        .order_by(contact.rank, contact.created_at, contact.id)
    )


VISITED = _query()


def visited(tx: Connection, token_digest: str) -> Visited | None:
    rows = [_parts(row) for row in tx.execute(VISITED, {"token": token_digest})]
    if not rows:
        return None
    visit, link, person, _, (n, last) = rows[0]
    return Visited(
        links.visit_of(visit), links.link_of(link), _person(person, [row[3] for row in rows]),
        Tail(n, last) if n is not None else None,
    )


def _parts(row: Sequence[Any]) -> list[Any]:
    """A joined row's columns, table by table; at last what belongs to none."""
    parts: list[Any] = []
    start = 0
    for names in _NAMES:
        end = start + len(names)
        parts.append(SimpleNamespace(**dict(zip(names, row[start:end], strict=True))))
        start = end
    return [*parts, row[start:]]


def _person(p: Any, contacts: Sequence[Any]) -> Person:
    points = tuple(
        Contact(k.id, k.person_id, k.channel, k.address, k.rank, k.known_since, k.stopped_at)
        for k in contacts if k.id is not None
    )
    return Person(p.id, p.reference, p.name, p.locale, p.zone, points)
