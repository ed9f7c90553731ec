"""A case that is only supposed: what would be decided if its facts were these."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from inthread.domain.facts import Fact, FactKind, Facts, FactValue, read_facts
from inthread.domain.money import Money
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.workflow import Workflow

MOST_ATTEMPTS = 1000


@dataclass(frozen=True)
class Supposition:
    """As `Workflow.case_inputs` takes it."""

    facts: Facts
    settled: Money | None
    attempts: int
    done: tuple[str, ...]
    today: date


def asked_facts(workflow: Workflow) -> tuple[Fact, ...]:
    """The facts that a supposition may state: all but sensitive ones, which policy never looks at.
    `required` are those without which some verdict, or the words for it, would be another."""
    needed = _looked_at(workflow)
    return tuple(
        replace(fact, required=fact.required and fact.name in needed)
        for fact in workflow.trigger.facts if not fact.sensitive and not fact.known_fact
    )


def bears_on(workflow: Workflow, fact: str) -> bool:
    """Whether any verdict, or the words for it, depends on the fact."""
    return fact in _looked_at(workflow)


def read_supposition(
    workflow: Workflow, facts: Mapping[str, object], *, today: date, settled: object = None,
    attempts: object = None, done: Collection[str] = (), on: object = None, text: bool = False,
) -> Supposition:
    """*on*: the customer's own date, ISO 8601; *today* without one. *text*: everything comes as a
    form sends it. Raises BadInput with every fault at its place: `/facts/amount_due`, `/settled`,
    `/attempts`, `/done`, `/on`."""
    reading = read_facts(asked_facts(workflow), facts, workflow.currency, text=text)
    problems = [
        replace(p, message="is sensitive: policy never looks at it") if _hidden(workflow, p) else p
        for p in reading.problems
    ]
    more = read_facts(_MORE, {
        name: value for name, value in
        (("settled", settled), ("attempts", attempts), ("on", on)) if value is not None
    }, workflow.currency, text=text, at="")
    problems += more.problems
    unknown = sorted(set(done) - {action.key for action in workflow.actions})
    problems += [Problem("/done", f"there is no action {name[:60]!r}") for name in unknown]
    part, times = more.facts.get("settled"), more.facts.get("attempts")
    problems += _beyond(workflow.owed(reading.facts), part, times)
    if problems:
        raise BadInput(problems)
    day = more.facts.get("on")
    return Supposition(
        reading.facts, part if isinstance(part, Money) else None,
        times if isinstance(times, int) else 0, tuple(done),
        day if isinstance(day, date) else today,
    )


_MORE: Sequence[Fact] = (
    Fact("settled", FactKind.MONEY, required=False),
    Fact("attempts", FactKind.INTEGER, required=False),
    Fact("on", FactKind.DATE, required=False),
)


def _beyond(
    owed: Money | None, settled: FactValue | None, attempts: FactValue | None
) -> list[Problem]:
    """What no case can be."""
    found = []
    if isinstance(settled, Money) and owed is not None and owed < settled:
        found.append(Problem("/settled", "is more than is owed"))
    if isinstance(attempts, int) and not 0 <= attempts <= MOST_ATTEMPTS:
        found.append(Problem("/attempts", f"use a whole number from 0 to {MOST_ATTEMPTS:,}"))
    return found


def _hidden(workflow: Workflow, problem: Problem) -> bool:
    return problem.path in {
        f"/facts/{f.name}" for f in workflow.trigger.facts if f.sensitive or f.known_fact
    }


def _looked_at(workflow: Workflow) -> frozenset[str]:
    names = set(workflow.reads)
    if workflow.referral is not None:
        names |= set(workflow.referral.inputs)
    for reason in workflow.reasons.values():
        for template in reason.customer.values():
            names |= set(template.fields)
    names |= {derived.fact for derived in workflow.trigger.derived if derived.name in names}
    if workflow.trigger.owed and "remaining" in names:
        names.add(workflow.trigger.owed)
    return frozenset(names)
