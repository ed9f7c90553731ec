"""The payment page, used as a browser without scripts would use it, and its events."""

from __future__ import annotations

import json
import re
import threading
import time
from itertools import count

import pytest
import requests
from standardwebhooks.webhooks import Webhook

from tests.sandbox.conftest import BEARER
from tests.sandbox.inthread_stub import Stub
from tests.sandbox.processes import SECRET

RETURN = "http://localhost:8400/return/r1"
_numbers = count(1)


def asked(stub: Stub, **more: object) -> dict[str, object]:
    id = f"pay_{next(_numbers)}"
    stub.payments.add(id)
    return {
        "id": id, "amount_minor": 6140, "currency": "USD",
        "brand": "Alderway", "description": "Invoice INV-1", "return_url": RETURN,
        "webhook_url": f"{stub.url}/hooks", **more,
    }


def start(payments: str, body: dict[str, object]) -> requests.Response:
    return requests.post(f"{payments}/v1/checkouts", json=body, headers=BEARER, timeout=5)


def opened(payments: str, stub: Stub) -> dict[str, str]:
    answer = start(payments, asked(stub))
    assert answer.status_code == 201
    return dict(answer.json())


def press(url: str, card: str = "works", event: str = "once", do: str = "pay") -> requests.Response:
    form = {"test_card": card, "event": event, "do": do}
    return requests.post(url, data=form, timeout=5, allow_redirects=False)


def state(payments: str, name: str) -> dict[str, object]:
    url = f"{payments}/v1/checkouts/{name}"
    return dict(requests.get(url, headers=BEARER, timeout=5).json())


def kinds(payments: str, reference: str) -> list[str]:
    return [event["type"] for event in state(payments, reference)["events"]]  # type: ignore[attr-defined]


def arrived(stub: Stub, number: int, wait: float = 5) -> list[dict[str, object]]:
    """The events, once that many have arrived; a little longer, so that one more would show."""
    ends = time.monotonic() + wait
    while len(stub.webhooks) < number and time.monotonic() < ends:
        time.sleep(0.05)
    time.sleep(0.4)
    return [json.loads(body) for _, body in stub.webhooks]


def test_the_same_payment_is_the_same_checkout(payments: str, stub: Stub) -> None:
    body = asked(stub)
    first, again = start(payments, body), start(payments, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert start(payments, {**body, "amount_minor": 1}).status_code == 409


def test_a_checkout_needs_the_key(payments: str, stub: Stub) -> None:
    body = asked(stub)
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = requests.post(f"{payments}/v1/checkouts", json=body, headers=headers, timeout=5)
        assert answer.status_code == 401
    answer = requests.get(f"{payments}/v1/checkouts/{body['id']}", headers=BEARER, timeout=5)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"amount_minor": 0}, {"amount_minor": -1}, {"amount_minor": 1.5}, {"amount_minor": True},
     {"currency": "usd"}, {"id": ""}, {"return_url": "javascript:alert(1)"},
     {"webhook_url": "https://elsewhere.example/hook"}, {"webhook_url": "http://10.0.0.1/hook"}],
)
def test_a_checkout_that_makes_no_sense_is_refused(
    payments: str, stub: Stub, wrong: dict[str, object]
) -> None:
    body = {**asked(stub), **wrong}
    assert start(payments, body).status_code == 422
    if body["id"]:
        url = f"{payments}/v1/checkouts/{body['id']}"
        assert requests.get(url, headers=BEARER, timeout=5).status_code == 404


def test_the_page_says_what_is_paid_and_holds_no_card_field(payments: str, stub: Stub) -> None:
    page = requests.get(opened(payments, stub)["url"], timeout=5)
    assert page.status_code == 200
    assert "You pay <b>Alderway</b>" in page.text
    assert re.search(r"</svg>Pay \$61\.40</button>", page.text)
    assert re.findall(r'name="([a-z_]+)"', page.text.partition("<body")[2]) == [
        *["test_card"] * 5, "do", "do", "event",
    ]
    assert not re.search(r"cc-|cardnumber|cvc|cvv|autocomplete|<script", page.text, re.I)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://localhost:8400;" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["Cache-Control"] == "no-store"


