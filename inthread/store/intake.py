"""Intake set by set: what is known of a batch of triggers, and the rows of the cases it opens."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select, update

from inthread.domain.actor import Actor
from inthread.domain.audit import GENESIS, AuditEvent, link_hash_of_text, stamp
from inthread.domain.case import Case
from inthread.domain.consent import Consent
from inthread.domain.intake import Known, Opening
from inthread.domain.person import Contact, Person
from inthread.domain.person_name import name_key, name_last
from inthread.domain.work_item import WorkItem
from inthread.domain.writeback import WritebackState
from inthread.store import audit, cases
from inthread.store import tables as t
from inthread.store.audit import Tail
from inthread.store.bulk import Cell, among, json_text, put, stamps
from inthread.store.people import TailOf


def known(
    tx: Connection, wanted: Mapping[str, Collection[tuple[str, str]]]
) -> dict[tuple[str, str], Known]:
    """What is known of these obligations, held: (workflow, natural key) -> its case.
    *wanted*: workflow -> (natural key, reference) of each."""
    current = cases.current_by_key(tx, wanted)
    carried = [c.id for c in current.values() if c.live and _may_be_carried(c)]
    busy, proved = _on_their_way(tx, carried) if carried else (set(), {})
    return {
        key: Known(case, case.id in busy, proved.get(case.id)) for key, case in current.items()
    }


def _may_be_carried(case: Case) -> bool:
    return case.attempt > 0 or case.state.value != "open"


def _on_their_way(
    tx: Connection, case_ids: Collection[str]
) -> tuple[set[str], dict[str, datetime]]:
    """The cases with an outcome of this attempt or a payment on its way; when each case's last
    writeback was proved."""
    c, o, p = t.cases.c, t.outcomes.c, t.payments.c
    w, a = t.writebacks.c, t.writeback_attempts.c
    acted = select(o.case_id).join(t.cases, (c.id == o.case_id) & (c.attempt == o.attempt)).where(
        among(tx, o.case_id, case_ids)
    )
    paying = select(p.case_id).where(
        among(tx, p.case_id, case_ids), p.state == "started"
    )
    seen = (
        select(w.case_id, func.max(a.at).label("at"))
        .join(t.writeback_attempts, a.writeback_id == w.id)
        .where(among(tx, w.case_id, case_ids), a.state == WritebackState.PROVED.value)
        .group_by(w.case_id)
    )
    busy = {r.case_id for r in tx.execute(acted.union(paying))}
    return busy, {r.case_id: r.at for r in tx.execute(seen)}


class Event(NamedTuple):
    """Something to audit: the subject's next event. `detail` is canonical JSON."""

    subject: str
    event: AuditEvent
    detail: str


_PEOPLE = (
    "id", "reference", "name", "locale", "zone", "country", "region", "prefers", "created_at",
    "name_key", "name_last",
)
_CONTACTS = (
    "id", "person_id", "channel", "address", "rank", "known_since", "checked_at", "created_at",
    "tail",
)
_CONSENTS = (
    "person_id", "contact_id", "purpose", "given", "source", "wording", "version", "at", "evidence",
)
_STATED = ("name", "locale", "zone", "country", "region", "prefers")
_FOUND_BY = ("name_key", "name_last")
_OWN = (
    "id", "reference", "natural_key", "person_id", "facts", "as_of", "owed_minor", "settled_minor",
    "currency",
)
_ALIKE = (
    "workflow", "workflow_version", "workflow_hash", "state", "next_what", "next_owner",
    "next_due", "attempt", "done", "step", "opened_at", "expires_at", "version",
)
_JOBS = ("id", "kind", "ref", "case_id", "due_at")
_ITEMS = ("id", "case_id", "reason", "queue", "due_at", "packet", "opened_at", "cause")
_AUDIT = ("subject", "n", "at", "actor", "event", "detail", "prev", "hash")


def add_people(tx: Connection, people: Iterable[Person], now: datetime) -> None:
    """The people themselves; their contacts come by `add_contacts`."""
    at = stamps(tx)(now)
    put(tx, t.people, _PEOPLE, [
        (p.id, p.reference, p.name, p.locale, p.zone, p.country, p.region, _json(p.prefers), at,
         name_key(p.name), name_last(p.name))
        for p in people
    ])


def add_contacts(
    tx: Connection, contacts: Iterable[Contact], now: datetime, tail: TailOf
) -> None:
    spelled = stamps(tx)
    at = spelled(now)
    put(tx, t.contacts, _CONTACTS, [
        (k.id, k.person_id, k.channel, k.address, k.rank,
         spelled(k.known_since) if k.known_since else None,
         spelled(k.checked_at) if k.checked_at else None, at, tail(k.kind, k.address))
        for k in contacts
    ])


def add_consents(tx: Connection, lines: Iterable[Consent]) -> None:
    """Lines of the ledger, in this order."""
    spelled = stamps(tx)
    put(tx, t.consents, _CONSENTS, [
        (x.person_id, x.contact_id, x.purpose, x.given, x.source, x.wording, x.version,
         spelled(x.at), _json(x.evidence)) for x in lines
    ])


def purposes_of(tx: Connection, contact_ids: Collection[str]) -> set[tuple[str, str]]:
    """(contact, purpose) of which the ledger has a line, whatever it says."""
    if not contact_ids:
        return set()
    n = t.consents.c
    found = select(n.contact_id, n.purpose).where(among(tx, n.contact_id, contact_ids)).distinct()
    return {(r.contact_id, r.purpose) for r in tx.execute(found)}


