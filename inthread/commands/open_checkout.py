"""Send the customer to the provider's page for a payment that was written down before."""

from __future__ import annotations

from inthread.acting.take_visit import take_visit
from inthread.domain.actor import Actor
from inthread.domain.payment import PaymentState
from inthread.domain.refusals import AlreadySettled, NotFound, ProviderDown
from inthread.runtime import Runtime
from inthread.store import payers, payments


def open_checkout(rt: Runtime, *, actor: Actor, token: str, payment_id: str) -> str:
    """The address of the provider's page. Asked again, it is the same checkout: the payment's id
    is the provider's idempotency key. Raises AlreadySettled when it is no longer open, and
    ProviderDown when the provider gave no page; nothing was taken then, and it may be tried again.
    """
    actor.require("visit")
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        payment = payments.get(tx, payment_id)
        if payment.case_id != taken.case.id:
            raise NotFound("payment")
    if payment.state is not PaymentState.STARTED:
        raise AlreadySettled(payment.id)
    if payment.checkout_url is not None:
        return payment.checkout_url
    rt.db.assert_closed()
    try:
        checkout = rt.registry.payments[payment.provider].start(
            payment, f"{rt.origin}/return/{payment.return_ref}"
        )
    except Exception as fault:
        raise ProviderDown(type(fault).__name__) from fault
    with rt.db.begin() as tx:
        known = checkout.customer or payment.customer
        payments.give_checkout(tx, payment.id, checkout.reference, checkout.url, known)
        if checkout.customer and payment.payer_link_id is None:
            payers.keep(tx, taken.person.id, payment.provider, checkout.customer, rt.now())
    return checkout.url
