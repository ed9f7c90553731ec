"""The customer asks what became of their payment, or gives it up to choose another way."""

from __future__ import annotations

from inthread.acting.take_visit import take_visit
from inthread.commands.check_payment import ask_provider
from inthread.domain.actor import WORKER, Actor
from inthread.domain.payment import PaymentMode, PaymentState
from inthread.domain.refusals import AlreadySettled, NotFound, ProviderDown
from inthread.runtime import Runtime
from inthread.store import links, payments


def look_at_payment(
    rt: Runtime, *, actor: Actor, token: str, payment_id: str, give_up: bool = False
) -> PaymentState:
    """The payment's state after asking the provider now. *give_up* closes its checkout first: when
    the money had moved already it counts, else the case is open again. Raises ProviderDown when
    the provider does not confirm that it is closed, AlreadySettled for a charge: it is being taken,
    and cannot be given up."""
    actor.require("visit")
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        payment = payments.get(tx, payment_id)
        if payment.case_id != taken.case.id:
            raise NotFound("payment")
        if give_up and payment.mode is PaymentMode.CHARGE:
            raise AlreadySettled(payment.id)
        links.save_visit(tx, taken.visit.seen(rt.now()))
    if payment.state is PaymentState.STARTED:
        ask_provider(rt, actor=WORKER, payment=payment, close=give_up)
    with rt.db.read() as tx:
        state = payments.get(tx, payment_id).state
    if give_up and state is PaymentState.STARTED:
        raise ProviderDown("not closed")
    return state
