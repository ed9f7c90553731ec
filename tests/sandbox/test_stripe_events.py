"""The local Stripe's events and faults: signed, doubled, out of order, late, lost, told again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import stripe

from tests.sandbox.inthread_stub import Stub, inthread
from tests.sandbox.stripe_peer import API_KEY, HOOK_SECRET, Peer, peer, until

PAID = [
    "payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
    "checkout.session.completed",
]


@pytest.fixture(scope="module")
def _told() -> Iterator[Stub]:
    with inthread() as stub:
        yield stub


@pytest.fixture(scope="module")
def _peer(tmp_path_factory: pytest.TempPathFactory, _told: Stub) -> Iterator[Peer]:
    with peer(tmp_path_factory.mktemp("stripe"), hook=f"{_told.url}/hooks") as started:
        yield started


@pytest.fixture
def told(_told: Stub) -> Stub:
    fresh = Stub()
    fresh.url = _told.url
    vars(_told).update(vars(fresh))
    return _told


@pytest.fixture
def at(_peer: Peer, told: Stub) -> Peer:
    """The local Stripe, empty, that tells `told`."""
    _peer.post("reset")
    return _peer


def made(at: Peer, key: str = "") -> stripe.checkout.Session:
    options: Any = {"idempotency_key": key} if key else {}
    return at.sdk.v1.checkout.sessions.create({
        "mode": "payment", "success_url": "http://localhost:8400/return/abc",
        "line_items": [{"quantity": 1, "price_data": {
            "currency": "usd", "unit_amount": 6140, "product_data": {"name": "Invoice 1"},
        }}],
    }, options)


def paid(at: Peer) -> None:
    session = made(at)
    assert session.url
    at.pay(session.url)


def types(told: Stub) -> list[str]:
    return [json.loads(body)["type"] for _, body in told.webhooks]


def heard(told: Stub, number: int) -> list[str]:
    until(lambda: len(told.webhooks) >= number)
    return types(told)


def test_events_come_signed_and_in_order(at: Peer, told: Stub) -> None:
    paid(at)
    assert heard(told, 4) == PAID
    for headers, body in told.webhooks:
        given = {name.lower(): value for name, value in headers.items()}
        event = stripe.Webhook.construct_event(body, given["stripe-signature"], HOOK_SECRET)
        assert event.data.object["object"] == event.type.rpartition(".")[0]
    assert all(not name.startswith("_") for name in json.loads(told.webhooks[-1][1])["data"]
               ["object"])


def test_events_come_twice(at: Peer, told: Stub) -> None:
    at.post("telling", copies=2)
    paid(at)
    assert sorted(heard(told, 8)) == sorted(PAID * 2)
    assert len({json.loads(body)["id"] for _, body in told.webhooks}) == 4


def test_events_come_in_the_wrong_order(at: Peer, told: Stub) -> None:
    at.post("telling", reversed=True)
    paid(at)
    assert heard(told, 4) == PAID[::-1]


def test_some_events_are_late_or_lost(at: Peer, told: Stub) -> None:
    at.post("telling", copies=0, types=["payment_intent.succeeded"])
    paid(at)
    assert heard(told, 3) == [type for type in PAID if type != "payment_intent.succeeded"]
    at.post("telling", late=0.5, types=["charge.succeeded"])
    paid(at)
    assert heard(told, 7)[3:] == [PAID[0], PAID[2], PAID[3], PAID[1]]


def test_a_lost_event_can_be_told_after_all(at: Peer, told: Stub) -> None:
    at.post("telling", copies=0)
    paid(at)
    (lost,) = (e["id"] for e in at.get("events")["events"] if e["type"] == PAID[3])
    at.post(f"tell/{lost}")
    assert heard(told, 1) == [PAID[3]]


def test_an_event_that_was_not_taken_comes_again(at: Peer, told: Stub) -> None:
    told.webhook_statuses = [503, 500]
    paid(at)
    assert sorted(heard(told, 6)) == sorted([*PAID, *PAID[:2]])


def test_faults_before_anything_is_done(at: Peer) -> None:
    for mode, kind in (("throttle", stripe.RateLimitError), ("conflict", stripe.APIError),
                       ("error", stripe.APIError)):
        at.fault(mode, on="checkout", times=1)
        with pytest.raises(kind):
            made(at, "k")
    assert at.objects("checkout.session") == []
    assert made(at, "k").status == "open"
    at.fault("error", on="refunds")
    assert [fault["mode"] for fault in at.get("faults")["faults"]] == ["error"]
    at.fault("ok")
    assert at.get("faults")["faults"] == []


@pytest.mark.parametrize("mode", ["error_after", "timeout_after"])
def test_faults_after_it_was_done(at: Peer, mode: str) -> None:
    at.fault(mode, on="checkout", times=1, seconds=0.1)
    with pytest.raises(stripe.APIError):
        made(at, "k")
    (only,) = at.objects("checkout.session")
    if mode == "error_after":
        with pytest.raises(stripe.APIError):
            made(at, "k")
    else:
        assert made(at, "k").id == only["id"]
    assert len(at.objects("checkout.session")) == 1


def test_a_fault_that_makes_no_sense_is_refused(at: Peer) -> None:
    wrong: list[dict[str, Any]] = [
        {"mode": "fly"}, {"mode": "error", "times": 0}, {"mode": "error", "seconds": "x"},
    ]
    for given in wrong:
        with pytest.raises(requests.HTTPError):
            at.post("faults", **given)
    with pytest.raises(requests.HTTPError):
        at.post("telling", copies=11)
    assert at.get("faults")["faults"] == []


def test_the_same_key_at_once_is_one(at: Peer) -> None:
    """Ten of one: each is the one that was made, or says that it is being worked on."""
    got: list[int] = []

    def ask() -> None:
        answer = requests.post(
            f"{at.url}/v1/customers", data={"name": "Maya"}, timeout=10,
            headers={"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": "k"},
        )
        got.append(answer.status_code)

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(got) <= {200, 409}
    assert got.count(200) >= 1
    assert len(at.objects("customer")) == 1


def test_a_press_twice_at_once_takes_the_money_once(at: Peer) -> None:
    session = made(at)
    assert session.url
    url = session.url
    threads = [threading.Thread(target=at.press, args=(url, "works")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert at.taken() == [6140]
