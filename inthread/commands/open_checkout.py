"""Send the customer to the provider's page for a payment that was written down before."""

from __future__ import annotations

from inthread.acting.take_visit import take_visit
from inthread.commands.steps.ask_checkout import ask_checkout
from inthread.domain.actor import Actor
from inthread.domain.payment import PaymentMode
from inthread.domain.refusals import NotFound
from inthread.runtime import Runtime
from inthread.store import payments


def open_checkout(rt: Runtime, *, actor: Actor, token: str, payment_id: str) -> str:
    """The address of the provider's page. Asked again, it is the same checkout: the payment's id
    is the provider's idempotency key. Raises AlreadySettled when it is no longer open, and
    ProviderDown when the provider gave no page; nothing was taken then, and it may be tried again.
    A payment that somebody else makes, or that is taken from a kept card, is not the customer's to
    go on with: NotFound.
    """
    actor.require("visit")
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        payment = payments.get(tx, payment_id)
        theirs = payment.payer_link_id is None and payment.mode is not PaymentMode.CHARGE
        if payment.case_id != taken.case.id or not theirs:
            raise NotFound("payment")
    return ask_checkout(rt, payment, taken.person.id)
