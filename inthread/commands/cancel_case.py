"""The back office takes a case back, e.g. because it was paid elsewhere: nothing more is sent."""

from __future__ import annotations

from inthread.commands.steps.hand_over import stop_reminders
from inthread.commands.steps.trigger_reader import trigger_reader
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.case import Case, CaseState
from inthread.domain.facts import clean_text, mask_cards
from inthread.domain.intake import Answer, AnswerStatus
from inthread.domain.refusals import AlreadySettled, BadInput, NotFound, Problem
from inthread.runtime import Runtime
from inthread.store import audit, cases, links, outbox, outcomes, payments, work_items
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
    why = _reason(reason)
    with rt.db.begin() as tx:
        case = _find(rt, tx, case_id, workflow, facts)
        if not case.live:
            return _ended(case)
        item = work_items.open_of(tx, case.id)
        money = item is not None and item.reason == "payment_unclear"
        if money or payments.unbooked(tx, case.id) or outcomes.of_attempt(
            tx, case.id, case.attempt
        ):
            raise AlreadySettled(case.id)
        _withdraw(rt, tx, actor, case, why)
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


def _withdraw(rt: Runtime, tx: Tx, actor: Actor, case: Case, why: str) -> None:
    now = rt.now()
    item = work_items.open_of(tx, case.id)
    if item is not None:
        work_items.resolve(tx, item.id, "withdrawn", str(actor), now)
    stop_reminders(tx, case, "withdrawn", now)
    links.kill(tx, case.id, now)
    payment = payments.started(tx, case.id)
    if payment is not None:
        outbox.drop(tx, case.id, ("payment",), now)
        outbox.put(tx, rt.new_id("job"), "payment", payment.id, now, case.id)
    cases.save(tx, case, case.end(CaseState.WITHDRAWN, now, why))
    audit.append(
        tx, now, actor, case.id, AuditEvent.CASE_WITHDRAWN, reason_sha256=sealed(why),
        work_item=item.id if item else None, payment=payment.id if payment else None,
    )


def _reason(reason: str) -> str:
    try:
        text = clean_text(reason)
    except ValueError as problem:
        raise BadInput([Problem("/reason", str(problem))]) from None
    if not text:
        raise BadInput([Problem("/reason", "is empty: say why, e.g. paid elsewhere")])
    if len(text) > LONGEST_REASON:
        said = f"has {len(text)} characters; the most is {LONGEST_REASON}"
        raise BadInput([Problem("/reason", said)])
    return mask_cards(text)
