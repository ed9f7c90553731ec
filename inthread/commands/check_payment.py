"""Ask the provider what became of a payment; close a checkout that nobody uses any more.

The redirect back is never believed, and an event may never come: so we ask (security R3.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from inthread.commands.record_payment_event import record_payment_event
from inthread.commands.steps.look_for_money import look_for_money
from inthread.domain.actor import Actor
from inthread.domain.case import CaseState, NextStep
from inthread.domain.payment import Payment, PaymentEvent, PaymentState, on_its_way
from inthread.runtime import Runtime
from inthread.store import cases, outbox, payments

LIFE = timedelta(minutes=30)
GIVE_UP = timedelta(hours=24)
# A debit of an account arrives, or comes back, within some working days; holidays may lie between.
SLOWEST = timedelta(days=12)
SELDOM = timedelta(hours=1)


def check_payment(rt: Runtime, *, actor: Actor, job: outbox.Job) -> None:
    """Carry the payment `job.ref`: fetch, or close after half an hour, until it is settled. After
    a day without an answer a person gets it; money that is on its way may take twelve."""
    actor.require("payments:write")
    with rt.db.read() as tx:
        payment = payments.get(tx, job.ref)
        slow = on_its_way(payments.events(tx, payment.id))
    if payment.state is PaymentState.STARTED:
        close = not slow and payment.age(rt.now()) >= LIFE
        ask_provider(rt, actor=actor, payment=payment, close=close)
    now = rt.now()
    with rt.db.begin() as tx:
        case = cases.lock(tx, payment.case_id)
        payment = payments.get(tx, payment.id)
        if not outbox.done(tx, job, now) or payment.state is not PaymentState.STARTED:
            return
        slow = on_its_way(payments.events(tx, payment.id))
        if payment.age(now) >= (SLOWEST if slow else GIVE_UP):
            days = f"{SLOWEST.days} days" if slow else "a day"
            why = f"no answer about payment {payment.id} for {days}"
            look_for_money(rt, tx, actor=actor, case=case, why=why)
            return
        again = now + (SELDOM if slow else _wait(rt, payment))
        outbox.put(tx, rt.new_id("job"), "payment", payment.id, again, payment.case_id)
        if case.state is CaseState.PENDING:
            cases.save(
                tx, case, case.at_step(case.step, NextStep("payment", payment.provider, again))
            )


def ask_provider(
    rt: Runtime, *, actor: Actor, payment: Payment, close: bool
) -> Sequence[PaymentEvent] | None:
    """What the provider says now, recorded; None when it does not answer, to be asked again."""
    provider = rt.registry.payments[payment.provider]
    rt.db.assert_closed()
    try:
        events = provider.close(payment) if close else provider.fetch(payment)
    except Exception:  # noqa: BLE001 - a look that failed told us nothing
        return None
    for event in events:
        record_payment_event(rt, actor=actor, provider=payment.provider, event=event)
    return events


def _wait(rt: Runtime, payment: Payment) -> timedelta:
    """Soon at first, then as often as a tenth of its age."""
    return max(rt.limits.payment_look, min(payment.age(rt.now()) / 10, timedelta(minutes=10)))
