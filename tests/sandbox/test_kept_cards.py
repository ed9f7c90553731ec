"""Cards that the payment page keeps, charges to them, and what a bank asks."""

from __future__ import annotations

import pytest
import requests

from tests.sandbox.conftest import BEARER
from tests.sandbox.inthread_stub import Stub
from tests.sandbox.test_payments import RETURN, _numbers, asked, kinds, opened, press, start, state


def kept(payments: str, stub: Stub, card: str = "works", **more: object) -> dict[str, object]:
    """The event of a card that was left, with the customer it is kept for."""
    body = asked(stub, **{"mode": "card", "amount_minor": 0, **more})
    made = start(payments, body).json()
    assert press(made["url"], card).status_code == 303
    [event] = state(payments, str(body["id"]))["events"]  # type: ignore[misc]
    return {**event["data"], "customer": made["customer"]}  # type: ignore[index]


def charge(payments: str, stub: Stub, card: dict[str, object], **more: object) -> requests.Response:
    token = card["card"]["token"]  # type: ignore[index]
    body = {**asked(stub), "return_url": "", "customer": card["customer"], "method": token, **more}
    return requests.post(f"{payments}/v1/charges", json=body, headers=BEARER, timeout=5)


def test_a_card_is_kept_and_nothing_is_taken(payments: str, stub: Stub) -> None:
    data = kept(payments, stub)
    card = data["card"]
    assert data["amount_minor"] == 0
    assert str(data["customer"]).startswith("cus_")
    assert {**card, "token": ""} == {  # type: ignore[dict-item]
        "token": "", "brand": "visa", "last_four": "4242", "expires": "2031-08",
    }


def test_a_card_is_kept_with_the_money(payments: str, stub: Stub) -> None:
    data = kept(payments, stub, mode="keep", amount_minor=6140, customer="cus_1")
    assert (data["amount_minor"], data["customer"]) == (6140, "cus_1")
    assert data["card"]["last_four"] == "4242"  # type: ignore[index]


def test_a_kept_card_is_charged_once(payments: str, stub: Stub) -> None:
    card = kept(payments, stub)
    body = {"id": f"pay_{next(_numbers)}"}
    stub.payments.add(body["id"])
    first, again = (charge(payments, stub, card, **body) for _ in "ab")
    assert first.json() == again.json()
    assert [e["type"] for e in first.json()["events"]] == ["payment.succeeded"]
    assert charge(payments, stub, card, **body, amount_minor=1).status_code == 409


def test_a_card_that_works_only_today_is_declined_later(payments: str, stub: Stub) -> None:
    said = charge(payments, stub, kept(payments, stub, "only_today")).json()
    assert [e["type"] for e in said["events"]] == ["payment.declined"]


def test_a_card_of_somebody_else_is_none(payments: str, stub: Stub) -> None:
    card = kept(payments, stub)
    assert charge(payments, stub, {**card, "customer": "cus_other"}).status_code == 422
    assert charge(payments, stub, {**card, "card": {"token": "pm_no"}}).status_code == 422


def test_a_charge_that_was_closed_takes_nothing(payments: str, stub: Stub) -> None:
    card, id = kept(payments, stub), f"pay_{next(_numbers)}"
    stub.payments.add(id)
    requests.post(
        f"{payments}/v1/checkouts/{id}/close", headers=BEARER, timeout=5,
        json={"amount_minor": 6140, "currency": "USD"},
    )
    said = charge(payments, stub, card, id=id).json()
    assert [e["type"] for e in said["events"]] == ["payment.closed"]


def test_the_bank_may_ask_first(payments: str, stub: Stub) -> None:
    checkout = opened(payments, stub)
    asks = press(checkout["url"], "asks")
    assert asks.status_code == 303
    page = requests.get(f"{payments}{asks.headers['Location']}", timeout=5)
    assert "Is this you?" in page.text
    assert "$61.40" in page.text
    assert kinds(payments, checkout["reference"]) == []
    form = {"test_card": "asks", "event": "once"}
    no = requests.post(f"{checkout['url']}/bank", data={**form, "do": "no"}, timeout=5)
    assert (no.status_code, "Nothing was paid." in no.text) == (422, True)
    yes = requests.post(
        f"{checkout['url']}/bank", data={**form, "do": "yes"}, timeout=5, allow_redirects=False
    )
    assert yes.headers["Location"] == RETURN
    assert kinds(payments, checkout["reference"]) == ["payment.declined", "payment.succeeded"]


def test_a_card_whose_bank_asks_nothing_does_not_pass_by_its_page(
    payments: str, stub: Stub
) -> None:
    checkout = opened(payments, stub)
    form = {"test_card": "declined", "event": "once", "do": "yes"}
    answer = requests.post(f"{checkout['url']}/bank", data=form, timeout=5)
    assert answer.status_code == 422
    assert kinds(payments, checkout["reference"]) == []


@pytest.mark.parametrize("wrong", [
    {"mode": "card"}, {"mode": "charge"}, {"mode": "keep", "amount_minor": 0},
    {"methods": ["cash"]}, {"methods": "card"}, {"methods": {"card": True}},
])
def test_a_mode_that_makes_no_sense_is_refused(
    payments: str, stub: Stub, wrong: dict[str, object]
) -> None:
    assert start(payments, {**asked(stub), **wrong}).status_code == 422


def test_a_bank_account_is_offered_where_it_may_be_used(payments: str, stub: Stub) -> None:
    made = start(payments, asked(stub, methods=["card", "bank"])).json()
    assert "Test bank account" in requests.get(made["url"], timeout=5).text
    assert press(opened(payments, stub)["url"], "account").status_code == 422
