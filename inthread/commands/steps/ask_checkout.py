"""Ask the provider for the page of a payment that was written down."""

from __future__ import annotations

from inthread.domain.payment import Payment, PaymentState
from inthread.domain.refusals import AlreadySettled, ProviderDown
from inthread.runtime import Runtime
from inthread.store import payers, payments


def ask_checkout(rt: Runtime, payment: Payment, person_id: str) -> str:
    """The address of the provider's page; asked again, the same. Nothing is held meanwhile. Whom
    the provider knows *person_id* as is kept, unless somebody else pays. Raises AlreadySettled when
    the payment is no longer open, ProviderDown when the provider gave no page."""
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
            payers.keep(tx, person_id, payment.provider, checkout.customer, rt.now())
    return checkout.url
