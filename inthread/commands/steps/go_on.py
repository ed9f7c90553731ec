"""What an open case waits for, after it was away."""

from __future__ import annotations

from inthread.commands.steps.book_payment import book_payment
from inthread.domain.actor import Actor
from inthread.domain.case import Case, NextStep
from inthread.runtime import Runtime
from inthread.store import cases, outbox, payments
from inthread.store.db import Tx


def go_on(rt: Runtime, tx: Tx, *, actor: Actor, case: Case) -> Case:
    """The case as saved, with its job. Money that came meanwhile is booked first; then a payment
    that is on its way is awaited; else its cadence goes on at `case.next`."""
    for payment in payments.unbooked(tx, case.id):
        heard = payments.events(tx, payment.id)
        if book_payment(rt, tx, actor=actor, case=case, payment=payment, heard=heard):
            return cases.get(tx, case.id)
    now = rt.now()
    started = payments.started(tx, case.id)
    if started is not None:
        waiting = case.await_payment(NextStep("payment", started.provider, now))
        cases.save(tx, case, waiting)
        outbox.drop(tx, case.id, ("payment", "charge"), now)
        outbox.put(tx, rt.new_id("job"), "payment", started.id, now, case.id)
        return waiting
    if case.next is None:
        raise ValueError(f"{case.id} is open and has no next step")
    outbox.put(tx, rt.new_id("job"), "contact", case.id, case.next.due, case.id)
    return case