def test_looking_pays_nothing(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    for _ in range(5):
        requests.get(checkout["url"], timeout=5)
        requests.head(checkout["url"], timeout=5)
    shown = state(payments, checkout["reference"])
    assert (shown["state"], shown["events"]) == ("open", [])


def test_paying_sends_one_signed_event_and_the_customer_back(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    answer = press(checkout["url"])
    assert (answer.status_code, answer.headers["Location"]) == (303, RETURN)
    [event] = arrived(stub, 1)
    [(headers, body)] = stub.webhooks
    Webhook(SECRET).verify(body, headers)
    assert headers["webhook-id"] == event["id"]
    assert event["type"] == "payment.succeeded"
    shown = state(payments, checkout["reference"])
    assert event["data"] == {
        "reference": checkout["reference"], "payment_id": shown["id"], "amount_minor": 6140,
        "currency": "USD",
    }
    assert (shown["state"], shown["events"]) == ("paid", [event])
    assert "<h1>Paid</h1>" in requests.get(checkout["url"], timeout=5).text


def test_two_presses_at_once_pay_once(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    gate, answers = threading.Barrier(8), []

    def tap() -> None:
        gate.wait()
        answers.append(press(checkout["url"]).status_code)

    taps = [threading.Thread(target=tap) for _ in range(8)]
    for each in taps:
        each.start()
    for each in taps:
        each.join()
    assert answers == [303] * 8
    assert len(arrived(stub, 1)) == 1
    assert kinds(payments, checkout["reference"]) == ["payment.succeeded"]


def test_a_declined_card_is_told_and_another_may_be_tried(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    declined = press(checkout["url"], "declined")
    assert declined.status_code == 422
    assert "The card was declined" in declined.text
    assert "Nothing was paid." in declined.text
    assert declined.text.count("<title>Error: Pay $61.40") == 1
    assert press(checkout["url"], "works").status_code == 303
    expected = ["payment.declined", "payment.succeeded"]
    assert kinds(payments, checkout["reference"]) == expected
    assert [event["type"] for event in arrived(stub, 2)] == expected


def test_a_card_may_work_the_second_time(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    assert [press(checkout["url"], "second_try").status_code for _ in "ab"] == [422, 303]
    assert state(payments, checkout["reference"])["state"] == "paid"


def test_declining_closes_the_checkout(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    assert press(checkout["url"], do="decline").headers["Location"] == RETURN
    assert press(checkout["url"]).status_code == 303
    assert kinds(payments, checkout["reference"]) == ["payment.closed"]
    assert "<h1>Nothing was paid</h1>" in requests.get(checkout["url"], timeout=5).text


def test_no_card_chosen_pays_nothing(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    answer = requests.post(checkout["url"], data={"do": "pay"}, timeout=5, allow_redirects=False)
    assert (answer.status_code, "Choose a card first" in answer.text) == (422, True)
    assert state(payments, checkout["reference"])["state"] == "open"


def test_an_event_may_never_arrive_and_a_fetch_still_knows(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    press(checkout["url"], event="never")
    assert arrived(stub, 1, wait=1) == []
    assert kinds(payments, checkout["reference"]) == ["payment.succeeded"]


def test_an_event_may_arrive_late(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    press(checkout["url"], event="late")
    assert arrived(stub, 1, wait=0.5) == []
    assert len(arrived(stub, 1)) == 1


def test_an_event_may_arrive_twice_with_one_id(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    press(checkout["url"], event="twice")
    first, second = arrived(stub, 2)
    assert first == second
    assert len({headers["webhook-id"] for headers, _ in stub.webhooks}) == 1
    assert kinds(payments, checkout["reference"]) == ["payment.succeeded"]


def test_an_event_may_name_another_amount(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    press(checkout["url"], event="wrong_amount")
    [event] = arrived(stub, 1)
    assert event["data"]["amount_minor"] == 6240  # type: ignore[index]
    assert state(payments, checkout["reference"])["amount_minor"] == 6140


def test_an_event_is_sent_until_it_is_taken(payments: str, stub: Stub) -> None:
    stub.webhook_statuses = [500, 302]
    press(opened(payments, stub)["url"])
    events = arrived(stub, 3, wait=8)
    assert len(events) == 3
    assert events[0] == events[1] == events[2]


def test_closing_twice_is_one_event_and_nobody_pays_then(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    url = f"{payments}/v1/checkouts/{checkout['reference']}/close"
    first, again = (requests.post(url, headers=BEARER, timeout=5).json() for _ in "ab")
    assert first == again
    assert (first["state"], [e["type"] for e in first["events"]]) == ("closed", ["payment.closed"])
    press(checkout["url"])
    assert kinds(payments, checkout["reference"]) == ["payment.closed"]


def test_closing_what_was_paid_changes_nothing(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    press(checkout["url"])
    url = f"{payments}/v1/checkouts/{checkout['reference']}/close"
    assert requests.post(url, headers=BEARER, timeout=5).json()["state"] == "paid"
    assert kinds(payments, checkout["reference"]) == ["payment.succeeded"]


def test_a_start_after_the_close_finds_it_shut(payments: str, stub: Stub) -> None:
    body = asked(stub)
    closed = requests.post(
        f"{payments}/v1/checkouts/{body['id']}/close", headers=BEARER, timeout=5,
        json={"amount_minor": 6140, "currency": "USD"},
    ).json()
    assert closed["state"] == "closed"
    late = start(payments, body)
    assert late.status_code == 200
    assert "<h1>Nothing was paid</h1>" in requests.get(late.json()["url"], timeout=5).text
    press(late.json()["url"])
    assert kinds(payments, str(body["id"])) == ["payment.closed"]


def test_an_unknown_page_is_a_designed_page(payments: str) -> None:
    answer = requests.get(f"{payments}/pay/co_no", headers={"Accept": "text/html"}, timeout=5)
    assert answer.status_code == 404
    assert "This payment page does not exist" in answer.text
    assert "Nothing was changed." in answer.text
