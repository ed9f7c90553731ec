"""Pay: all that is owed, a third of it, or another amount within the terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from inthread.spi import Choice, Form, Invalid, Line, Money, NeedsPayment, Offer, Term

WORDING: Mapping[str, str] = MappingProxyType({
    "choose": "Choose how much to pay",
    "amount_missing": "Enter the amount you would like to pay",
    "not_an_amount": "Enter the amount in figures, like %(least)s",
    "at_least": "Enter an amount from %(least)s to %(most)s",
    "at_most": "Enter an amount from %(least)s to %(most)s",
    "you_pay_now": "You pay now",
    "left_after": "Left after this",
})

# No grouping has two digits, so 61,40 can only be sixty-one and forty hundredths.
_DECIMAL_COMMA = re.compile(r"\A([0-9]+),([0-9]{1,2})\Z")


class Pay:
    """`least` and `most` bound one payment. `other` says whether an amount may be typed.

    When less than `least` is owed, what is owed is the least: a case can always be paid off.
    """

    key: str = "pay"
    template: str = "miniapps/pay.html"
    checked: bool = True
    wording: Mapping[str, str] = WORDING
    terms: Mapping[str, Term] = MappingProxyType(
        {"least": Term("money"), "most": Term("money"), "other": Term("boolean")}
    )

    def page(self, offer: Offer) -> Mapping[str, object]:
        """`choices`: {key: all | part, amount, left} and {key: other}; `least`, `most`, `owed`."""
        owed, least, most = _bounds(offer)
        choices: list[dict[str, object]] = [
            {"key": key, "amount": amount, "left": owed - amount}
            for key, amount in _ready_made(offer).items()
        ]
        if _may_type(offer):
            choices.append({"key": "other"})
        return {"choices": choices, "least": least, "most": most, "owed": owed}

    def read(self, offer: Offer, form: Form) -> Choice:
        """`values`: how, and amount (major units) when it was typed; empty otherwise."""
        how = form.text("how")
        amount = _amount(offer, how, form.text("amount"))
        values = {"how": how, "amount": amount.plain() if how == "other" else ""}
        lines = (Line("you_pay_now", amount), Line("left_after", _owed(offer) - amount))
        return Choice(values, lines)

    def settle(self, offer: Offer, choice: Choice) -> NeedsPayment:
        """`values`: minor (units, above zero) and currency."""
        amount = _amount(offer, str(choice.values["how"]), str(choice.values["amount"]))
        values = {"minor": amount.minor, "currency": amount.currency}
        return NeedsPayment("paid", amount, values)


def _owed(offer: Offer) -> Money:
    if offer.owed is None or offer.owed.minor < 1:
        raise ValueError("pay is for a case in which something is owed")
    return offer.owed


def _bounds(offer: Offer) -> tuple[Money, Money, Money]:
    """What is owed, the least and the most. Never zero, whatever the policy says."""
    owed = _owed(offer)
    least = max(offer.term("least", Money), Money(1, owed.currency))
    return owed, min(least, owed), min(offer.term("most", Money), owed)


def _ready_made(offer: Offer) -> dict[str, Money]:
    """The amounts of the radios, within the terms. A third is rounded up to a whole unit."""
    owed, least, most = _bounds(offer)
    unit = Money.parse("1", owed.currency).minor
    third = Money(-(-owed.minor // (3 * unit)) * unit, owed.currency)
    found = {}
    if owed <= most:
        found["all"] = owed
    if least <= third <= most and third < owed:
        found["part"] = third
    return found


def _may_type(offer: Offer) -> bool:
    _, least, most = _bounds(offer)
    only = least == most and not _ready_made(offer)
    return offer.term("other", bool) and (least < most or only)


def _amount(offer: Offer, how: str, text: str) -> Money:
    if how == "other" and _may_type(offer):
        return _typed(offer, text)
    ready = _ready_made(offer)
    if how not in ready:
        raise Invalid({"how": ("choose", {})})
    return ready[how]


def _typed(offer: Offer, text: str) -> Money:
    owed, least, most = _bounds(offer)
    bounds = {"least": least, "most": most}
    if not text:
        raise Invalid({"amount": ("amount_missing", bounds)})
    try:
        amount = Money.parse(_DECIMAL_COMMA.sub(r"\1.\2", text), owed.currency)
    except ValueError:
        raise Invalid({"amount": ("not_an_amount", bounds)}) from None
    if amount < least:
        raise Invalid({"amount": ("at_least", bounds)})
    if most < amount:
        raise Invalid({"amount": ("at_most", bounds)})
    return amount
