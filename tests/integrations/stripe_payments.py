"""Payments at the local Stripe: started, charged from a kept card, and what its webhooks said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.stripe_checkout import StripeCheckout
from inthread.spi import Checkout, Payment, PaymentEvent, PaymentKind, PaymentMode
from tests.integrations.stripe_provider import BACK, now, payment, provider_at, signed, zero
from tests.sandbox.stripe_peer import Peer

SUCCEEDED, DECLINED, CLOSED = PaymentKind.SUCCEEDED, PaymentKind.DECLINED, PaymentKind.CLOSED
PROCESSING = PaymentKind.PROCESSING


@pytest.fixture
def provider(stripe_peer: Peer) -> StripeCheckout:
    return provider_at(stripe_peer.url)


def started(provider: StripeCheckout, asked: Payment) -> tuple[Payment, Checkout]:
    """As the core keeps it after a start."""
    checkout = provider.start(asked, BACK)
    return replace(
        asked, reference=checkout.reference, customer=checkout.customer or asked.customer
    ), checkout


def heard(provider: StripeCheckout, at: Peer) -> list[PaymentEvent]:
    """What every webhook so far says, each event once, in the order of the webhooks."""
    found: dict[str, PaymentEvent] = {}
    for event in at.get("events")["events"]:
        for one in provider.parse(*signed(event), now()):
            found.setdefault(one.id, one)
    return list(found.values())


def charged(provider: StripeCheckout, at: Peer, card: str = "works", number: int = 7) -> Payment:
    """A payment off session, from a card that was kept just now."""
    asked = payment(number, mode=PaymentMode.CARD, amount=zero())
    kept, checkout = started(provider, asked)
    at.pay(checkout.url, card)
    (event,) = provider.fetch(kept)
    assert event.card is not None
    return payment(
        number + 1, mode=PaymentMode.CHARGE, customer=kept.customer, method=event.card.token
    )
