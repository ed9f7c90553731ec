"""Take one thing the provider said about a payment: signed, or fetched. Each counts once."""

from __future__ import annotations

from inthread.commands.steps.book_payment import book_payment
from inthread.commands.steps.look_for_money import look_for_money
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.cadence import resume_at
from inthread.domain.case import Case, CaseState
from inthread.domain.payment import Payment, PaymentEvent, PaymentState, fold
from inthread.domain.refusals import NotFound
from inthread.runtime import Runtime
from inthread.store import audit, cases, outbox, payments
from inthread.store.db import Tx


def record_payment_event(
    rt: Runtime, *, actor: Actor, provider: str, event: PaymentEvent
) -> PaymentState:
    """The payment's state with this event folded in. An event seen before changes nothing; no
    state is left backwards. Raises NotFound for a payment that is not ours."""
    actor.require("payments:write")
    now = rt.now()
    with rt.db.begin() as tx:
        payment = payments.get(tx, event.payment_id)
        case = cases.lock(tx, payment.case_id)
        if payment.provider != provider:
            raise NotFound("payment")
        if not payments.add_event(tx, provider, event, now):
            return payments.get(tx, payment.id).state
        payment = payments.get(tx, payment.id)
        state = fold(payment.amount, payments.events(tx, payment.id))
        if state is not payment.state:
            payments.turn(tx, payment.id, state)
            _follow(rt, tx, actor, case, payment, state, event.reference)
        return state


def _follow(
    rt: Runtime, tx: Tx, actor: Actor, case: Case, payment: Payment, state: PaymentState,
    reference: str,
) -> None:
    if state is PaymentState.SUCCEEDED:
        _succeeded(rt, tx, actor, case, payment, reference)
    elif state is PaymentState.FAILED:
        _failed(rt, tx, actor, case, payment)
    else:
        event = (
            AuditEvent.PAYMENT_REFUNDED if state is PaymentState.REFUNDED
            else AuditEvent.PAYMENT_UNCLEAR
        )
        audit.append(tx, rt.now(), actor, case.id, event, payment=payment.id)
        why = f"payment {payment.id} is {state}"
        look_for_money(rt, tx, actor=actor, case=case, why=why)


def _succeeded(
    rt: Runtime, tx: Tx, actor: Actor, case: Case, payment: Payment, reference: str
) -> None:
    audit.append(
        tx, rt.now(), actor, case.id, AuditEvent.PAYMENT_SUCCEEDED, payment=payment.id,
        amount=payment.amount.as_json(), reference=reference,
    )
    if not book_payment(rt, tx, actor=actor, case=case, payment=payment):
        why = f"payment {payment.id} succeeded when the case was elsewhere"
        look_for_money(rt, tx, actor=actor, case=case, why=why)


def _failed(rt: Runtime, tx: Tx, actor: Actor, case: Case, payment: Payment) -> None:
    """No money moved: the case goes on as before, quietly."""
    now = rt.now()
    audit.append(tx, now, actor, case.id, AuditEvent.PAYMENT_FAILED, payment=payment.id)
    if case.state is not CaseState.PENDING:
        return
    again = resume_at(case, rt.workflows[case.workflow].cadence, now)
    cases.save(tx, case, case.payment_failed(again))
    outbox.put(tx, rt.new_id("job"), "contact", case.id, again.due, case.id)
