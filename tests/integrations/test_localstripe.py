"""An independent check of what we believe of Stripe: localstripe, by another author, as a process
of its own. SetupIntents, refunds, declines and the signatures of webhooks."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import stripe

from integrations.stripe_checkout import StripeCheckout
from inthread.spi import Money, Payment, PaymentKind, PaymentMode, Rejected
from tests.integrations.stripe_provider import brief, now, payment, provider_at, signed, zero
from tests.sandbox.inthread_stub import Stub, inthread
from tests.sandbox.processes import ROOT, free_port
from tests.sandbox.stripe_peer import API_KEY, HOOK_SECRET, until

PYTHON = ROOT / ".venv-peers" / "bin" / "python"


@pytest.fixture(scope="module")
def localstripe() -> Iterator[str]:
    url = f"http://localhost:{(port := free_port())}"
    script = ROOT / "tests" / "integrations" / "localstripe_peer.py"
    process = subprocess.Popen([PYTHON, script, str(port)], cwd=ROOT)
    try:
        _await(process, url)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)


def _await(process: subprocess.Popen[bytes], url: str) -> None:
    for _ in range(200):
        assert process.poll() is None
        try:
            requests.get(url, timeout=2)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(url)


@pytest.fixture(scope="module")
def hooks(localstripe: str) -> Iterator[Stub]:
    """Takes its webhooks."""
    with inthread() as stub:
        given = {"url": f"{stub.url}/hooks", "secret": HOOK_SECRET}
        requests.post(
            f"{localstripe}/_config/webhooks/ours", json=given, timeout=5
        ).raise_for_status()
        yield stub


@pytest.fixture
def sdk(localstripe: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        API_KEY, base_addresses={"api": localstripe}, max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=5),
    )


@pytest.fixture
def provider(localstripe: str) -> StripeCheckout:
    return provider_at(localstripe)


def metadata(asked: Payment) -> dict[str, str]:
    return {"inthread_payment": asked.id, "inthread_mode": asked.mode.value,
            "inthread_currency": asked.amount.currency}


def method(sdk: stripe.StripeClient, number: str = "4242424242424242") -> tuple[str, str]:
    """A customer, and a card of theirs."""
    customer = sdk.v1.customers.create({})
    given: Any = {"type": "card", "card": {
        "number": number, "exp_month": 4, "exp_year": 2030, "cvc": "123",
    }}
    made = sdk.v1.payment_methods.create(given)
    sdk.v1.payment_methods.attach(made.id, {"customer": customer.id})
    return customer.id, made.id


def test_money_and_its_webhook(
    sdk: stripe.StripeClient, provider: StripeCheckout, hooks: Stub
) -> None:
    asked = payment(1, mode=PaymentMode.CHARGE)
    customer, card = method(sdk)
    intent = sdk.v1.payment_intents.create({
        "amount": 61_40, "currency": "usd", "customer": customer, "payment_method": card,
        "confirm": True, "off_session": True, "metadata": metadata(asked),
    })
    until(lambda: any(b"payment_intent.succeeded" in body for _, body in hooks.webhooks))
    headers, body = next(
        (h, b) for h, b in hooks.webhooks if b"payment_intent.succeeded" in b
    )
    (event,) = provider.parse(body, headers, now())
    assert (event.id, event.payment_id) == (f"{intent.id}:succeeded", asked.id)
    assert (event.kind, event.amount) == (PaymentKind.SUCCEEDED, Money(61_40, "USD"))
    kept = payment(1, mode=PaymentMode.CHARGE, reference=intent.id)
    assert list(provider.fetch(kept)) == [event]
    with pytest.raises(Rejected):
        provider.parse(body + b" ", headers, now())
    with pytest.raises(Rejected):
        provider.parse(body.replace(b"6140", b"6141"), headers, now())


def test_refunds_full_and_in_part(sdk: stripe.StripeClient, provider: StripeCheckout) -> None:
    asked = payment(2, mode=PaymentMode.CHARGE)
    customer, card = method(sdk)
    intent = sdk.v1.payment_intents.create({
        "amount": 61_40, "currency": "usd", "customer": customer, "payment_method": card,
        "confirm": True, "off_session": True, "metadata": metadata(asked),
    })
    kept = payment(2, mode=PaymentMode.CHARGE, reference=intent.id)
    sdk.v1.refunds.create({"payment_intent": intent.id, "amount": 10_00})
    assert brief(provider.fetch(kept)) == [
        (PaymentKind.SUCCEEDED, 61_40), (PaymentKind.REFUNDED, 10_00),
    ]
    sdk.v1.refunds.create({"payment_intent": intent.id, "amount": 51_40})
    assert sorted(minor for _, minor in brief(provider.fetch(kept))) == [10_00, 51_40, 61_40]


def test_a_setup_intent_keeps_a_card(sdk: stripe.StripeClient, provider: StripeCheckout) -> None:
    asked = payment(3, mode=PaymentMode.CARD, amount=zero())
    customer, card = method(sdk)
    setup = sdk.v1.setup_intents.create({"customer": customer, "metadata": metadata(asked)})
    said = {"data": {"object": {"object": "setup_intent", "id": setup.id,
                                "metadata": metadata(asked)}}}
    assert provider.parse(*signed(said), now()) == []
    sdk.v1.setup_intents.confirm(setup.id, {"payment_method": card})
    (event,) = provider.parse(*signed(said), now())
    assert (event.id, event.kind) == (f"{setup.id}:succeeded", PaymentKind.SUCCEEDED)
    assert event.amount == zero()
    assert event.card is not None
    assert (event.card.token, event.card.brand, event.card.last_four, event.card.expires) == (
        card, "visa", "4242", "2030-04"
    )


def test_a_decline(sdk: stripe.StripeClient, provider: StripeCheckout) -> None:
    asked = payment(4, mode=PaymentMode.CHARGE)
    customer, card = method(sdk, "4000000000000341")
    with pytest.raises(stripe.CardError):
        sdk.v1.payment_intents.create({
            "amount": 61_40, "currency": "usd", "customer": customer, "payment_method": card,
            "confirm": True, "off_session": True, "metadata": metadata(asked),
        })
    listed = [one.to_dict() for one in sdk.v1.payment_intents.list({}).data]
    (intent,) = (one["id"] for one in listed if one["metadata"] == metadata(asked))
    (event,) = provider.fetch(payment(4, mode=PaymentMode.CHARGE, reference=intent))
    assert (event.kind, event.amount) == (PaymentKind.DECLINED, Money(61_40, "USD"))


def test_an_intent_that_was_given_up_takes_nothing(
    sdk: stripe.StripeClient, provider: StripeCheckout
) -> None:
    asked = payment(5, mode=PaymentMode.CHARGE)
    intent = sdk.v1.payment_intents.create(
        {"amount": 61_40, "currency": "usd", "metadata": metadata(asked)}
    )
    kept = payment(5, mode=PaymentMode.CHARGE, reference=intent.id)
    assert list(provider.fetch(kept)) == []
    assert brief(provider.close(kept)) == [(PaymentKind.CLOSED, 61_40)]
    assert sdk.v1.payment_intents.retrieve(intent.id).status == "canceled"
