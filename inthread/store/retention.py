"""What was kept long enough, and its removal: rows that go by their own age, cases with all that
is on them, people. The audit stays: it names nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
    update,
)

from inthread.domain.audit import AuditEvent
from inthread.store import documents
from inthread.store import tables as t

a, c, k, p, r = t.audit.c, t.cases.c, t.contacts.c, t.people.c, t.replies.c


class Old(NamedTuple):
    """How many there are, and when the oldest of them last mattered."""

    number: int
    oldest: datetime | None


def _unheld(case_id: Column[Any]) -> ColumnElement[bool]:
    """Of a case of somebody whom no hold protects."""
    return exists().where(c.id == case_id, p.id == c.person_id, p.held_at.is_(None))


def _over(case_id: Column[Any]) -> ColumnElement[bool]:
    """Of such a case, that ended and for which nothing waits to be done."""
    waits = exists().where(t.outbox.c.case_id == c.id, t.outbox.c.done_at.is_(None))
    return exists().where(
        c.id == case_id, p.id == c.person_id, p.held_at.is_(None), c.ended_at.is_not(None), ~waits
    )


@dataclass(frozen=True)
class _Aged:
    """Rows of *table* that go by the age of *at*, where *also* is so."""

    table: Table
    at: ColumnElement[Any]
    also: ColumnElement[bool]

    def old(self, before: datetime) -> ColumnElement[bool]:
        return and_(self.at < before, self.also)


_HELD_ADDRESS = exists().where(
    k.address == t.suppressions.c.address, k.person_id == p.id, p.held_at.is_not(None)
)
AGED: Mapping[str, _Aged] = {
    "replies": _Aged(t.replies, r.received_at, and_(
        r.person_id.is_(None), r.case_id.is_(None), r.state != "waiting",
    )),
    "stops": _Aged(t.suppressions, t.suppressions.c.lifted_at, ~_HELD_ADDRESS),
    "visits": _Aged(t.visits, t.visits.c.opened_at, _over(t.visits.c.case_id)),
    "codes": _Aged(t.challenges, t.challenges.c.created_at, _over(t.challenges.c.case_id)),
    "links": _Aged(t.links, t.links.c.expires_at, and_(
        _over(t.links.c.case_id), ~exists().where(t.visits.c.link_id == t.links.c.id),
    )),
    "drafts": _Aged(t.drafts, t.drafts.c.saved_at, _over(t.drafts.c.case_id)),
    "jobs": _Aged(t.outbox, t.outbox.c.done_at, or_(
        t.outbox.c.case_id.is_(None), _unheld(t.outbox.c.case_id),
    )),
    "imports": _Aged(
        t.imports, func.coalesce(t.imports.c.ended_at, t.imports.c.started_at), true()
    ),
}


def old(tx: Connection, kind: str, before: datetime) -> Old:
    """What of one kind of AGED would go."""
    aged = AGED[kind]
    found = tx.execute(
        select(func.count(), func.min(aged.at)).select_from(aged.table).where(aged.old(before))
    ).one()
    return Old(*found)


def drop_old(tx: Connection, kind: str, before: datetime, most: int) -> int:
    """Remove up to *most*, those first that were made first; how many that were."""
    aged = AGED[kind]
    key = tuple_(*aged.table.primary_key)
    some = (
        select(*aged.table.primary_key).where(aged.old(before))
        .order_by(*aged.table.primary_key).limit(most).with_for_update(skip_locked=True)
    )
    return tx.execute(delete(aged.table).where(key.in_(some))).rowcount


# --- cases ---------------------------------------------------------------------------------------


def _old_case(before: datetime) -> ColumnElement[bool]:
    """Nothing was audited of it since, and nobody has a reply to read that belongs to it."""
    return and_(
        c.ended_at < before, p.held_at.is_(None),
        ~exists().where(
            a.subject == c.id, a.at >= before, a.event != AuditEvent.DOCUMENT_FORGOTTEN.value
        ),
        ~exists().where(r.case_id == c.id, r.state == "waiting"),
        ~exists().where(t.outbox.c.case_id == c.id, t.outbox.c.done_at.is_(None)),
    )


def old_cases(tx: Connection, before: datetime) -> Old:
    found = tx.execute(
        select(func.count(), func.min(c.ended_at))
        .select_from(t.cases.join(t.people, p.id == c.person_id)).where(_old_case(before))
    ).one()
    return Old(*found)


def some_old_cases(
    tx: Connection, before: datetime, after: tuple[datetime, str] | None, most: int
) -> list[tuple[datetime, str]]:
    """(when it ended, its id), those first that ended first, from behind *after*."""
    query = (
        select(c.ended_at, c.id).select_from(t.cases.join(t.people, p.id == c.person_id))
        .where(_old_case(before))
    )
    if after is not None:
        at, last = after
        query = query.where(or_(c.ended_at > at, and_(c.ended_at == at, c.id > last)))
    return [(row[0], row[1]) for row in tx.execute(query.order_by(c.ended_at, c.id).limit(most))]


def case_is_old(tx: Connection, case_id: str, before: datetime) -> bool:
    """Exact for who holds the case and its person."""
    found = tx.execute(
        select(c.id).join(t.people, p.id == c.person_id).where(c.id == case_id, _old_case(before))
    )
    return found.one_or_none() is not None


# What stands on a case, children before what they stand on.
_ON_A_CASE = (
    t.scheduled_payments, t.payer_links, t.payments, t.work_items, t.submissions, t.drafts,
    t.decisions, t.fact_tries, t.challenges, t.visits, t.links, t.messages, t.writebacks,
    t.outcomes, t.outbox, t.replies, t.impact_changes,
)
_UNDER: tuple[tuple[Table, Column[Any], Table], ...] = (
    (t.payment_events, t.payment_events.c.payment_id, t.payments),
    (t.writeback_attempts, t.writeback_attempts.c.writeback_id, t.writebacks),
    (t.deliveries, t.deliveries.c.message_id, t.messages),
    (t.work_comments, t.work_comments.c.work_item_id, t.work_items),
)


def remove_case(tx: Connection, case_id: str) -> None:
    """The case, which the caller holds, and everything on it. Its documents become nobody's: their
    bytes go by `drop_documents`."""
    for table, parent, over in _UNDER:
        theirs = select(over.c.id).where(over.c.case_id == case_id)
        tx.execute(delete(table).where(parent.in_(theirs)))
    documents.disown(tx, case_id)
    for table in _ON_A_CASE:
        tx.execute(delete(table).where(table.c.case_id == case_id))
    tx.execute(delete(t.cases).where(c.id == case_id))


# --- documents -----------------------------------------------------------------------------------

d = t.documents.c


def _old_document(kind: str, before: datetime) -> ColumnElement[bool]:
    ended = exists().where(c.id == d.case_id, c.ended_at < before)
    return and_(d.kind == kind, ended, _over(d.case_id))


def old_documents(tx: Connection, kind: str, before: datetime) -> Old:
    found = tx.execute(select(func.count(), func.min(d.at)).where(_old_document(kind, before)))
    return Old(*found.one())


def some_old_documents(
    tx: Connection, kind: str, before: datetime, after: str, most: int
) -> list[tuple[str, str]]:
    """(its id, its case's), from behind *after*."""
    rows = tx.execute(
        select(d.id, d.case_id).where(d.id > after, _old_document(kind, before))
        .order_by(d.id).limit(most)
    )
    return [(row[0], row[1]) for row in rows]


def document_is_old(tx: Connection, document_id: str, kind: str, before: datetime) -> bool:
    """Exact for who holds the case and its person."""
    found = tx.execute(select(d.id).where(d.id == document_id, _old_document(kind, before)))
    return found.one_or_none() is not None


# --- people --------------------------------------------------------------------------------------

# Done to what is kept of the person, not by or with them.
_OURS = tuple(e.value for e in (
    AuditEvent.PERSON_HELD, AuditEvent.PERSON_RELEASED, AuditEvent.PERSON_ERASED,
    AuditEvent.PERSON_FORGOTTEN, AuditEvent.PERSON_REVEALED,
))


def _old_person(before: datetime) -> ColumnElement[bool]:
    """Without a case, and nothing was heard of them since; of whom more is left than a stop."""
    n = t.consents.c
    # With a limit, PostgreSQL looks it up for each person and never reads all contacts.
    here = select(k.id).where(k.person_id == p.id).limit(1).scalar_subquery()
    return and_(
        p.created_at < before, p.held_at.is_(None),
        ~exists().where(c.person_id == p.id),
        ~exists().where(a.subject == p.id, a.at >= before, a.event.not_in(_OURS)),
        ~exists().where(k.person_id == p.id, k.heard_at >= before),
        ~exists().where(k.person_id == p.id, n.contact_id == k.id, n.at >= before),
        ~exists().where(r.person_id == p.id, r.state == "waiting"),
        or_(p.stopped_at.is_(None), p.name != "", here.is_not(None)),
    )


def old_people(tx: Connection, before: datetime) -> Old:
    found = tx.execute(select(func.count(), func.min(p.created_at)).where(_old_person(before)))
    return Old(*found.one())


def some_old_people(tx: Connection, before: datetime, after: str, most: int) -> list[str]:
    rows = tx.execute(
        select(p.id).where(p.id > after, _old_person(before)).order_by(p.id).limit(most)
    )
    return list(rows.scalars())


def person_is_old(tx: Connection, person_id: str, before: datetime) -> bool:
    """Exact for who holds the person."""
    found = tx.execute(select(p.id).where(p.id == person_id, _old_person(before)))
    return found.one_or_none() is not None


def remove_person(tx: Connection, person_id: str) -> None:
    """The person, whom the caller holds and who has no case. Of one who is not to be written to,
    the reference stays with the stop, so that it holds when they are named again."""
    here = select(k.id).where(k.person_id == person_id)
    tx.execute(delete(t.replies).where(r.person_id == person_id))
    tx.execute(delete(t.consents).where(t.consents.c.contact_id.in_(here)))
    tx.execute(delete(t.contacts).where(k.person_id == person_id))
    tx.execute(delete(t.payers).where(t.payers.c.person_id == person_id))
    tx.execute(delete(t.people).where(p.id == person_id, p.stopped_at.is_(None)))
    forget_name(tx, person_id)


def forget_name(tx: Connection, person_id: str) -> None:
    """All that is said of the person but their reference, and whether they are to be written to."""
    tx.execute(
        update(t.people).where(p.id == person_id)
        .values(name="", name_key=None, name_last=None, locale=None, zone=None, country=None,
                region=None, prefers=None)
    )


def held_people(tx: Connection) -> int:
    """How many have a hold."""
    return tx.execute(select(func.count()).where(p.held_at.is_not(None))).scalar_one()
