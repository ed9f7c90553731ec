"""The customer is reached elsewhere from now on: add the new contact point, stop the old one, tell
both.

The old one is stopped at once, not when the system of record shows the change: whoever holds that
number by then may be a stranger, and a code that went there would vouch for them. It is told of
this, and of nothing after it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from inthread.acting.take_visit import Taken
from inthread.commands.steps.queue_message import queue_message
from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case
from inthread.domain.consent import Consent
from inthread.domain.contact_point import CHANNELS
from inthread.domain.contract import NOTICES
from inthread.domain.message import Purpose
from inthread.domain.outcome import Outcome
from inthread.domain.person import REPLACED, Contact, Person, address_kind
from inthread.domain.refusals import ChoiceChanged, VisitEnded
from inthread.runtime import Runtime
from inthread.spi import NewContact
from inthread.store import audit, consents, links, people
from inthread.store.db import Tx

LEFT, NEW = NOTICES
PAGE = "page"


@dataclass(frozen=True)
class Reached:
    """The person as they are reached from now on, and what to audit of it."""

    person: Person
    events: tuple[audit.Entry, ...] = ()


@dataclass(frozen=True)
class _Move:
    """`new` takes the place of `old`, if there is one. `made`: nobody had it on file."""

    new: Contact
    old: Contact | None
    made: bool


def hold_contacts(tx: Tx, taken: Taken, action: str, contacts: Sequence[NewContact]) -> None:
    """Hold the person until the end, so that of two devices that change one contact point at once
    the second is refused, and nothing of it is written.

    To be called before anything is written of the visit: the first ends the visits of other cases
    that came by the old contact point. Raises VisitEnded when this is one of them, ChoiceChanged
    when what it takes the place of was replaced since it was opened.
    """
    person = _held(tx, taken.person.id)
    came_by = person.contact(taken.visit.contact_id)
    if came_by is not None and came_by.replaced:
        raise VisitEnded("the contact point it came by was replaced")
    olds = {(address_kind(c.channel), c.instead_of) for c in contacts}
    for contact in person.contacts:
        since = contact.stopped_at if contact.replaced else None
        mine = (contact.kind, contact.address) in olds
        if mine and since is not None and since >= taken.visit.opened_at:
            raise ChoiceChanged(action)


def apply_contacts(
    rt: Runtime, tx: Tx, *, case: Case, person: Person, outcome: Outcome,
    contacts: Sequence[NewContact],
) -> Reached:
    """A phone number is changed on every channel that had it. The new contact point is known since
    now, so no code goes there for seven days (R1.6, A35). What was agreed to at the old one holds
    at the one in its place. One that the person had stopped stays stopped.

    Links of other cases that went to the old one die with their visits (R5.7); those of this case
    still show the receipt to whoever can be told apart by more than having it.
    """
    if not contacts:
        return Reached(person)
    person = _held(tx, person.id)
    moves = [move for contact in contacts for move in _moves(rt, person, contact)]
    _add(rt, tx, moves)
    _carry_consent(rt, tx, moves, outcome)
    for old in _olds(moves):
        people.stop_contact(tx, old.id, REPLACED, rt.now())
        links.kill_of_contact(tx, person.id, old.id, rt.now(), but=case.id)
    after = people.get(tx, person.id)
    changed: audit.Entry = (AuditEvent.CONTACT_CHANGED, {
        "outcome": outcome.id, "stopped": sorted(old.id for old in _olds(moves)),
        "reached": sorted(move.new.id for move in moves),
    })
    told = _notices(rt, tx, case, after, moves)
    return Reached(after, (changed, *told))


def _held(tx: Tx, person_id: str) -> Person:
    """Read anew once they are held: what waited for the lock still sees contact points as they
    were before."""
    people.lock(tx, person_id)
    return people.get(tx, person_id)


def _moves(rt: Runtime, person: Person, named: NewContact) -> list[_Move]:
    kind = address_kind(named.channel)
    olds: list[Contact | None] = [
        c for c in person.contacts if named.instead_of and c.stopped_at is None
        and (c.kind, c.address) == (kind, named.instead_of)
    ]
    return [_move(rt, person, named, old) for old in olds or [None]]


def _move(rt: Runtime, person: Person, named: NewContact, old: Contact | None) -> _Move:
    channel = old.channel if old else named.channel
    for contact in person.contacts:
        if (contact.channel, contact.address) == (channel, named.address):
            return _Move(contact, old, made=False)
    now, rank = rt.now(), old.rank if old else len(person.contacts)
    made = Contact(
        rt.new_id("con"), person.id, channel, named.address, rank, now, checked_at=now
    )
    return _Move(made, old, made=True)


def _olds(moves: Iterable[_Move]) -> list[Contact]:
    """In the order of ids, as they are locked everywhere."""
    return sorted((m.old for m in moves if m.old is not None), key=lambda c: c.id)


def _add(rt: Runtime, tx: Tx, moves: Iterable[_Move]) -> None:
    made = {m.new.id: m.new for m in moves if m.made}
    people.add_contacts(tx, list(made.values()), rt.now(), rt.keyring.tail)
    for move in moves:
        if move.new.replaced:
            people.bring_back(tx, move.new.id, rt.now())


def _carry_consent(rt: Runtime, tx: Tx, moves: Iterable[_Move], outcome: Outcome) -> None:
    """The newest line about each purpose at the old contact point, if it gives it."""
    lines = []
    for move in moves:
        refused = move.new.stopped_at is not None and not move.new.replaced
        if move.old is None or refused:
            continue
        newest = {line.purpose: line for line in consents.of_contact(tx, move.old.id)}
        evidence = {"outcome": outcome.id, "instead_of": move.old.id}
        lines += [
            replace(line, contact_id=move.new.id, source=PAGE, at=rt.now(), evidence=evidence)
            for line in _given(newest.values())
        ]
    consents.add_all(tx, lines)


def _given(lines: Iterable[Consent]) -> list[Consent]:
    return [line for line in lines if line.given]


def _notices(
    rt: Runtime, tx: Tx, case: Case, person: Person, moves: Sequence[_Move]
) -> list[audit.Entry]:
    """One message for each address, old ones first, on the first channel that can carry it. Whether
    it may go is decided when it leaves."""
    olds = {old.id for old in _olds(moves)}
    told = [(LEFT, c) for c in _one_each(rt, person, olds)]
    told += [(NEW, c) for c in _one_each(rt, person, {m.new.id for m in moves} - olds)]
    return [
        queue_message(
            rt, tx, case=case, person=person, contact=contact, purpose=Purpose.NOTICE,
            template=template,
        )
        for template, contact in told
    ]


def _one_each(rt: Runtime, person: Person, ids: Collection[str]) -> list[Contact]:
    found: dict[tuple[str, str], Contact] = {}
    able = [c for c in person.contacts if c.id in ids and c.channel in rt.registry.channels]
    for contact in sorted(able, key=lambda c: (CHANNELS.index(c.channel), c.id)):
        found.setdefault((contact.kind, contact.address), contact)
    return list(found.values())
