"""Stripe through its own SDK, against the local Stripe: every way a payment can go."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import requests

from integrations.answers import Unclear
from integrations.stripe_checkout import StripeCheckout
from integrations.stripe_client import StripeAccount
from integrations.stripe_signatures import StripeSignatures
from inthread.spi import (
    Checkout,
    KeptCard,
    Money,
    Payment,
    PaymentEvent,
    PaymentKind,
    PaymentMode,
    Rejected,
    Retry,
)
from inthread.testing import Finding, check_payment_provider
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
from tests.sandbox.stripe_peer import API_KEY, HOOK_SECRET, Peer, peer
from tests.sandbox.stripe_peer import stripe_peer as stripe_peer
from tests.sandbox.stripe_peer import stripe_process as stripe_process

SUCCEEDED, DECLINED, CLOSED = PaymentKind.SUCCEEDED, PaymentKind.DECLINED, PaymentKind.CLOSED


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


# --- the kit ---------------------------------------------------------------------------------


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


# --- at the hosted page ----------------------------------------------------------------------


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
    assert provider.fetch(asked) == provider.close(asked) == []
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


# --- a kept card -----------------------------------------------------------------------------


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


# --- afterwards ------------------------------------------------------------------------------


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


# --- faults ----------------------------------------------------------------------------------


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


# --- what it is made of ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "url", "loopback"),
    [("", "", False), ("pk_test_0123456789abcdef", "", False), ("sk_test_short", "", False),
     (API_KEY, "http://localhost:8405", False), (API_KEY, "https://stripe.example", True),
     ("sk_live_0123456789abcdef", "http://localhost:8405", True)],
)
def test_what_cannot_be_right_is_refused_at_once(key: str, url: str, loopback: bool) -> None:
    with pytest.raises(ValueError, match=r"key|address|https"):
        StripeAccount(key, now=now, base_url=url, allow_loopback=loopback)


def test_without_another_address_it_is_stripe() -> None:
    account = StripeAccount(API_KEY, now=now)
    provider = StripeCheckout(
        account, webhook_secret=HOOK_SECRET, returns="https://x/return/", brand="A", now=now
    )
    assert account.base == "https://api.stripe.com"
    assert provider.origin == "https://checkout.stripe.com"


def test_the_sdk_is_loaded_when_it_is_first_needed() -> None:
    script = (
        "import sys, app, integrations.stripe_checkout; "
        "sys.exit(any(name.split('.')[0] == 'stripe' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
