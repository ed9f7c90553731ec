"""Stripe through its own SDK: no answer, half an answer, and webhooks that cannot be believed."""

from __future__ import annotations

import pytest
import requests

from integrations.answers import Unclear
from integrations.stripe_checkout import StripeCheckout
from integrations.stripe_signatures import StripeSignatures
from inthread.spi import Rejected, Retry
from tests.integrations.stripe_payments import CLOSED, SUCCEEDED, charged, heard, started
from tests.integrations.stripe_payments import provider as provider
from tests.integrations.stripe_provider import BACK, brief, now, payment, provider_at, signed
from tests.sandbox.stripe_peer import HOOK_SECRET, Peer
from tests.sandbox.stripe_peer import stripe_peer as stripe_peer
from tests.sandbox.stripe_peer import stripe_process as stripe_process


def test_no_answer_after_it_was_done(stripe_peer: Peer) -> None:
    """Unknown; and said again, it is the one that was made, and the card is charged once."""
    hasty, patient = provider_at(stripe_peer.url, timeout=0.3), provider_at(stripe_peer.url)
    asked = charged(patient, stripe_peer)
    stripe_peer.fault("timeout_after", on="payment_intents", times=1, seconds=0.6)
    with pytest.raises(requests.RequestException):
        hasty.charge(asked)
    (event,) = patient.fetch(asked)
    assert [*patient.charge(asked)] == [event]
    stripe_peer.fault("timeout_after", on="checkout", times=1, seconds=0.6)
    with pytest.raises(requests.RequestException):
        hasty.start(payment(1), BACK)
    assert patient.fetch(payment(1)) == []
    assert patient.start(payment(1), BACK).url.startswith(stripe_peer.url)
    assert len(stripe_peer.objects("checkout.session")) == 2
    assert stripe_peer.taken() == [61_40]


def test_no_answer_and_it_was_not_done(stripe_peer: Peer) -> None:
    hasty, patient = provider_at(stripe_peer.url, timeout=0.3), provider_at(stripe_peer.url)
    asked = charged(patient, stripe_peer)
    stripe_peer.fault("timeout_before", on="payment_intents", times=1, seconds=0.6)
    with pytest.raises(requests.RequestException):
        hasty.charge(asked)
    assert patient.fetch(asked) == []
    assert brief(patient.charge(asked)) == [(SUCCEEDED, 61_40)]
    assert stripe_peer.taken() == [61_40]


def test_a_500_after_it_was_done_is_said_again_and_found_by_looking(
    provider: StripeCheckout, stripe_peer: Peer
) -> None:
    asked = charged(provider, stripe_peer)
    stripe_peer.fault("error_after", on="payment_intents", times=1)
    for _ in range(2):
        with pytest.raises(Unclear):
            provider.charge(asked)
    assert brief(provider.fetch(asked)) == [(SUCCEEDED, 61_40)]
    assert stripe_peer.taken() == [61_40]


def test_a_start_with_a_500_is_closed_by_looking(
    provider: StripeCheckout, stripe_peer: Peer
) -> None:
    stripe_peer.fault("error_after", on="checkout", times=1)
    with pytest.raises(Unclear):
        provider.start(payment(), BACK)
    assert brief(provider.close(payment())) == [(CLOSED, 61_40)]
    assert [s["status"] for s in stripe_peer.objects("checkout.session")] == ["expired"]


@pytest.mark.parametrize("mode", ["throttle", "conflict"])
def test_busy_is_tried_again(provider: StripeCheckout, stripe_peer: Peer, mode: str) -> None:
    stripe_peer.fault(mode, times=1)
    with pytest.raises(Retry) as why:
        provider.start(payment(), BACK)
    assert why.value.after == (1 if mode == "throttle" else None)
    assert stripe_peer.objects("checkout.session") == []
    assert provider.start(payment(), BACK).reference.startswith("cs_test_")


def test_a_webhook_that_cannot_be_looked_into_has_to_come_again(
    provider: StripeCheckout, stripe_peer: Peer
) -> None:
    _, checkout = started(provider, payment())
    stripe_peer.pay(checkout.url)
    event = stripe_peer.get("events")["events"][-1]
    stripe_peer.post("reset")
    with pytest.raises(Unclear):
        provider.parse(*signed(event), now())


def test_webhooks_of_others_say_nothing(provider: StripeCheckout, stripe_peer: Peer) -> None:
    """Other software at the same account: read, and not ours."""
    customer = stripe_peer.sdk.v1.customers.create({})
    method = stripe_peer.sdk.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    intent = stripe_peer.sdk.v1.payment_intents.create({
        "amount": 100, "currency": "usd", "customer": customer.id, "payment_method": method.id,
        "off_session": True, "confirm": True, "metadata": {"order": "5"},
    })
    stripe_peer.post("refunds", payment_intent=intent.id)
    assert stripe_peer.told()[-1] == "charge.refunded"
    assert heard(provider, stripe_peer) == []
    assert provider.parse(
        *signed({"data": {"object": {"object": "invoice", "id": "in_1"}}}), now()
    ) == []


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data": {"object": {"object": 1, "id": 2}}}'])
def test_what_is_no_event_is_refused(provider: StripeCheckout, body: bytes) -> None:
    headers = {"Stripe-Signature": StripeSignatures(HOOK_SECRET).sign(body, now())}
    with pytest.raises(Rejected):
        provider.parse(body, headers, now())
