"""The test cards of the payment page, and what each does. No other card can be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class TestCard:
    """`works_on`: the try on which it works, None for never. `asks`: its bank asks first whether it
    is the customer (3-D Secure). `later`: it works when nobody is present."""

    name: str
    does: str
    number: str
    brand: str = "visa"
    works_on: int | None = 1
    asks: bool = False
    later: bool = True
    means: str = "card"

    @property
    def last_four(self) -> str:
        return self.number[-4:]

    @property
    def expires(self) -> str:
        return "2031-08" if self.means == "card" else ""


CARDS: Mapping[str, TestCard] = {
    "works": TestCard(
        "Test card that works", "The payment goes through", "4242 4242 4242 4242"
    ),
    "second_try": TestCard(
        "Test card that works the second time", "Declined once, then paid", "4000 0000 0000 9995",
        works_on=2,
    ),
    "asks": TestCard(
        "Test card whose bank asks first", "The bank wants to know whether it is you (3-D Secure)",
        "5200 0000 0000 3220", "mastercard", asks=True,
    ),
    "only_today": TestCard(
        "Test card that works only today", "Works now; a later debit is declined",
        "4000 0000 0000 0341", later=False,
    ),
    "declined": TestCard(
        "Test card that is declined", "The bank says no, every time", "4000 0000 0000 0002",
        works_on=None,
    ),
    "account": TestCard(
        "Test bank account", "The payment goes through", "000123456789", "bank_account",
        means="bank",
    ),
}


def of(methods: str) -> Mapping[str, TestCard]:
    """Those that may be used: *methods* as they were asked for, between commas."""
    allowed = methods.split(",")
    return {key: card for key, card in CARDS.items() if card.means in allowed}
