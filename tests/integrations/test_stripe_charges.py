"""Stripe through its own SDK: a kept card is charged once, and what comes after a payment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.stripe_checkout import StripeCheckout
from inthread.spi import Money, PaymentKind, PaymentMode, Rejected
from tests.integrations.stripe_payments import CLOSED, DECLINED, SUCCEEDED, charged, heard, started
from tests.integrations.stripe_payments import provider as provider
from tests.integrations.stripe_provider import brief, ids, payment
from tests.sandbox.stripe_peer import Peer
from tests.sandbox.stripe_peer import stripe_peer as stripe_peer
from tests.sandbox.stripe_peer import stripe_process as stripe_process


def test_a_kept_card_is_charged_once(provider: StripeCheckout, stripe_peer: Peer) -> None:
    asked = charged(provider, stripe_peer)
    (event,) = provider.charge(asked)
    assert (event.kind, event.amount) == (SUCCEEDED, Money(61_40, "USD"))
    assert [*provider.charge(asked)] == [*provider.fetch(asked)] == [event]
    assert provider.fetch(replace(asked, reference=event.reference)) == [event]
    assert provider.close(asked) == [event]
    assert event in heard(provider, stripe_peer)
    assert stripe_peer.taken() == [61_40]


@pytest.mark.parametrize("card", ["fails_later", "secure_always"])
def test_the_bank_says_no_while_nobody_is_there(
    provider: StripeCheckout, stripe_peer: Peer, card: str
) -> None:
    asked = charged(provider, stripe_peer, card)
    (event,) = provider.charge(asked)
    assert (event.kind, event.amount) == (DECLINED, Money(61_40, "USD"))
    assert [*provider.charge(asked)] == [*provider.fetch(asked)] == [event]
    assert ids(heard(provider, stripe_peer))[-1] == event.id
    (intent,) = stripe_peer.objects("payment_intent")
    assert (intent["status"], stripe_peer.taken()) == ("requires_payment_method", [])


def test_a_charge_that_was_closed_before_takes_nothing(
    provider: StripeCheckout, stripe_peer: Peer
) -> None:
    asked = charged(provider, stripe_peer)
    assert brief(provider.close(asked)) == [(CLOSED, 61_40)]
    with pytest.raises(Rejected):
        provider.charge(asked)
    assert stripe_peer.taken() == []


def test_nothing_is_charged_without_a_card(provider: StripeCheckout, stripe_peer: Peer) -> None:
    with pytest.raises(Rejected):
        provider.charge(payment(mode=PaymentMode.CHARGE))
    assert provider.fetch(payment(mode=PaymentMode.CHARGE)) == []
    assert stripe_peer.objects("payment_intent") == []


def test_refunds(provider: StripeCheckout, stripe_peer: Peer) -> None:
    asked, checkout = started(provider, payment())
    stripe_peer.pay(checkout.url)
    (intent,) = stripe_peer.objects("payment_intent")
    first = stripe_peer.post("refunds", payment_intent=intent["id"], amount=10_00)
    stripe_peer.post("refunds", payment_intent=intent["id"], amount=1, status="pending")
    rest = stripe_peer.post("refunds", payment_intent=intent["id"], amount=51_39)
    events = provider.fetch(asked)
    assert sorted(brief(events)) == sorted([
        (SUCCEEDED, 61_40), (PaymentKind.REFUNDED, 10_00), (PaymentKind.REFUNDED, 51_39),
    ])
    assert {f"{first['id']}:refunded", f"{rest['id']}:refunded"} < set(ids(events))
    assert {event.id for event in heard(provider, stripe_peer)} == set(ids(events))


@pytest.mark.parametrize(
    ("status", "kind"),
    [("won", PaymentKind.DISPUTE_WON), ("lost", PaymentKind.DISPUTE_LOST)],
)
def test_disputes(
    provider: StripeCheckout, stripe_peer: Peer, status: str, kind: PaymentKind
) -> None:
    asked, checkout = started(provider, payment())
    stripe_peer.pay(checkout.url)
    (intent,) = stripe_peer.objects("payment_intent")
    made = stripe_peer.post("disputes", payment_intent=intent["id"])
    assert brief(provider.fetch(asked)) == [(SUCCEEDED, 61_40), (PaymentKind.DISPUTED, 61_40)]
    stripe_peer.post(f"disputes/{made['id']}", status=status)
    events = provider.fetch(asked)
    assert brief(events)[2:] == [(kind, 61_40)]
    assert ids(events)[1:] == [f"{made['id']}:disputed", f"{made['id']}:{kind.value}"]
    assert ids(heard(provider, stripe_peer)) == ids(events)


def test_a_part_capture_says_what_was_taken(provider: StripeCheckout, stripe_peer: Peer) -> None:
    asked, checkout = started(provider, payment())
    stripe_peer.fault("part_capture", times=1)
    stripe_peer.pay(checkout.url)
    assert brief(provider.fetch(asked)) == [(SUCCEEDED, 61_39)]