def check_contacts(tx: Connection, contact_ids: Collection[str], now: datetime) -> None:
    """They are known to be the person's now, and may be tried again."""
    k = t.contacts.c
    if contact_ids:
        tx.execute(
            update(t.contacts).where(among(tx, k.id, contact_ids))
            .values(checked_at=now, unreachable_at=None)
        )


def add_openings(tx: Connection, openings: Sequence[Opening], now: datetime) -> None:
    """One row a case, equal to what `Opening.case` says. Raises Stale, inside `crossing`, when
    somebody opened a case for the same obligation meanwhile."""
    spelled = stamps(tx)
    alike: dict[tuple[str, str | None], tuple[Cell, ...]] = {}
    rows = []
    for x in openings:
        asked, owed = x.asked, x.asked.owed
        kind = (asked.workflow.key, x.reason)
        if kind not in alike:
            alike[kind] = _alike(x.case(now), spelled)
        rows.append((
            x.case_id, asked.reference, asked.natural_key, x.person_id, x.text,
            spelled(asked.as_of), *((owed.minor, 0, owed.currency) if owed else (None, None, None)),
            *alike[kind],
        ))
    put(tx, t.cases, (*_OWN, *_ALIKE), rows)


def _alike(case: Case, spelled: Callable[[datetime], str]) -> tuple[Cell, ...]:
    """The cells that all fresh cases of one workflow and reason share, in the order of _ALIKE."""
    step = case.next
    if step is None:
        raise ValueError("a fresh case has a next step")
    return (
        case.workflow, case.workflow_version, case.workflow_hash, case.state.value, step.what,
        step.owner, spelled(step.due), case.attempt, "[]", case.step, spelled(case.opened_at),
        spelled(case.expires_at), case.version,
    )


def add_contact_jobs(
    tx: Connection, jobs: Iterable[tuple[str, str, datetime]]
) -> None:
    """First contacts: (job id, case id, due)."""
    spelled = stamps(tx)
    rows = [(job, "contact", case, case, spelled(due)) for job, case, due in jobs]
    put(tx, t.outbox, _JOBS, rows)
    if rows:
        tx.info["wake"] = True


def add_work_items(tx: Connection, items: Iterable[WorkItem]) -> None:
    spelled = stamps(tx)
    put(tx, t.work_items, _ITEMS, [
        (x.id, x.case_id, x.reason, x.queue, spelled(x.due_at), json_text(dict(x.packet)),
         spelled(x.opened_at), x.cause) for x in items
    ])


def add_first_events(
    tx: Connection, now: datetime, actor: Actor, events: Iterable[Event]
) -> None:
    """Events of subjects that have none yet, in this order."""
    _add_events(tx, now, actor, events, {})


def add_events(tx: Connection, now: datetime, actor: Actor, events: Sequence[Event]) -> None:
    """Events of subjects whose rows are held."""
    a = t.audit.c
    if not events:
        return
    last = (
        select(a.subject, func.max(a.n).label("n"))
        .where(among(tx, a.subject, [e.subject for e in events])).group_by(a.subject).subquery()
    )
    tails = tx.execute(
        select(a.subject, a.n, a.hash)
        .join(last, (last.c.subject == a.subject) & (last.c.n == a.n))
    )
    ends = {r.subject: (r.n, r.hash) for r in tails}
    _add_events(tx, now, actor, events, ends)
    audit.tails(tx).update({subject: Tail(*end) for subject, end in ends.items()})


def _add_events(
    tx: Connection, now: datetime, actor: Actor, events: Iterable[Event],
    tails: dict[str, tuple[int, str]],
) -> None:
    at, said, who = stamps(tx)(now), stamp(now), str(actor)
    rows: list[tuple[Cell, ...]] = []
    for subject, event, detail in events:
        n, prev = tails.get(subject, (0, GENESIS))
        made = link_hash_of_text(subject, n + 1, said, who, event.value, detail, prev)
        tails[subject] = (n + 1, made)
        rows.append((subject, n + 1, at, who, event.value, detail, prev, made))
    put(tx, t.audit, _AUDIT, rows)


def save_all(tx: Connection, changed: Sequence[Case]) -> None:
    """Cases that took new facts or a later time; each is held by this transaction."""
    if not changed:
        return
    c = t.cases.c
    tx.execute(
        update(t.cases).where(c.id == bindparam("case"))
        .values(facts=bindparam("new_facts"), as_of=bindparam("new_as_of"),
                owed_minor=bindparam("new_owed"), version=bindparam("new_version")),
        [
            {"case": x.id, "new_facts": dict(x.facts), "new_as_of": x.as_of,
             "new_owed": x.owed.minor if x.owed else None, "new_version": x.version}
            for x in changed
        ],
    )


def restate_people(tx: Connection, people: Sequence[Person]) -> None:
    """What was stated last of each; in the order of ids, so that two imports do not wait for each
    other in a ring."""
    if not people:
        return
    p = t.people.c
    tx.execute(
        update(t.people).where(p.id == bindparam("person"))
        .values({name: bindparam(f"new_{name}") for name in (*_STATED, *_FOUND_BY)}),
        [
            {"person": x.id, **{f"new_{name}": getattr(x, name) for name in _STATED},
             "new_name_key": name_key(x.name), "new_name_last": name_last(x.name)}
            for x in sorted(people, key=lambda x: x.id)
        ],
    )


def _json(value: Mapping[str, object] | None) -> str | None:
    return None if value is None else json_text(value)
