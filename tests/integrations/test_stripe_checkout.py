"""Stripe through its own SDK, against the local Stripe: every way a payment at its page can go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import requests

from integrations.stripe_checkout import StripeCheckout
from inthread.spi import Checkout, KeptCard, Money, Payment, PaymentMode, Rejected
from inthread.testing import Finding, check_payment_provider
from tests.integrations.stripe_payments import (
    CLOSED,
    DECLINED,
    PROCESSING,
    SUCCEEDED,
    charged,
    heard,
    started,
)
from tests.integrations.stripe_payments import provider as provider
from tests.integrations.stripe_provider import (
    BACK,
    brief,
    ids,
    now,
    payment,
    provider_at,
    signed,
    zero,
)
from tests.sandbox.stripe_peer import Peer, peer
from tests.sandbox.stripe_peer import stripe_peer as stripe_peer
from tests.sandbox.stripe_peer import stripe_process as stripe_process


def test_it_conforms(provider: StripeCheckout, stripe_peer: Peer) -> None:
    kept = charged(provider, stripe_peer, number=40)

    def pay(checkout: Checkout) -> tuple[bytes, dict[str, str]]:
        stripe_peer.pay(checkout.url)
        events = stripe_peer.get("events")["events"]
        return signed(next(e for e in events if e["type"] == "payment_intent.succeeded"))

    def charge(number: int) -> Payment:
        return replace(kept, id=f"pay_{number:026d}")

    findings: Sequence[Finding] = check_payment_provider(
        provider, payment, now=now(), pay=pay, return_url=BACK, charge=charge
    )
    assert [finding for finding in findings if not finding.passed] == []
    assert len(findings) > 15


def test_money_by_checkout(provider: StripeCheckout, stripe_peer: Peer) -> None:
    asked, checkout = started(provider, payment(values={"description": "Invoice 4711"}))
    assert checkout.customer == ""
    assert "Invoice 4711" in requests.get(checkout.url, timeout=5).text
    assert provider.fetch(asked) == []
    assert stripe_peer.pay(checkout.url, "secure") == BACK
    (event,) = provider.fetch(asked)
    (intent,) = stripe_peer.objects("payment_intent")
    assert (event.id, event.reference) == (f"{intent['id']}:succeeded", intent["id"])
    assert (event.kind, event.amount, event.card) == (SUCCEEDED, Money(61_40, "USD"), None)
    assert abs(event.at - now()) < timedelta(minutes=1)
    assert heard(provider, stripe_peer) == [event]
    assert provider.close(asked) == [event]
    assert intent["metadata"] == {
        "inthread_payment": asked.id, "inthread_mode": "pay", "inthread_currency": "USD",
    }


def test_the_return_proves_nothing(provider: StripeCheckout, stripe_peer: Peer) -> None:
    """R3.4: whoever comes back without having paid has paid nothing."""
    asked, checkout = started(provider, payment())
    requests.get(checkout.url, timeout=5)
    assert provider.fetch(asked) == []
    assert heard(provider, stripe_peer) == []
    assert stripe_peer.taken() == []


def test_a_decline_and_then_success(provider: StripeCheckout, stripe_peer: Peer) -> None:
    asked, checkout = started(provider, payment())
    stripe_peer.pay(checkout.url, "second_try")
    (declined,) = provider.fetch(asked)
    (charge,) = stripe_peer.objects("charge")
    assert (declined.id, declined.kind) == (f"{charge['id']}:declined", DECLINED)
    stripe_peer.pay(checkout.url, "second_try")
    assert brief(provider.fetch(asked)) == [(SUCCEEDED, 61_40)]
    assert stripe_peer.taken() == [61_40]


def test_an_approval_that_was_refused_is_a_decline(
    provider: StripeCheckout, stripe_peer: Peer
) -> None:
    asked, checkout = started(provider, payment())
    stripe_peer.pay(checkout.url, "secure", approve=False)
    (declined,) = provider.fetch(asked)
    (intent,) = stripe_peer.objects("payment_intent")
    assert (declined.id, declined.kind) == (f"{intent['id']}:declined", DECLINED)
    assert brief(provider.close(asked)) == [(DECLINED, 61_40), (CLOSED, 61_40)]
    assert stripe_peer.taken() == []


def test_money_and_the_card_is_kept(provider: StripeCheckout, stripe_peer: Peer) -> None:
    asked, checkout = started(provider, payment(mode=PaymentMode.KEEP))
    (customer,) = stripe_peer.objects("customer")
    assert checkout.customer == customer["id"]
    stripe_peer.pay(checkout.url)
    (event,) = provider.fetch(asked)
    (method,) = stripe_peer.objects("payment_method")
    assert event.card == KeptCard(method["id"], "visa", "4242", "2030-04")
    assert method["customer"] == customer["id"]
    assert heard(provider, stripe_peer) == [event]


def test_a_card_is_kept_without_money(provider: StripeCheckout, stripe_peer: Peer) -> None:
    asked, checkout = started(provider, payment(mode=PaymentMode.CARD, amount=zero("EUR")))
    assert "No charge now" in requests.get(checkout.url, timeout=5).text
    stripe_peer.pay(checkout.url, "second_try")
    assert provider.fetch(asked) == []
    stripe_peer.pay(checkout.url, "second_try")
    (event,) = provider.fetch(asked)
    (setup,) = stripe_peer.objects("setup_intent")
    (method,) = stripe_peer.objects("payment_method")
    assert (event.id, event.kind) == (f"{setup['id']}:succeeded", SUCCEEDED)
    assert event.amount == Money(0, "EUR")
    assert event.card == KeptCard(method["id"], "mastercard", "4444", "2030-04")
    assert heard(provider, stripe_peer) == [event]
    assert stripe_peer.taken() == []


def test_the_same_customer_at_stripe(provider: StripeCheckout, stripe_peer: Peer) -> None:
    first, _ = started(provider, payment(1, mode=PaymentMode.CARD, amount=zero()))
    second, checkout = started(provider, payment(2, customer=first.customer))
    assert (checkout.customer, len(stripe_peer.objects("customer"))) == (first.customer, 1)
    stripe_peer.pay(checkout.url)
    assert stripe_peer.objects("charge")[0]["customer"] == first.customer
    lost = replace(second, reference=None)
    assert provider.fetch(lost) == provider.fetch(second) != []


def test_somebody_else_pays_as_a_guest(provider: StripeCheckout, stripe_peer: Peer) -> None:
    _, checkout = started(provider, payment(customer="cus_of_the_person", payer_link_id="pl_1"))
    assert checkout.customer == ""
    assert stripe_peer.objects("checkout.session")[0]["customer"] is None


@pytest.mark.parametrize(
    ("methods", "currency", "means"),
    [(("card",), "USD", ["card"]), (("bank",), "USD", ["us_bank_account"]),
     (("card", "bank"), "USD", ["card", "us_bank_account"]), (("card", "bank"), "EUR", ["card"])],
)
def test_means_by_policy(
    provider: StripeCheckout, stripe_peer: Peer, methods: tuple[str, ...], currency: str,
    means: list[str],
) -> None:
    provider.start(payment(methods=methods, amount=Money(61_40, currency)), BACK)
    assert stripe_peer.objects("checkout.session")[0]["payment_method_types"] == means


def test_no_means_left_is_refused(provider: StripeCheckout, stripe_peer: Peer) -> None:
    with pytest.raises(Rejected):
        provider.start(payment(methods=("bank",), amount=Money(61_40, "EUR")), BACK)
    assert stripe_peer.objects("checkout.session") == []


def test_a_debit_of_an_account(provider: StripeCheckout, stripe_peer: Peer) -> None:
    asked, checkout = started(provider, payment(methods=("bank",), mode=PaymentMode.KEEP))
    stripe_peer.pay(checkout.url, "bank")
    assert provider.fetch(asked) == provider.close(asked)
    assert brief(provider.fetch(asked)) == [(PROCESSING, 61_40)]
    (intent,) = stripe_peer.objects("payment_intent")
    stripe_peer.post(f"debits/{intent['id']}", works=True)
    (event,) = provider.fetch(asked)
    assert (event.kind, event.amount.minor) == (SUCCEEDED, 61_40)
    assert event.card == KeptCard(
        stripe_peer.objects("payment_method")[0]["id"], "SANDBOX BANK", "6789"
    )


def test_a_debit_that_comes_back(provider: StripeCheckout, stripe_peer: Peer) -> None:
    asked, checkout = started(provider, payment(methods=("bank",)))
    stripe_peer.pay(checkout.url, "bank")
    (intent,) = stripe_peer.objects("payment_intent")
    stripe_peer.post(f"debits/{intent['id']}", works=False)
    assert brief(provider.fetch(asked)) == [(DECLINED, 61_40), (CLOSED, 61_40)]
    assert {event.id for event in heard(provider, stripe_peer)} == set(ids(provider.fetch(asked)))


def test_closing(provider: StripeCheckout, stripe_peer: Peer) -> None:
    asked, checkout = started(provider, payment())
    (closed,) = provider.close(asked)
    assert (closed.id, closed.kind) == (f"{asked.reference}:closed", CLOSED)
    assert ids(provider.close(asked)) == ids(heard(provider, stripe_peer)) == [closed.id]
    assert provider.start(asked, BACK).url == checkout.url
    stripe_peer.pay(checkout.url)
    assert stripe_peer.taken() == []


def test_what_was_never_started_cannot_be_started_after_it_was_closed(
    provider: StripeCheckout, stripe_peer: Peer
) -> None:
    assert brief(provider.close(payment(mode=PaymentMode.KEEP))) == [(CLOSED, 61_40)]
    late = provider.start(payment(mode=PaymentMode.KEEP), BACK)
    stripe_peer.pay(late.url)
    with pytest.raises(Rejected):
        provider.start(payment(mode=PaymentMode.KEEP), f"{BACK}-elsewhere")
    (only,) = stripe_peer.objects("checkout.session")
    assert (only["status"], stripe_peer.taken()) == ("expired", [])


def test_a_page_of_elsewhere_is_not_followed(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = tmp_path_factory.mktemp("elsewhere")
    with peer(store, "--public", "http://localhost:9") as at, pytest.raises(Rejected):
        provider_at(at.url).start(payment(), BACK)
