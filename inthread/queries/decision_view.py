"""A decision explained: each action's verdict, row by row and cell by cell, as it was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inthread.acting.read_document import read_document
from inthread.domain.actor import Actor
from inthread.domain.case import Case
from inthread.domain.facts import FactValue
from inthread.domain.policy import Cell, Verdict
from inthread.domain.refusals import NotFound
from inthread.domain.workflow import Workflow
from inthread.domain.workflow_reader import WorkflowErrors
from inthread.runtime import Runtime
from inthread.store import case_parts, cases, workflows
from inthread.store.case_parts import Kept
from inthread.store.db import Tx


@dataclass(frozen=True)
class Explained:
    """`rows`: of each row that was looked at, its number from 0 and its cells. `staff`: why not, in
    words for staff."""

    verdict: Verdict
    rows: Sequence[tuple[int, Sequence[Cell]]]
    staff: str


@dataclass(frozen=True)
class DecisionView:
    """`inputs`: what was looked at, as kept. `explained` is None when the version cannot be read by
    this installation (a plugin was taken away); `same`: deciding again gives the same bytes."""

    case: Case
    kept: Kept
    workflow: Workflow | None
    inputs: Mapping[str, FactValue | None]
    explained: Sequence[Explained] | None
    same: bool


def decision_view(
    rt: Runtime, *, actor: Actor, case_id: str, decision_id: str
) -> DecisionView:
    """Raises Forbidden, and NotFound for a decision that is not this case's."""
    actor.require("cases:read")
    with rt.db.read() as tx:
        case = cases.get(tx, case_id)
        kept = case_parts.decision(tx, decision_id)
        if kept is None or kept.case_id != case_id:
            raise NotFound("decision")
        workflow = _workflow(rt, tx, kept)
    if workflow is None:
        return DecisionView(case, kept, None, {}, None, False)
    try:
        again = workflow.decide_again(kept.document)
    except ValueError:
        return DecisionView(case, kept, workflow, {}, None, False)
    explained = []
    for verdict in again.verdicts:
        cells = workflow.tables[verdict.action].explain(verdict, again.inputs)
        reason = workflow.reasons.get(verdict.reason or "")
        explained.append(Explained(verdict, _rows(cells), reason.staff if reason else ""))
    return DecisionView(
        case, kept, workflow, _shown(workflow, again.inputs), explained,
        again.as_json() == dict(kept.document),
    )


def _shown(
    workflow: Workflow, inputs: Mapping[str, FactValue | None]
) -> dict[str, FactValue | None]:
    """Without those that the workflow calls sensitive."""
    hidden = {f.name for f in workflow.trigger.facts if f.sensitive or f.known_fact}
    return {name: value for name, value in inputs.items() if name not in hidden}


def _workflow(rt: Runtime, tx: Tx, kept: Kept) -> Workflow | None:
    """The version that decided."""
    live = rt.workflows.get(kept.workflow)
    if live is not None and live.hash == kept.hash:
        return live
    document = workflows.document_of(tx, kept.workflow, kept.version)
    if document is None:
        return None
    try:
        return read_document(rt.registry, document, f"{kept.workflow} {kept.version}")
    except WorkflowErrors:
        return None


def _rows(cells: Sequence[Cell]) -> list[tuple[int, list[Cell]]]:
    rows: dict[int, list[Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(cell)
    return list(rows.items())
