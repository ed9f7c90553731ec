"""A visit with all that a command asks of it at once: its link, its person, the case's audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, select

from inthread.domain.link import Link, Visit
from inthread.domain.person import Contact, Person
from inthread.store import links
from inthread.store import tables as t
from inthread.store.audit import Tail

_TABLES = (t.visits, t.links, t.people, t.contacts)


@dataclass(frozen=True)
class Visited:
    """`tail`: the newest event of the case's chain, good for as long as the case is held."""

    visit: Visit
    link: Link
    person: Person
    tail: Tail | None


def visited(tx: Connection, token_digest: str) -> Visited | None:
    rows = tx.execute(_query().where(t.visits.c.token_digest == token_digest)).all()
    if not rows:
        return None
    first = rows[0]
    tail = Tail(first.tail_n, first.tail_hash) if first.tail_n is not None else None
    return Visited(
        links.visit_of(_part(first, t.visits)), links.link_of(_part(first, t.links)),
        _person(_part(first, t.people), [_part(r, t.contacts) for r in rows]), tail,
    )


def _query() -> Select[Any]:
    visit, audit, contact = t.visits.c, t.audit.c, t.contacts.c
    newest = (
        select(audit.n, audit.hash).where(audit.subject == visit.case_id)
        .order_by(audit.n.desc()).limit(1)
    )
    tail_n = newest.with_only_columns(audit.n).scalar_subquery().label("tail_n")
    tail_hash = newest.with_only_columns(audit.hash).scalar_subquery().label("tail_hash")
    return (
        select(*_TABLES, tail_n, tail_hash)
        .select_from(
            t.visits.join(t.links, t.links.c.id == visit.link_id)
            .join(t.people, t.people.c.id == visit.person_id)
            .outerjoin(t.contacts, contact.person_id == visit.person_id)
        )
        .order_by(contact.rank, contact.created_at, contact.id)
    )


def _part(row: Row[Any], table: Table) -> Any:
    """One table's columns of a joined row."""
    return SimpleNamespace(**{column.name: row._mapping[column] for column in table.c})


def _person(p: Any, contacts: Sequence[Any]) -> Person:
    points = tuple(
        Contact(k.id, k.person_id, k.channel, k.address, k.rank, k.known_since, k.stopped_at)
        for k in contacts if k.id is not None
    )
    return Person(p.id, p.reference, p.name, p.locale, p.zone, points)
