"""The local Stripe, used by the real SDK: Checkout, kept cards, charges, refunds, disputes."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.stripe_peer import API_KEY, Peer, peer
from tests.sandbox.stripe_peer import stripe_peer as stripe_peer
from tests.sandbox.stripe_peer import stripe_process as stripe_process

BACK = "http://localhost:8400/return/abc"


def session(at: Peer, key: str = "", **more: Any) -> stripe.checkout.Session:
    given: Any = {
        "mode": "payment", "success_url": BACK, "cancel_url": f"{BACK}?no",
        "allowed_payment_method_types": ["card"], "metadata": {"order": "1"},
        "line_items": [{"quantity": 1, "price_data": {
            "currency": "usd", "unit_amount": 6140, "product_data": {"name": "Invoice 1"},
        }}],
        "payment_intent_data": {"metadata": {"order": "1"}}, **more,
    }
    options: Any = {"idempotency_key": key} if key else {}
    return at.sdk.v1.checkout.sessions.create(given, options)


def read(at: Peer, id: str) -> dict[str, Any]:
    params: Any = {"expand": ["payment_intent.latest_charge", "setup_intent.payment_method"]}
    return at.sdk.v1.checkout.sessions.retrieve(id, params).to_dict()


def kept(at: Peer, ready: str = "pm_card_visa") -> dict[str, Any]:
    """What a charge of a kept card takes."""
    customer = at.sdk.v1.customers.create({"metadata": {"person": "1"}})
    method = at.sdk.v1.payment_methods.attach(ready, {"customer": customer.id})
    return {
        "amount": 2500, "currency": "usd", "customer": customer.id, "payment_method": method.id,
        "off_session": True, "confirm": True,
    }


def test_a_checkout_is_paid_at_its_page(stripe_peer: Peer) -> None:
    made = session(stripe_peer)
    assert (made.status, made.payment_status, made.payment_intent) == ("open", "unpaid", None)
    assert made.url == f"{stripe_peer.url}/c/pay/{made.id}"
    shown = requests.get(made.url, timeout=5)
    said = [text in shown.text for text in ("Pay $61.40", "Invoice 1", "<script")]
    assert said == [True, True, False]
    assert stripe_peer.pay(made.url) == BACK
    after = read(stripe_peer, made.id)
    assert (after["status"], after["payment_status"], after["url"]) == ("complete", "paid", None)
    intent = after["payment_intent"]
    assert (intent["status"], intent["metadata"]) == ("succeeded", {"order": "1"})
    charge = intent["latest_charge"]
    assert (charge["amount_captured"], charge["metadata"]) == (6140, {"order": "1"})
    assert charge["payment_method_details"]["card"]["last4"] == "4242"
    assert stripe_peer.told() == [
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    assert stripe_peer.pay(made.url) == BACK
    assert stripe_peer.taken() == [6140]


def test_a_declined_card_may_be_tried_again(stripe_peer: Peer) -> None:
    made = session(stripe_peer)
    assert made.url
    assert stripe_peer.pay(made.url, "second_try") == f"/c/pay/{made.id}?declined"
    assert "Nothing was paid." in requests.get(f"{made.url}?declined", timeout=5).text
    intent = read(stripe_peer, made.id)["payment_intent"]
    assert intent["last_payment_error"]["charge"] == intent["latest_charge"]["id"]
    assert (intent["status"], stripe_peer.taken()) == ("requires_payment_method", [])
    assert stripe_peer.pay(made.url, "second_try") == BACK
    assert stripe_peer.taken() == [6140]
    assert len(stripe_peer.objects("payment_intent")) == 1


def test_the_bank_asks_to_approve(stripe_peer: Peer) -> None:
    made = session(stripe_peer)
    assert made.url
    assert stripe_peer.pay(made.url, "secure", approve=False) == f"/c/pay/{made.id}?declined"
    intent = read(stripe_peer, made.id)["payment_intent"]
    assert intent["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert stripe_peer.press(made.url, "secure").headers["Location"] == f"/c/pay/{made.id}/secure"
    assert "Is this you?" in requests.get(f"{made.url}/secure", timeout=5).text
    assert read(stripe_peer, made.id)["payment_intent"]["status"] == "requires_action"
    assert stripe_peer.taken() == []
    assert stripe_peer.pay(made.url, "secure") == BACK
    assert stripe_peer.taken() == [6140]


def test_no_card_chosen_is_said(stripe_peer: Peer) -> None:
    made = session(stripe_peer)
    assert made.url
    answer = stripe_peer.press(made.url, "unheard of")
    assert (answer.status_code, "Choose a card first" in answer.text) == (422, True)
    assert stripe_peer.taken() == []


def test_a_card_is_kept_without_a_charge(stripe_peer: Peer) -> None:
    customer = stripe_peer.sdk.v1.customers.create({})
    made = session(stripe_peer, mode="setup", customer=customer.id,
                   setup_intent_data={"metadata": {"order": "2"}})
    assert made.url
    assert stripe_peer.pay(made.url, "secure") == BACK
    setup = read(stripe_peer, made.id)["setup_intent"]
    assert (setup["status"], setup["metadata"]) == ("succeeded", {"order": "2"})
    assert (setup["payment_method"]["card"]["last4"], stripe_peer.taken()) == ("3220", [])
    listed = stripe_peer.sdk.v1.customers.payment_methods.list(customer.id)
    assert [method.id for method in listed.data] == [setup["payment_method"]["id"]]
    assert stripe_peer.told() == [
        "payment_method.attached", "setup_intent.succeeded", "checkout.session.completed",
    ]


def test_an_expired_checkout_takes_nothing(stripe_peer: Peer) -> None:
    made = session(stripe_peer)
    assert made.url
    assert stripe_peer.sdk.v1.checkout.sessions.expire(made.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        stripe_peer.sdk.v1.checkout.sessions.expire(made.id)
    assert "Nothing was paid" in requests.get(made.url, timeout=5).text
    assert stripe_peer.pay(made.url) == BACK
    assert (stripe_peer.taken(), stripe_peer.told()) == ([], ["checkout.session.expired"])


def test_a_kept_card_is_charged_while_nobody_is_there(stripe_peer: Peer) -> None:
    intent = stripe_peer.sdk.v1.payment_intents.create(kept(stripe_peer))  # type: ignore[arg-type]
    assert (intent.status, intent.amount_received) == ("succeeded", 2500)
    assert stripe_peer.taken() == [2500]


@pytest.mark.parametrize(
    ("ready", "code"),
    [("pm_card_authenticationRequired", "authentication_required"),
     ("pm_card_chargeCustomerFail", "card_declined")],
)
def test_the_bank_says_no_off_session(stripe_peer: Peer, ready: str, code: str) -> None:
    given: Any = kept(stripe_peer, ready)
    with pytest.raises(stripe.CardError) as why:
        stripe_peer.sdk.v1.payment_intents.create(given, {"idempotency_key": "k"})
    assert (why.value.http_status, why.value.code) == (402, code)
    (intent,) = stripe_peer.objects("payment_intent")
    assert (intent["status"], stripe_peer.taken()) == ("requires_payment_method", [])
    with pytest.raises(stripe.CardError):
        stripe_peer.sdk.v1.payment_intents.create(given, {"idempotency_key": "k"})
    assert len(stripe_peer.objects("charge")) == 1


def test_a_key_counts_once(stripe_peer: Peer) -> None:
    first, again = session(stripe_peer, "k1"), session(stripe_peer, "k1")
    assert first.id == again.id
    assert len(stripe_peer.objects("checkout.session")) == 1
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError) as why:
        session(stripe_peer, "k1", metadata={"order": "2"})
    assert why.value.http_status == 400
    assert session(stripe_peer, "k2").id != first.id
    assert len(stripe_peer.objects("checkout.session")) == 2


def test_what_was_refused_unasked_does_not_use_up_a_key(stripe_peer: Peer) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        session(stripe_peer, "k", customer="cus_none")
    assert session(stripe_peer, "k").status == "open"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"payment_method_types": ["card"]}, "payment_method_types_no_longer_supported"),
     ({"colour": "red"}, "parameter_unknown"), ({"success_url": "nowhere"}, "url_invalid"),
     ({"customer": "cus_none"}, "resource_missing"), ({"line_items": []}, None)],
)
def test_what_makes_no_sense_is_refused(stripe_peer: Peer, wrong: Any, code: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as why:
        session(stripe_peer, **wrong)
    assert why.value.code == code
    assert stripe_peer.objects("checkout.session") == []


def test_only_the_account_gets_in(stripe_peer: Peer) -> None:
    wrong = stripe.StripeClient(
        "sk_test_wrong_wrong", base_addresses={"api": stripe_peer.url}, max_network_retries=0
    )
    with pytest.raises(stripe.AuthenticationError):
        wrong.v1.customers.create({})
    assert requests.get(f"{stripe_peer.url}/peer/events", timeout=5).status_code == 401
    answer = requests.get(f"{stripe_peer.url}/v1/charges", timeout=5, headers={
        "Host": "evil.example", "Authorization": f"Bearer {API_KEY}",
    })
    assert answer.status_code == 400


def test_refunds_add_up(stripe_peer: Peer) -> None:
    intent = stripe_peer.sdk.v1.payment_intents.create(kept(stripe_peer))  # type: ignore[arg-type]
    stripe_peer.sdk.v1.refunds.create({"payment_intent": intent.id, "amount": 1000})
    with pytest.raises(stripe.InvalidRequestError):
        stripe_peer.sdk.v1.refunds.create({"payment_intent": intent.id, "amount": 1501})
    stripe_peer.sdk.v1.refunds.create({"payment_intent": intent.id})
    (charge,) = stripe_peer.objects("charge")
    assert (charge["amount_refunded"], charge["refunded"]) == (2500, True)
    listed = stripe_peer.sdk.v1.refunds.list({"payment_intent": intent.id})
    assert [refund.amount for refund in listed.data] == [1500, 1000]
    assert stripe_peer.told().count("refund.created") == 2


def test_disputes_begin_and_end(stripe_peer: Peer) -> None:
    intent = stripe_peer.sdk.v1.payment_intents.create(kept(stripe_peer))  # type: ignore[arg-type]
    made = stripe_peer.post("disputes", payment_intent=intent.id)
    (listed,) = stripe_peer.sdk.v1.disputes.list({"payment_intent": intent.id}).data
    assert (listed.id, listed.status, listed.amount) == (made["id"], "needs_response", 2500)
    stripe_peer.post(f"disputes/{made['id']}", status="lost")
    assert stripe_peer.sdk.v1.disputes.retrieve(made["id"]).status == "lost"
    assert stripe_peer.told()[-2:] == ["charge.dispute.created", "charge.dispute.closed"]


def test_a_debit_of_an_account_arrives_later(stripe_peer: Peer) -> None:
    made = session(stripe_peer, allowed_payment_method_types=["card", "us_bank_account"])
    assert made.url
    assert stripe_peer.pay(made.url, "bank") == BACK
    after = read(stripe_peer, made.id)
    assert (after["status"], after["payment_status"]) == ("complete", "unpaid")
    assert (after["payment_intent"]["status"], stripe_peer.taken()) == ("processing", [])
    stripe_peer.post(f"debits/{after['payment_intent']['id']}", works=True)
    assert (read(stripe_peer, made.id)["payment_status"], stripe_peer.taken()) == ("paid", [6140])


def test_it_forgets_nothing_when_it_starts_again(tmp_path: Path) -> None:
    with peer(tmp_path) as first:
        made = session(first, "k")
        assert made.url
        first.pay(made.url)
    with peer(tmp_path) as again:
        assert read(again, made.id)["status"] == "complete"
        assert session(again, "k").id == made.id
        assert again.taken() == [6140]
    with sqlite3.connect(tmp_path / "stripe.db") as store:
        assert store.execute("SELECT count(*) FROM keys").fetchone() == (1,)
