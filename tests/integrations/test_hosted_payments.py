"""The provider's API against the real payment page process, and its events."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import requests

from integrations.answers import Unclear
from integrations.hosted_payments import HostedPayments
from integrations.signatures import Signatures
from inthread.spi import Checkout, Money, PaymentEvent, PaymentKind, Rejected, Retry
from inthread.testing import a_payment
from tests.integrations.conftest import now
from tests.integrations.stub_server import answering, http
from tests.sandbox.inthread_stub import Stub
from tests.sandbox.processes import KEY, SECRET

RETURN = "http://localhost:8400/return/r1"
NOW = datetime(2026, 11, 21, 14, 3, 9, tzinfo=UTC)
Numbers = Callable[[], int]


def provider(url: str, **more: object) -> HostedPayments:
    given = {
        "api_url": url, "origin": url, "api_key": KEY, "secret": SECRET, "brand": "Alderway",
        "webhook_url": "http://localhost:1/hooks", "now": now, "allow_loopback": True,
        "timeout": 2.0, **more,
    }
    return HostedPayments(**given)  # type: ignore[arg-type]


def press(checkout: Checkout, **form: str) -> None:
    given = {"test_card": "works", "event": "once", "do": "pay", **form}
    answer = requests.post(checkout.url, data=given, timeout=5, allow_redirects=False)
    assert answer.status_code in (303, 422)


def test_a_payment_is_started_once_paid_told_and_fetched(
    payments_url: str, stub: Stub, numbers: Numbers
) -> None:
    pay = provider(payments_url, webhook_url=f"{stub.url}/hooks")
    payment = a_payment(numbers())
    assert pay.fetch(payment) == []
    checkout = pay.start(payment, RETURN)
    assert checkout == pay.start(payment, RETURN)
    assert checkout.url == f"{payments_url}/pay/{checkout.reference}"
    assert pay.fetch(payment) == []
    press(checkout)
    while not stub.webhooks:
        time.sleep(0.05)
    [(headers, body)] = stub.webhooks
    [event] = pay.parse(body, headers, now())
    assert event == PaymentEvent(
        id=headers["webhook-id"], payment_id=payment.id, kind=PaymentKind.SUCCEEDED,
        amount=Money(6140, "USD"), at=event.at, reference=checkout.reference,
    )
    assert abs(now() - event.at) < timedelta(seconds=30)
    assert pay.fetch(payment) == [event]


def test_a_decline_is_fetched_and_is_not_the_end(payments_url: str, numbers: Numbers) -> None:
    pay, payment = provider(payments_url), a_payment(numbers())
    checkout = pay.start(payment, RETURN)
    press(checkout, test_card="declined")
    press(checkout, event="never")
    kinds = [event.kind for event in pay.fetch(payment)]
    assert kinds == [PaymentKind.DECLINED, PaymentKind.SUCCEEDED]


def test_closing_tells_what_became_of_it(payments_url: str, numbers: Numbers) -> None:
    pay = provider(payments_url)
    paid, unpaid, never = (a_payment(numbers()) for _ in range(3))
    press(pay.start(paid, RETURN), event="never")
    pay.start(unpaid, RETURN)
    assert [e.kind for e in pay.close(paid)] == [PaymentKind.SUCCEEDED]
    assert [e.kind for e in pay.close(unpaid)] == [PaymentKind.CLOSED]
    assert [e.kind for e in pay.close(never)] == [PaymentKind.CLOSED]
    assert pay.close(unpaid) == pay.close(unpaid)
    press(pay.start(never, RETURN))
    assert [e.kind for e in pay.fetch(never)] == [PaymentKind.CLOSED]


def test_another_amount_under_one_id_is_rejected(payments_url: str, numbers: Numbers) -> None:
    pay, number = provider(payments_url), numbers()
    pay.start(a_payment(number), RETURN)
    with pytest.raises(Rejected, match=r"^409"):
        pay.start(a_payment(number, minor=1), RETURN)


def test_a_wrong_key_is_rejected(payments_url: str, numbers: Numbers) -> None:
    pay, payment = provider(payments_url, api_key="wrong"), a_payment(numbers())
    for call in (lambda: pay.start(payment, RETURN), lambda: pay.fetch(payment),
                 lambda: pay.close(payment)):
        with pytest.raises(Rejected, match=r"^401"):
            call()
    assert provider(payments_url).fetch(payment) == []


def test_no_connection_is_certainly_not_started() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        pay = provider(f"http://localhost:{closed.getsockname()[1]}")
        with pytest.raises(Retry):
            pay.start(a_payment(), RETURN)


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (http(503, b"", "Retry-After: 7"), Retry), (http(302, b"", "Location: /x"), Rejected),
        (http(500), Unclear), (http(201, b"{}"), Unclear), (http(201, b'{"url": "x"}'), Unclear),
        (http(201, b'{"reference": "co_1", "url": "https://evil.example/pay/co_1"}'), Rejected),
    ],
)
def test_an_answer_that_gives_no_checkout_of_its_own_is_told(
    answer: bytes, raised: type[Exception]
) -> None:
    with answering(answer) as script, pytest.raises(raised):
        provider(script.url).start(a_payment(), RETURN)


@pytest.mark.parametrize("origin", ["https://pay.example@evil.example", "http://10.0.0.1"])
def test_an_origin_that_is_none_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        provider("http://localhost:8402", origin=origin)


# --- events ----------------------------------------------------------------------------------


def event(**more: object) -> dict[str, object]:
    data = {"reference": "co_1", "payment_id": "pay_1", "amount_minor": 6140, "currency": "USD"}
    return {"id": "evt_1", "type": "payment.succeeded", "created_at": NOW.isoformat(),
            "data": {**data, **more}}


def signed(body: str, id: str = "evt_1", at: datetime = NOW) -> dict[str, str]:
    return Signatures(SECRET).sign(id, body, at)


def parse(body: str, headers: dict[str, str]) -> PaymentEvent:
    [event] = provider("http://localhost:8402").parse(body.encode(), headers, NOW)
    return event


@pytest.mark.parametrize("kind", ["succeeded", "declined", "closed", "refunded"])
def test_a_signed_event_is_read(kind: str) -> None:
    body = json.dumps({**event(), "type": f"payment.{kind}"})
    assert parse(body, signed(body)) == PaymentEvent(
        "evt_1", "pay_1", PaymentKind(kind), Money(6140, "USD"), NOW, "co_1")


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a59_an_event_from_another_time_is_rejected(seconds: int) -> None:
    body = json.dumps(event())
    with pytest.raises(Rejected, match="300 s"):
        parse(body, signed(body, at=NOW + timedelta(seconds=seconds)))


def test_a59_a_bad_or_missing_signature_is_rejected() -> None:
    body = json.dumps(event())
    for headers in ({}, signed(body + " "), {**signed(body), "webhook-signature": "v1,,"},
                    signed(body, id="evt_2")):
        with pytest.raises(Rejected):
            parse(body, headers)


def wrong_events() -> list[str]:
    whole = event()
    values: list[object] = [
        None, [], "text", {}, {**whole, "type": "payment.invented"}, {**whole, "type": 5},
        {**whole, "created_at": "yesterday"}, {**whole, "created_at": "2026-11-21T14:03:09"},
        {**whole, "data": []}, {**whole, "id": ""}, event(amount_minor="6140"),
        event(amount_minor=61.4), event(amount_minor=True), event(amount_minor=10**18),
        event(currency="usd"), event(currency=None), event(payment_id=""),
        event(payment_id="p" * 201), event(reference=None),
    ]
    return [json.dumps(value) for value in values] + ["", "{", "[" * 5000, "9" * 5000]


@pytest.mark.parametrize("body", wrong_events())
def test_a59_what_is_signed_and_no_event_is_rejected_never_another_error(body: str) -> None:
    with pytest.raises(Rejected, match="not an event"):
        parse(body, signed(body))


def test_a61_an_event_past_256_kib_is_rejected_unread() -> None:
    body = json.dumps(event(padding="x" * 256 * 1024))
    with pytest.raises(Rejected, match="256 KiB"):
        parse(body, signed(body))
