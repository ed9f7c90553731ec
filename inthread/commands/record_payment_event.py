"""Take one thing the provider said about a payment: signed, or fetched. Each counts once."""

from __future__ import annotations

from sqlalchemy import Connection

from inthread.commands.steps.hand_over import hand_over
from inthread.commands.steps.record_outcome import Done, record_outcome
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.cadence import resume_at
from inthread.domain.case import Case, CaseState
from inthread.domain.payment import Payment, PaymentEvent, PaymentState, fold
from inthread.domain.refusals import NotFound
from inthread.runtime import Runtime
from inthread.store import audit, cases, links, outbox, payments, people


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
    rt: Runtime, tx: Connection, actor: Actor, case: Case, payment: Payment, state: PaymentState,
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
        _unclear(rt, tx, actor, case, f"payment {payment.id} is {state}")


def _succeeded(
    rt: Runtime, tx: Connection, actor: Actor, case: Case, payment: Payment, reference: str
) -> None:
    now = rt.now()
    audit.append(
        tx, now, actor, case.id, AuditEvent.PAYMENT_SUCCEEDED, payment=payment.id,
        amount=payment.amount.as_json(), reference=reference,
    )
    left = case.remaining
    fits = left is None or payment.amount <= left
    if case.state not in (CaseState.OPEN, CaseState.PENDING) or not fits:
        _unclear(rt, tx, actor, case, f"payment {payment.id} succeeded when the case was elsewhere")
        return
    done = Done(
        action=payment.action, kind=payment.outcome_kind, amount=payment.amount,
        lines=payments.lines(tx, payment.id),
        values={
            **payment.values, "payment": payment.id, "amount": payment.amount.as_json(),
            "minor": payment.amount.minor, "currency": payment.amount.currency,
            "provider": payment.provider, "provider_reference": reference,
            "paid_on": now.date().isoformat(),
        },
    )
    record_outcome(
        rt, tx, actor=actor, case=case, person=people.get(tx, case.person_id),
        visit=links.newest_visit(tx, case.id), done=done,
    )


def _failed(rt: Runtime, tx: Connection, actor: Actor, case: Case, payment: Payment) -> None:
    """No money moved: the case goes on as before, quietly."""
    now = rt.now()
    audit.append(tx, now, actor, case.id, AuditEvent.PAYMENT_FAILED, payment=payment.id)
    if case.state is not CaseState.PENDING:
        return
    again = resume_at(case, rt.workflows[case.workflow].cadence, now)
    cases.save(tx, case, case.payment_failed(again))
    outbox.put(tx, rt.new_id("job"), "contact", case.id, again.due, case.id)


def _unclear(rt: Runtime, tx: Connection, actor: Actor, case: Case, why: str) -> None:
    """Money that nobody expected is never lost: a person gets it, if need be on a case that had
    ended, or on the newer case for the same obligation."""
    newer = {} if case.live else cases.live_by_key(tx, case.workflow, [case.natural_key])
    hand_over(
        rt, tx, actor=actor, case=newer.get(case.natural_key, case), reason="payment_unclear",
        why=why,
    )
