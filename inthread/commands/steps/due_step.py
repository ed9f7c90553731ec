"""The step of its cadence that a case is at, and whom it asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inthread.domain.case import Case, CaseState
from inthread.domain.contract import CadenceStep
from inthread.domain.message import Purpose, Way
from inthread.domain.person import Contact, Person
from inthread.runtime import Runtime
from inthread.store import cases, messages, outbox, people
from inthread.store.db import Tx


def due_step(rt: Runtime, case: Case) -> CadenceStep | None:
    """None when nothing more is asked."""
    if case.state is not CaseState.OPEN or case.next is None or case.next.what == "give_up":
        return None
    steps = rt.workflows[case.workflow].cadence.steps
    return steps[case.step] if case.step < len(steps) else None


def contacts_for(rt: Runtime, person: Person, step: CadenceStep) -> tuple[Contact, ...]:
    """On the step's own channel, then on whichever others we have."""
    others = (c for c in rt.registry.channels if c != step.channel)
    return person.reachable((step.channel, *others))


def with_ways(rt: Runtime, jobs: Sequence[outbox.Job]) -> list[outbox.Job]:
    """Each with where its message would go, as far as there is one: of a contact job, to the first
    contact point of the step. Nothing is held: what is true is found when it is carried."""
    sends = [j.ref for j in jobs if j.kind in ("message", "code")]
    asks = [j.ref for j in jobs if j.kind == "contact"]
    found: dict[str, Way | None] = {}
    if sends or asks:
        with rt.db.read() as tx:
            found.update(messages.ways(tx, sends))
            found.update(_first_ways(rt, tx, asks))
    return [replace(j, way=found.get(j.ref)) for j in jobs]


def _first_ways(rt: Runtime, tx: Tx, ids: Sequence[str]) -> dict[str, Way | None]:
    due = cases.some(tx, ids)
    known = people.by_id(tx, {case.person_id for case in due})
    return {case.id: _way(rt, case, known[case.person_id]) for case in due}


def _way(rt: Runtime, case: Case, person: Person) -> Way | None:
    if case.workflow not in rt.workflows:  # whoever carries it comes upon that, and no other job
        return None
    step = due_step(rt, case)
    contacts = contacts_for(rt, person, step) if step else ()
    if step is None or not contacts:
        return None
    first = contacts[0]
    return Way(
        first.channel, first.address, Purpose.ASK, case.workflow, step.template,
        rt.workflows[case.workflow].locale(person.locale), first.id,
    )
