"""One writeback with every try: what was sent, what they said, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inthread.domain.actor import Actor
from inthread.domain.breaker import ConnectorState
from inthread.domain.case import Case
from inthread.domain.proof import SourceKind
from inthread.domain.refusals import NotFound
from inthread.domain.writeback import Writeback
from inthread.runtime import Runtime
from inthread.store import cases, connectors, outbox, outcomes, writebacks
from inthread.store.writebacks import Attempt

HIDDEN = "•••"


@dataclass(frozen=True)
class WritebackPage:
    """`sent`: the body of each call, without what is sensitive. `differs`: for each field that has
    to be equal and is not, (sent, seen). `next_at`: the next try or look, if one waits."""

    writeback: Writeback
    case: Case
    action: str
    sent: Mapping[str, object]
    differs: Mapping[str, tuple[object, object]]
    attempts: Sequence[Attempt]
    next_at: datetime | None
    connector: ConnectorState


def writeback_page(rt: Runtime, *, actor: Actor, writeback_id: str) -> WritebackPage:
    """Raises Forbidden, NotFound."""
    actor.require("writebacks:read")
    with rt.db.read() as tx:
        found = writebacks.find(tx, writeback_id)
        if found is None:
            raise NotFound("writeback")
        case = cases.get(tx, found.case_id)
        outcome = outcomes.get(tx, found.outcome_id)
        states = connectors.all_states(tx)
        tries = writebacks.attempts(tx, found.id)
        due = outbox.due_of(tx, case.id, found.id)
    if outcome is None:
        raise ValueError(f"writeback {found.id} of no outcome")
    action = outcome.action
    hidden = _hidden(rt, case, action, found.fields)
    return WritebackPage(
        found, case, action, _masked(found.fields, hidden), _differs(found, hidden), tries, due,
        states.get(found.connector) or ConnectorState(found.connector),
    )


def _hidden(
    rt: Runtime, case: Case, action: str, fields: Mapping[str, object]
) -> frozenset[str]:
    """The fields that carry a sensitive fact. Every field, when the workflow in force no longer
    says which those are."""
    workflow = rt.workflows.get(case.workflow)
    proof = workflow.proofs.get(action) if workflow else None
    if workflow is None or proof is None:
        return frozenset(fields)
    sensitive = {f.name for f in workflow.trigger.facts if f.sensitive or f.known_fact}
    return frozenset(
        field for field, source in proof.fields.items()
        if source.kind is SourceKind.FACT and source.name in sensitive
    )


def _masked(fields: Mapping[str, object], hidden: frozenset[str]) -> dict[str, object]:
    return {name: HIDDEN if name in hidden else value for name, value in fields.items()}


def _differs(w: Writeback, hidden: frozenset[str]) -> dict[str, tuple[object, object]]:
    if w.observed is None:
        return {}
    seen = w.observed
    return {
        name: (HIDDEN, HIDDEN) if name in hidden else (w.fields.get(name), seen.get(name))
        for name in w.must_equal if seen.get(name) != w.fields.get(name)
    }
