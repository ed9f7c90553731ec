"""The people that a batch of triggers names: who is known, what is new about them, and what they
agreed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from inthread.domain.actor import Actor
from inthread.domain.consent import Consent
from inthread.domain.intake import Asked, NamedContact, NamedPerson
from inthread.domain.person import Contact, Person
from inthread.domain.workflow import Workflow
from inthread.runtime import Runtime
from inthread.store import intake, people
from inthread.store.db import Tx

# How often it is written down that a source still states a contact point.
CHECKED_FOR = timedelta(days=1)
TRIGGER = "trigger"


@dataclass
class NamedPeople:
    """`look` first, then `take` for each trigger that moves a case, then `write` once."""

    rt: Runtime
    tx: Tx
    actor: Actor
    now: datetime
    known: dict[str, Person] = field(default_factory=dict)
    _stated: set[str] = field(default_factory=set)
    _new: list[str] = field(default_factory=list)
    _renamed: set[str] = field(default_factory=set)
    _contacts: dict[str, Contact] = field(default_factory=dict)
    _checked: set[str] = field(default_factory=set)
    _agreed: dict[tuple[str, str], Consent] = field(default_factory=dict)
    _evidence: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def look(self, asked: Sequence[Asked]) -> None:
        self.known = people.by_reference(self.tx, {one.person.reference for one in asked})

    def take(self, asked: Asked) -> tuple[Person, list[str]]:
        """The person as they are now stated, and what is new about one who was known."""
        named = asked.person
        person = self.known.get(named.reference)
        changed: list[str] = []
        if person is None:
            person = self._make(named)
            self._new.append(named.reference)
        else:
            person, changed = self._restate(person, named)
        self.known[named.reference] = person
        self._stated.add(named.reference)
        self._agree(person, asked)
        return person, changed

    def write(self) -> None:
        """At most six statements, whatever the number of people."""
        tx, now = self.tx, self.now
        intake.add_people(tx, [self.known[r] for r in self._new], now)
        intake.restate_people(tx, [self.known[r] for r in self._renamed.difference(self._new)])
        intake.add_contacts(tx, self._contacts.values(), now, self.rt.keyring.tail)
        intake.check_contacts(tx, self._checked, now)
        there = intake.purposes_of(tx, {k for k, _ in self._agreed} - self._contacts.keys())
        intake.add_consents(tx, [x for key, x in self._agreed.items() if key not in there])

    def _make(self, named: NamedPerson) -> Person:
        """Their contact points are vouched for by naming them with the person."""
        id = self.rt.new_id("per")
        contacts = tuple([self._contact(id, k, n) for n, k in enumerate(named.contacts)])
        return Person(
            id, named.reference, named.name or "", named.locale, named.zone, contacts,
            named.country, named.region, named.prefers,
        )

    def _restate(self, person: Person, named: NamedPerson) -> tuple[Person, list[str]]:
        """A contact that a known person did not have waits before it gets codes (R1.6). Of several
        triggers in one batch the newest, which comes first, decides."""
        news = _news(person, named, fill=named.reference in self._stated)
        changed = list(news)
        if news:
            self._renamed.add(named.reference)
            person = replace(person, **news)
        had = {(k.channel, k.address): k for k in person.contacts}
        more = [
            self._contact(person.id, k, rank, self.now)
            for rank, k in enumerate(named.contacts) if k[:2] not in had
        ]
        self._check(had[k[:2]] for k in named.contacts if k[:2] in had)
        if more:
            changed.append("contacts")
            person = replace(person, contacts=(*person.contacts, *more))
        return person, changed

    def _contact(
        self, person_id: str, named: NamedContact, rank: int, since: datetime | None = None
    ) -> Contact:
        made = Contact(
            self.rt.new_id("con"), person_id, named.channel, named.address, rank, since,
            checked_at=self.now,
        )
        self._contacts[made.id] = made
        return made

    def _check(self, restated: Iterator[Contact]) -> None:
        """The source still states them, so they are still the person's; now and then is enough."""
        for contact in restated:
            if contact.checked_at is None or self.now - contact.checked_at > CHECKED_FOR:
                self._checked.add(contact.id)

    # --- what they agreed to ------------------------------------------------------------------

    def _agree(self, person: Person, asked: Asked) -> None:
        """A line of the ledger for each purpose that it has none of: once there is one, only the
        person takes it back or gives it again. A stop is never talked over by a source."""
        if person.stopped_at is not None:
            return
        named = {k[:2]: k for k in asked.person.contacts}
        for contact in person.contacts:
            stated = named.get((contact.channel, contact.address))
            if stated is not None and contact.stopped_at is None:
                for line in self._lines(person, contact, stated, asked.workflow):
                    self._agreed.setdefault((contact.id, line.purpose), line)

    def _lines(
        self, person: Person, contact: Contact, stated: NamedContact, workflow: Workflow
    ) -> Iterator[Consent]:
        consent, rule = stated.consent, workflow.contact.consent
        if consent is not None:
            evidence = {"source": consent.source, "by": str(self.actor)}
            for purpose in consent.purposes:
                yield Consent(
                    person.id, contact.id, purpose, True, TRIGGER, consent.wording,
                    consent.version, consent.at, evidence,
                )
        if rule.basis == "source":
            yield Consent(
                person.id, contact.id, workflow.contact.purpose, True, TRIGGER,
                rule.wording[workflow.locale(person.locale)], rule.version, self.now,
                self._vouched(workflow),
            )

    def _vouched(self, workflow: Workflow) -> Mapping[str, object]:
        """What shows the consent that a source vouches for."""
        return self._evidence.setdefault(
            workflow.key, {"workflow": workflow.key, "by": str(self.actor)}
        )


def _news(person: Person, named: NamedPerson, *, fill: bool) -> dict[str, Any]:
    """What is stated and was not known so. *fill*: only what was not known at all."""
    known = {name: getattr(person, name) for name in named.stated}
    return {
        name: value for name, value in named.stated.items()
        if value != known[name] and not (fill and known[name] not in (None, ""))
    }
