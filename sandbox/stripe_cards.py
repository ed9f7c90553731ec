"""Test cards of the local Stripe: what each does, and Stripe's own names for some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Card:
    """`works_on`: at which try at the page, None for never. `secure`: the bank wants a step of its
    own. `later`: what the bank says when nobody is there, empty for yes."""

    name: str
    does: str
    brand: str
    last4: str
    works_on: int | None = 1
    secure: bool = False
    later: str = ""

    def details(self) -> dict[str, Any]:
        return {
            "brand": self.brand, "last4": self.last4, "exp_month": 4, "exp_year": 2030,
            "funding": "credit", "country": "US", "fingerprint": f"sandbox{self.last4}",
        }


CARDS = {
    "works": Card("Card that works", "The payment goes through", "visa", "4242"),
    "second_try": Card(
        "Card that works the second time", "Declined once, then it works", "mastercard", "4444", 2
    ),
    "declined": Card(
        "Card that is declined", "The bank says no, every time", "visa", "0002", None
    ),
    "secure": Card(
        "Card with 3-D Secure", "The bank asks you to approve it", "visa", "3220", secure=True
    ),
    "secure_always": Card(
        "Card with 3-D Secure, every time", "Cannot be charged while nobody is there", "visa",
        "3184", secure=True, later="authentication_required",
    ),
    "fails_later": Card(
        "Card that fails later", "Works now, and is declined when nobody is there", "visa", "0341",
        later="card_declined",
    ),
}
# Stripe's names of ready payment methods.
READY = {
    "pm_card_visa": "works", "pm_card_authenticationRequired": "secure_always",
    "pm_card_chargeCustomerFail": "fails_later",
}
BANK = {
    "bank_name": "SANDBOX BANK", "last4": "6789", "account_type": "checking",
    "account_holder_type": "individual", "routing_number": "110000000",
}
