"""R3.3: what the provider tells of a card has no room for its number, in the code or the schema."""

from __future__ import annotations

import pytest
from sqlalchemy import CheckConstraint, String, insert
from sqlalchemy.exc import DBAPIError

from inthread.domain.payment import KeptCard, Payment, PaymentEvent, PaymentKind
from inthread.spi import Money
from inthread.store import tables as t
from inthread.store.db import Database
from tests.clock import MONDAY

NUMBERS = ("4111111111111111", "378282246310005", "tok 4111 1111 1111 1111")
OURS = {"card_token", "card_brand", "card_last_four", "card_expires", "card_payment_id"}


def test_r3_3_of_a_card_the_schema_knows_these_columns_alone() -> None:
    found = {
        column.name: column for table in t.metadata.sorted_tables for column in table.columns
        if "card" in column.name or "pan" in column.name.split("_") or "cvc" in column.name
    }
    assert set(found) == OURS
    lengths = {n: c.type.length for n, c in found.items() if isinstance(c.type, String)}
    assert {n: lengths[n] for n in ("card_last_four", "card_expires")} == {
        "card_last_four": 4, "card_expires": 7,
    }
    checks = [
        str(c.sqltext) for c in t.payment_events.constraints if isinstance(c, CheckConstraint)
    ]
    assert "length(card_last_four) <= 4" in checks


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("part", ["token", "brand", "last_four", "expires"])
def test_r3_3_a_providers_card_never_has_a_number(part: str, number: str) -> None:
    whole = {"token": "card_8Fq", "brand": "visa", "last_four": "4242", "expires": "2027-04"}
    assert KeptCard(**whole).last_four == "4242"
    with pytest.raises(ValueError, match="a provider gave"):
        KeptCard(**{**whole, part: number})


def test_r3_3_the_database_takes_four_figures_of_a_card_and_no_more(db: Database) -> None:
    event = PaymentEvent("e1", "pay_1", PaymentKind.SUCCEEDED, Money(100, "USD"), MONDAY, "r1")
    payment = Payment("pay_1", "case_1", "stripe", event.amount, "pay", "paid", {})
    row = {
        "provider": payment.provider, "event_id": event.id, "payment_id": payment.id,
        "kind": event.kind.value, "amount_minor": 100, "currency": "USD", "at": MONDAY,
        "reference": "r1", "received_at": MONDAY, "card_token": "card_8Fq", "card_brand": "visa",
        "card_last_four": "42424", "card_expires": "2027-04",
    }
    with pytest.raises(DBAPIError, match=r"four_digits|value too long"), db.begin() as tx:
        tx.execute(insert(t.payment_events).values(**row))
