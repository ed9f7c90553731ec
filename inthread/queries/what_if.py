"""What would be decided for a case that is only supposed, cell by cell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from inthread.acting.read_document import read_document
from inthread.domain.actor import Actor
from inthread.domain.draft import pointer
from inthread.domain.facts import Facts
from inthread.domain.policy import Cell, Decision, Verdict
from inthread.domain.refusals import BadInput, NotFound, Problem
from inthread.domain.supposition import Supposition, asked_facts, read_supposition
from inthread.domain.workflow import Workflow
from inthread.domain.workflow_reader import WorkflowErrors
from inthread.offers import facts_of, local_day
from inthread.runtime import Runtime
from inthread.store import cases, drafts, people

# Cases of other workflows may be called the same; so many are looked through.
_MOST_CALLED_SO = 50


@dataclass(frozen=True)
class Tried:
    """One action: its verdict, why, and what staff are told of a refusal. `live`: the verdict of
    the version in force, where a draft was asked; None for an action it does not have."""

    verdict: Verdict
    cells: Sequence[Cell]
    staff: str | None
    live: Verdict | None


@dataclass(frozen=True)
class WhatIf:
    """`inputs`: everything a table may look at, sensitive facts aside. `refers`: why a person would
    get a fresh case like this, before anything is offered."""

    workflow: Workflow
    supposed: Supposition
    inputs: Facts
    decision: Decision
    tried: Sequence[Tried]
    refers: str | None


def workflow_to_try(
    rt: Runtime, *, actor: Actor, key: str | None = None, draft_id: str | None = None
) -> Workflow:
    """The version in force of *key*, or the draft. Raises Forbidden, NotFound, and BadInput for a
    draft that cannot be read yet."""
    actor.require("policy:read")
    if draft_id is None:
        found = rt.workflows.get(key or "")
        if found is None:
            raise NotFound("workflow")
        return found
    with rt.db.read() as tx:
        draft = drafts.get(tx, draft_id)
    if key is not None and draft.key != key:
        raise NotFound("draft")
    try:
        return read_document(rt.registry, draft.document, "draft")
    except WorkflowErrors as wrong:
        raise BadInput([
            Problem(f"/document{pointer(one.place)}", one.message) for one in wrong.problems
        ]) from None


def what_if(
    rt: Runtime, *, actor: Actor, facts: Mapping[str, object], key: str | None = None,
    draft_id: str | None = None, settled: object = None, attempts: object = None,
    done: Collection[str] = (), on: object = None, text: bool = False,
) -> WhatIf:
    """Decide the supposed case (`supposition.read_supposition`) by the version in force of *key*,
    or by a draft. Nothing is written, and nobody is contacted. Raises Forbidden, NotFound,
    BadInput with each field's problem."""
    workflow = workflow_to_try(rt, actor=actor, key=key, draft_id=draft_id)
    supposed = read_supposition(
        workflow, facts, today=rt.now().date(), settled=settled, attempts=attempts, done=done,
        on=on, text=text,
    )
    inputs = _inputs(workflow, supposed)
    decision = _decide(workflow, supposed)
    live = rt.workflows.get(workflow.key) if draft_id is not None else None
    return WhatIf(
        workflow, supposed, inputs, decision, _tried(workflow, decision, _other(live, supposed)),
        workflow.refer(supposed.facts, today=supposed.today),
    )


def supposed_from_case(
    rt: Runtime, *, actor: Actor, key: str, reference: str
) -> Supposition:
    """The newest case of this workflow that people call so, as it is now; sensitive facts are left
    out. Raises Forbidden, NotFound."""
    actor.require("policy:read")
    actor.require("cases:read")
    workflow = rt.workflows.get(key)
    with rt.db.read() as tx:
        called = cases.page(
            tx, reference=reference, person=None, state=None, after="", most=_MOST_CALLED_SO
        )
        found = [case for case in called if case.workflow == key]
        if not found or workflow is None:
            raise NotFound("case")
        case, person = found[0], people.get(tx, found[0].person_id)
    known = facts_of(workflow, case)
    shown = {fact.name: known.get(fact.name) for fact in asked_facts(workflow)}
    return Supposition(
        shown, case.settled, case.attempt, case.done, local_day(workflow, person, rt.now())
    )


def _inputs(workflow: Workflow, supposed: Supposition) -> Facts:
    hidden = {f.name for f in workflow.trigger.facts if f.sensitive or f.known_fact}
    inputs = workflow.case_inputs(
        supposed.facts, today=supposed.today, settled=supposed.settled,
        attempts=supposed.attempts, done=supposed.done,
    )
    return {name: value for name, value in inputs.items() if name not in hidden}


def _decide(workflow: Workflow, supposed: Supposition) -> Decision:
    return workflow.decide(
        supposed.facts, today=supposed.today, settled=supposed.settled,
        attempts=supposed.attempts, done=supposed.done,
    )


def _tried(
    workflow: Workflow, decision: Decision, live: Mapping[str, Verdict]
) -> tuple[Tried, ...]:
    return tuple(
        Tried(
            verdict, workflow.tables[verdict.action].explain(verdict, decision.inputs),
            workflow.reasons[verdict.reason].staff if verdict.reason else None,
            live.get(verdict.action),
        )
        for verdict in decision.verdicts
    )


def _other(live: Workflow | None, supposed: Supposition) -> Mapping[str, Verdict]:
    """By the version in force, as far as it asks for nothing that the draft's case does not say."""
    if live is None:
        return {}
    asked = {fact.name: fact for fact in asked_facts(live)}
    said = {name: value for name, value in supposed.facts.items() if name in asked}
    if any(fact.required and said.get(name) is None for name, fact in asked.items()):
        return {}
    try:
        decision = _decide(live, Supposition(
            said, supposed.settled, supposed.attempts, supposed.done, supposed.today
        ))
    except ValueError:  # a fact of another type, an amount in another currency
        return {}
    return {verdict.action: verdict for verdict in decision.verdicts}
