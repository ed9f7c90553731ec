"""Take in a batch of triggers that were read: look once, decide row by row, write set by set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from inthread.commands.steps.hand_over import hand_over
from inthread.commands.steps.make_packet import first_packet
from inthread.commands.steps.take_people import NamedPeople
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.cadence import zone_of
from inthread.domain.canonical import digest, exact_json
from inthread.domain.case import Case, CaseState
from inthread.domain.causes import cause_of
from inthread.domain.consent import Consent
from inthread.domain.facts import facts_text
from inthread.domain.intake import (
    Answer,
    AnswerStatus,
    Asked,
    Known,
    Opening,
    changed_facts,
    confirm,
    confirms,
    first_step,
    judge,
    refresh,
)
from inthread.domain.person import Person
from inthread.domain.work_item import WorkItem
from inthread.domain.workflow import Workflow
from inthread.runtime import Runtime
from inthread.store import consents, intake
from inthread.store.bulk import crossing
from inthread.store.db import Tx
from inthread.store.intake import Event

REFERRED = "the facts ask for a person"


def take_in(
    rt: Runtime, tx: Tx, *, actor: Actor, asked: Sequence[Asked]
) -> list[Answer]:
    """One answer for each, in their order. Of several for one obligation the newest decides.

    At most fourteen statements, whatever their number (nine for people nobody knew); one more set
    of them for each case that its new facts hand over to a person. Raises Stale when another
    transaction was first: nothing is written, and it may be tried again.
    """
    with crossing():
        now = rt.now()
        batch = _Batch(rt, tx, actor, now, NamedPeople(rt, tx, actor, now))
        batch.look(asked)
        answers: list[Answer] = [_NONE] * len(asked)
        for n in sorted(range(len(asked)), key=lambda n: asked[n].as_of, reverse=True):
            answers[n] = batch.take(asked[n])
        batch.write()
    return answers


_NONE = Answer(AnswerStatus.STALE)
Key = tuple[str, str]


@dataclass
class _Batch:
    """What is known, and what is to be written."""

    rt: Runtime
    tx: Tx
    actor: Actor
    now: datetime
    people: NamedPeople
    known: dict[Key, Known] = field(default_factory=dict)
    openings: dict[Key, Opening] = field(default_factory=dict)
    new_about: dict[str, list[str]] = field(default_factory=dict)
    alike: dict[str, str] = field(default_factory=dict)
    saved: dict[str, Case] = field(default_factory=dict)
    refreshed: list[Event] = field(default_factory=list)
    referred: list[tuple[Case, str]] = field(default_factory=list)
    days: dict[tuple[str, str | None], date] = field(default_factory=dict)
    dues: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def look(self, asked: Sequence[Asked]) -> None:
        wanted: dict[str, set[Key]] = {}
        for one in asked:
            wanted.setdefault(one.workflow.key, set()).add((one.natural_key, one.reference))
        self.people.look(asked)
        self.known = intake.known(self.tx, wanted)

    # --- one row ------------------------------------------------------------------------------

    def take(self, asked: Asked) -> Answer:
        key = (asked.workflow.key, asked.natural_key)
        known = self.known.get(key)
        if key in self.openings:
            known = Known(self.openings[key].case(self.now))
        answer = judge(asked, known)
        if answer.status is AnswerStatus.OPENED:
            return self._open(key, asked)
        if known is None or answer.status is AnswerStatus.STALE or not confirms(asked, known):
            return answer
        return self._move(key, asked, known, answer.status)

    def _open(self, key: Key, asked: Asked) -> Answer:
        person, changed = self.people.take(asked)
        reason = self._refer(asked, person)
        opening = Opening(
            self.rt.new_id("case"), person.id, asked, facts_text(asked.facts), reason,
            self._due(asked.workflow, reason) if reason else None,
        )
        self.openings[key] = opening
        if changed:
            self.new_about[opening.case_id] = changed
        status = AnswerStatus.REFERRED if reason else AnswerStatus.OPENED
        return Answer(status, opening.case_id, asked.reference, reason)

    def _move(self, key: Key, asked: Asked, known: Known, status: AnswerStatus) -> Answer:
        """A live case is known to be so later, with new facts or with the same."""
        case = known.case
        person, changed = self.people.take(asked)
        newer = status is AnswerStatus.REFRESHED
        after = refresh(case, asked) if newer else confirm(case, asked)
        self.saved[case.id] = after
        self.known[key] = known._replace(case=after)
        if newer or changed:
            status = AnswerStatus.REFRESHED
            self.refreshed.append(Event(case.id, AuditEvent.CASE_REFRESHED, exact_json({
                "as_of": asked.as_of.isoformat(), "digest": digest(asked.kept),
                "facts": changed_facts(asked.kept, case.facts), "person": changed,
            })))
        reason = self._refer(asked, person) if newer and case.state is CaseState.OPEN else None
        if reason is not None:
            self.referred.append((after, reason))
            status = AnswerStatus.REFERRED
        return Answer(status, case.id, case.reference, reason)

    def _refer(self, asked: Asked, person: Person) -> str | None:
        workflow = asked.workflow
        if workflow.referral is None:
            return None
        where = (workflow.key, person.zone)
        if where not in self.days:
            self.days[where] = self.now.astimezone(zone_of(person, workflow.cadence)).date()
        return workflow.refer(asked.facts, today=self.days[where])

    # --- all of them --------------------------------------------------------------------------

    def write(self) -> None:
        rt, tx, now = self.rt, self.tx, self.now
        openings = list(self.openings.values())
        self.people.write()
        items = self._items([x for x in openings if x.reason is not None])
        intake.add_openings(tx, openings, now)
        intake.add_contact_jobs(tx, [
            (rt.new_id("job"), x.case_id, first_step(x.asked.workflow, None, None, now).due)
            for x in openings if x.reason is None
        ])
        intake.add_work_items(tx, items.values())
        intake.add_first_events(
            tx, now, self.actor,
            [event for x in openings for event in self._opened(x, items.get(x.case_id))],
        )
        intake.save_all(tx, list(self.saved.values()))
        intake.add_events(tx, now, self.actor, self.refreshed)
        for case, reason in self.referred:
            hand_over(rt, tx, actor=self.actor, case=case, reason=reason, why=REFERRED)

    def _due(self, workflow: Workflow, reason: str) -> datetime:
        """The same for all of a workflow and reason, and working time takes a while to count."""
        where = (workflow.key, reason)
        if where not in self.dues:
            queue = workflow.queues[reason]
            self.dues[where] = self.rt.queues.due(queue.queue, self.now, queue.due)
        return self.dues[where]

    def _items(self, openings: Sequence[Opening]) -> Mapping[str, WorkItem]:
        """What goes straight to people, by case; what each agreed to is looked up for all at
        once."""
        lines = consents.of_people(self.tx, {x.person_id for x in openings})
        return {x.case_id: self._item(x, lines.get(x.person_id, [])) for x in openings}

    def _item(self, opening: Opening, lines: Sequence[Consent]) -> WorkItem:
        asked, workflow, reason = opening.asked, opening.asked.workflow, opening.reason or ""
        person = self.people.known[asked.person.reference]
        return WorkItem(
            self.rt.new_id("wi"), opening.case_id, reason, workflow.queues[reason].queue,
            self._due(workflow, reason), first_packet(person, workflow, lines, REFERRED), self.now,
            cause=cause_of(reason, workflow.key, REFERRED),
        )

    def _opened(self, opening: Opening, item: WorkItem | None) -> list[Event]:
        opened = Event(opening.case_id, AuditEvent.CASE_OPENED, self._opening_text(opening))
        if item is None:
            return [opened]
        return [opened, Event(opening.case_id, AuditEvent.CASE_HANDED_OVER, exact_json({
            "reason": item.reason, "why": REFERRED, "words_sha256": None,
            "work_item": item.id, "queue": item.queue,
        }))]

    def _opening_text(self, opening: Opening) -> str:
        """What is recorded of an opening, as canonical JSON. All but two members are the same for
        every case of a workflow, so they are written once."""
        asked, workflow = opening.asked, opening.asked.workflow
        digest_of_facts = sha256(opening.text.encode()).hexdigest()
        contract = {"hash": workflow.hash, "version": workflow.version, "workflow": workflow.key}
        if opening.case_id in self.new_about:
            return exact_json({
                "as_of": asked.as_of.isoformat(), "facts": digest_of_facts,
                "person": self.new_about[opening.case_id], **contract,
            })
        if workflow.key not in self.alike:
            self.alike[workflow.key] = exact_json(contract)[1:]
        head = f'{{"as_of":"{asked.as_of.isoformat()}","facts":"{digest_of_facts}"'
        return f"{head},{self.alike[workflow.key]}"
