"""Take the money of a scheduled payment on its day, once.

The payment is written down before the provider is called. When its answer stays away, the provider
is asked what it knows before the same payment is asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from inthread.commands.check_payment import GIVE_UP, SELDOM, SLOWEST, ask_provider
from inthread.commands.record_payment_event import record_payment_event
from inthread.commands.steps.call_off import call_off
from inthread.commands.steps.look_for_money import look_for_money
from inthread.commands.steps.open_again import open_again
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.payment import (
    Payment,
    PaymentMode,
    PaymentState,
    ScheduledPayment,
    ScheduleState,
    card_of,
    on_its_way,
)
from inthread.domain.refusals import NotFound
from inthread.runtime import Runtime
from inthread.spi import Rejected, Retry
from inthread.store import audit, cases, outbox, payments, scheduled
from inthread.store.db import Tx

LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True)
class _Heard:
    """`refused`: the provider will never take it. `wait`: how long it asked to be left alone."""

    refused: bool = False
    wait: timedelta = timedelta(0)


def carry_charge(rt: Runtime, *, actor: Actor, job: outbox.Job) -> None:
    """Take the scheduled payment `job.ref`, or go on asking what became of it. A decline opens the
    case again; after a day without an answer a person gets it. Nothing is taken of a case that owes
    less by now, or that waits for something else."""
    actor.require("carry")
    with rt.db.begin() as tx:
        case = cases.lock(tx, job.case_id)
        if not outbox.held(tx, job, rt.now()):
            return
        schedule = scheduled.get(tx, job.ref)
        payment, new = _payment(rt, tx, actor, case, schedule)
        if payment is None:
            outbox.done(tx, job, rt.now())
            return
    heard = _call(rt, actor, payment, new=new)
    with rt.db.begin() as tx:
        case = cases.lock(tx, payment.case_id)
        payment = payments.get(tx, payment.id)
        if outbox.done(tx, job, rt.now()) and payment.state is PaymentState.STARTED:
            _not_yet(rt, tx, actor, case, payment, schedule.id, heard)


def _payment(
    rt: Runtime, tx: Tx, actor: Actor, case: Case, schedule: ScheduledPayment
) -> tuple[Payment | None, bool]:
    """What is to be taken, and whether it was never asked for; None when nothing is. Of a case that
    somebody else has by now it is only awaited, and closed in the end."""
    if schedule.state is ScheduleState.CHARGING and schedule.payment_id is not None:
        payment = payments.get(tx, schedule.payment_id)
        if payment.state is not PaymentState.STARTED:
            return None, False
        if case.state is not CaseState.PENDING:
            outbox.put(tx, rt.new_id("job"), "payment", payment.id, rt.now(), case.id)
            return None, False
        return payment, False
    if schedule.state is not ScheduleState.WAITING:
        return None, False
    left = case.remaining
    if case.state is not CaseState.PENDING or (left is not None and left < schedule.amount):
        call_off(rt, tx, actor=actor, case=case, why="less is owed now")
        open_again(rt, tx, case)
        return None, False
    return _made(rt, tx, actor, case, schedule), True


def _made(
    rt: Runtime, tx: Tx, actor: Actor, case: Case, schedule: ScheduledPayment
) -> Payment:
    """The charge, as it was agreed to when the card was left."""
    now, left = rt.now(), payments.get(tx, schedule.card_payment_id)
    card = card_of(payments.events(tx, left.id))
    if card is None:
        raise NotFound("card")
    payment = Payment(
        id=rt.new_id("pay"), case_id=case.id, provider=left.provider, amount=schedule.amount,
        action=left.action, outcome_kind=left.outcome_kind, values=left.values,
        return_ref=rt.new_token(), started_at=now, mode=PaymentMode.CHARGE,
        customer=left.customer, method=card.token, methods=left.methods, evidence=left.evidence,
    )
    payments.add(tx, payment, payments.lines(tx, left.id))
    scheduled.charge(tx, schedule.id, payment.id)
    due = now + rt.limits.payment_look
    cases.save(tx, case, case.at_step(case.step, NextStep("payment", payment.provider, due)))
    audit.append(
        tx, now, actor, case.id, AuditEvent.PAYMENT_CHARGING, payment=payment.id,
        schedule=schedule.id, amount=payment.amount.as_json(), provider=payment.provider,
    )
    return payment


def _call(rt: Runtime, actor: Actor, payment: Payment, *, new: bool) -> _Heard:
    """Ask first what was heard of it, unless it was never asked for: only a provider that says it
    knows nothing is asked for the money again."""
    if not new:
        known = ask_provider(rt, actor=actor, payment=payment, close=False)
        if known is None or known:
            return _Heard()
    rt.db.assert_closed()
    try:
        events = rt.registry.payments[payment.provider].charge(payment)
    except Retry as refusal:
        return _Heard(wait=timedelta(seconds=min(refusal.after or 0, 86400)))
    except Rejected:
        return _Heard(refused=True)
    except Exception:  # noqa: BLE001 - whatever else it was, nobody knows what happened
        return _Heard()
    for event in events:
        record_payment_event(rt, actor=actor, provider=payment.provider, event=event)
    return _Heard()


def _not_yet(
    rt: Runtime, tx: Tx, actor: Actor, case: Case, payment: Payment, schedule_id: str,
    heard: _Heard,
) -> None:
    now = rt.now()
    if heard.refused:
        payments.turn(tx, payment.id, PaymentState.FAILED)
        scheduled.end(tx, payment.id, now)
        audit.append(tx, now, actor, case.id, AuditEvent.PAYMENT_FAILED, payment=payment.id)
        open_again(rt, tx, case)
        return
    slow = on_its_way(payments.events(tx, payment.id))
    if payment.age(now) >= (SLOWEST if slow else GIVE_UP):
        days = f"{SLOWEST.days} days" if slow else "a day"
        why = f"no answer about payment {payment.id} for {days}"
        look_for_money(rt, tx, actor=actor, case=case, why=why)
        return
    wait = SELDOM if slow else min(payment.age(now) / 10, LONGEST_WAIT)
    again = now + max(heard.wait, rt.limits.payment_look, wait)
    if case.state is not CaseState.PENDING:
        outbox.put(tx, rt.new_id("job"), "payment", payment.id, again, case.id)
        return
    outbox.put(tx, rt.new_id("job"), "charge", schedule_id, again, case.id)
    step = NextStep("payment", payment.provider, again)
    cases.save(tx, case, case.at_step(case.step, step))
