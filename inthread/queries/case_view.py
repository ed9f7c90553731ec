"""Cases as staff and back-office systems see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inthread.domain.actor import Actor
from inthread.domain.case import Case
from inthread.domain.person import Person
from inthread.runtime import Runtime
from inthread.store import cases, people
from inthread.store.db import Tx

MOST = 100


@dataclass(frozen=True)
class CaseView:
    """`facts`: without those the workflow calls sensitive. Contacts of `person` are to be shown
    masked."""

    case: Case
    person: Person
    facts: Mapping[str, object]


@dataclass(frozen=True)
class CasePage:
    """`after`: where the next page begins; None when this is the last."""

    cases: Sequence[CaseView]
    after: str | None


def case_view(rt: Runtime, *, actor: Actor, case_id: str) -> CaseView:
    """Raises Forbidden and NotFound."""
    actor.require("cases:read")
    with rt.db.read() as tx:
        [view] = _views(rt, tx, [cases.get(tx, case_id)])
    return view


def find_cases(
    rt: Runtime, *, actor: Actor, reference: str | None = None, person: str | None = None,
    state: str | None = None, after: str = "", most: int = 50,
) -> CasePage:
    """Newest first. *person* is the person's reference. Raises Forbidden."""
    actor.require("cases:read")
    most = min(most, MOST)
    with rt.db.read() as tx:
        found = cases.page(
            tx, reference=reference, person=person, state=state, after=after, most=most + 1
        )
        views = _views(rt, tx, found[:most])
    return CasePage(views, found[most - 1].id if len(found) > most else None)


def _views(rt: Runtime, tx: Tx, found: Sequence[Case]) -> list[CaseView]:
    whose = people.by_id(tx, {case.person_id for case in found}) if found else {}
    return [view_of(rt, c, whose[c.person_id]) for c in found]


def view_of(rt: Runtime, case: Case, person: Person) -> CaseView:
    """The case with those of its facts that may be shown."""
    return CaseView(case, person, _facts(rt, case))


def _facts(rt: Runtime, case: Case) -> Mapping[str, object]:
    workflow = rt.workflows.get(case.workflow)
    shown = {
        f.name for f in (workflow.trigger.facts if workflow else ())
        if not f.sensitive and not f.known_fact
    }
    return {name: value for name, value in case.facts.items() if name in shown}
