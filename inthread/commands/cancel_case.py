"""The back office takes a case back, e.g. because it was paid elsewhere: nothing more is sent."""

from __future__ import annotations

from inthread.commands.steps.staff_words import staff_words
from inthread.commands.steps.trigger_reader import trigger_reader
from inthread.commands.steps.withdraw_case import on_its_way, withdraw_case
from inthread.domain.actor import Actor
from inthread.domain.case import Case, CaseState
from inthread.domain.intake import Answer, AnswerStatus
from inthread.domain.refusals import AlreadySettled, NotFound
from inthread.runtime import Runtime
from inthread.store import cases
from inthread.store.db import Tx

LONGEST_REASON = 200


def cancel_case(
    rt: Runtime, *, actor: Actor, reason: str, case_id: str | None = None,
    workflow: str | None = None, facts: object = None,
) -> Answer:
    """End the case of an id, or of a workflow and the facts of its natural key, as withdrawn.

    cancelled; unchanged when it was withdrawn before; already_ended when it ended otherwise. A
    payment that is on its way is looked after until it is settled: late money is seen.
    Raises BadInput, NotFound, and AlreadySettled while an outcome is on its way to the source or
    a person looks at money that came.
    """
    actor.require("triggers:write")
    why = staff_words(reason, "/reason", LONGEST_REASON, ask="say why, e.g. paid elsewhere")
    with rt.db.begin() as tx:
        case = _find(rt, tx, case_id, workflow, facts)
        if not case.live:
            return _ended(case)
        if on_its_way(tx, case):
            raise AlreadySettled(case.id)
        withdraw_case(rt, tx, actor=actor, case=case, why=why)
        return Answer(AnswerStatus.CANCELLED, case.id, case.reference)


def _find(
    rt: Runtime, tx: Tx, case_id: str | None, workflow: str | None, facts: object
) -> Case:
    if case_id is not None:
        return cases.lock(tx, case_id)
    meant, key, reference = trigger_reader(rt).read_key(workflow, facts)
    found = cases.current_by_key(tx, {meant.key: [(key, reference)]})
    if not found:
        raise NotFound("case")
    return found[meant.key, key]


def _ended(case: Case) -> Answer:
    if case.state is CaseState.WITHDRAWN:
        return Answer(AnswerStatus.UNCHANGED, case.id, case.reference)
    return Answer(AnswerStatus.ALREADY_ENDED, case.id, case.reference, f"it is {case.state}")
