"""Pay: all that is owed, a third of it, or another amount within the terms; now, or on a later day
that policy allows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from inthread.spi import Choice, Form, Invalid, Line, Money, NeedsCard, NeedsPayment, Offer, Term
from miniapps.exact import cash, day_in_full, fill
from miniapps.reading import methods_of, term_or, typed_amount, typed_day

WORDING: Mapping[str, str] = MappingProxyType({
    "choose": "Choose how much to pay",
    "amount_missing": "Enter the amount you would like to pay",
    "not_an_amount": "Enter the amount in figures, like %(least)s",
    "at_least": "Enter an amount from %(least)s to %(most)s",
    "at_most": "Enter an amount from %(least)s to %(most)s",
    "choose_when": "Choose when to pay",
    "no_day": "Choose the day you would like to pay",
    "not_a_day": "Enter the day like %(example)s",
    "past": "Choose a later day, from %(earliest)s to %(latest)s, or pay now",
    "too_late": "Choose a day from %(earliest)s to %(latest)s",
    "you_pay_now": "You pay now",
    "you_pay_on": "You pay on",
    "amount": "Amount",
    "left_after": "Left after this",
})

_Problems = dict[str, tuple[str, Mapping[str, object]]]


class Pay:
    """`least` and `most` bound one payment. `other` says whether an amount may be typed.
    `latest_days`: how many days from today it may be put off, with a card that is kept until then;
    `agreement`, from the workflow's wording, is what is agreed to in that case, its fields `amount`
    and `date`. `methods` are of `miniapps.reading.METHODS`. `others`: somebody else may pay.

    When less than `least` is owed, what is owed is the least: a case can always be paid off. There
    is no fee, whatever is chosen.
    """

    key: str = "pay"
    template: str = "miniapps/pay.html"
    checked: bool = True
    wording: Mapping[str, str] = WORDING
    terms: Mapping[str, Term] = MappingProxyType({
        "least": Term("money"),
        "most": Term("money"),
        "other": Term("boolean"),
        "latest_days": Term("integer", required=False),
        "methods": Term("texts", required=False),
        "others": Term("boolean", required=False),
        "agreement": Term("text", required=False),
    })

    def page(self, offer: Offer) -> Mapping[str, object]:
        """`choices`: {key: all | part, amount, left} and {key: other}; `least`, `most`, `owed`;
        `later`: {earliest, latest} or None; `methods`; `others`."""
        owed, least, most = _bounds(offer)
        choices: list[dict[str, object]] = [
            {"key": key, "amount": amount, "left": owed - amount}
            for key, amount in _ready_made(offer).items()
        ]
        if _may_type(offer):
            choices.append({"key": "other"})
        return {
            "choices": choices, "least": least, "most": most, "owed": owed,
            "later": _later(offer), "methods": methods_of(offer),
            "others": term_or(offer, "others", bool, False),
        }

    def read(self, offer: Offer, form: Form) -> Choice:
        """`values`: how, and amount (major units) when it was typed, empty otherwise; for a later
        day also when (`later`) and on (ISO 8601 date). All problems are told at once."""
        problems: _Problems = {}
        amount, day, how = None, None, form.text("how")
        try:
            amount = _amount(offer, how, form.text("amount"))
        except Invalid as invalid:
            problems.update(invalid.problems)
        try:
            day = _day(offer, form.text("when"), form.text("on"))
        except Invalid as invalid:
            problems.update(invalid.problems)
        if amount is None or problems:
            raise Invalid(problems)
        values = {"how": how, "amount": amount.plain() if how == "other" else ""}
        left = Line("left_after", _owed(offer) - amount)
        if day is None:
            return Choice(values, (Line("you_pay_now", amount), left))
        values |= {"when": "later", "on": day.isoformat()}
        lines = (Line("you_pay_on", day), Line("amount", amount), left)
        return Choice(values, lines, _agreement(offer, amount, day))

    def settle(self, offer: Offer, choice: Choice) -> NeedsPayment | NeedsCard:
        """`values`: minor (units, above zero) and currency."""
        said = {name: str(value) for name, value in choice.values.items()}
        amount = _amount(offer, said["how"], said["amount"])
        day = _day(offer, said.get("when", ""), said.get("on", ""))
        values = {"minor": amount.minor, "currency": amount.currency}
        if day is None:
            return NeedsPayment("paid", amount, values, methods=methods_of(offer))
        return NeedsCard("paid", values, methods_of(offer), charge=amount, on=day)


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
        _, least, most = _bounds(offer)
        return typed_amount("amount", text, least, most)
    ready = _ready_made(offer)
    if how not in ready:
        raise Invalid({"how": ("choose", {})})
    return ready[how]


def _later(offer: Offer) -> dict[str, date] | None:
    """The days it may be put off to, from tomorrow; None when it may not."""
    days = term_or(offer, "latest_days", int, 0)
    if days < 1:
        return None
    return {"earliest": offer.today + timedelta(days=1),
            "latest": offer.today + timedelta(days=days)}


def _day(offer: Offer, when: str, on: str) -> date | None:
    """The later day, or None for now. A form that does not ask means now."""
    later = _later(offer)
    if when in ("", "now"):
        return None
    if when != "later" or later is None:
        raise Invalid({"when": ("choose_when", {})})
    return typed_day("on", on, later["earliest"], later["latest"])


def _agreement(offer: Offer, amount: Money, day: date) -> str | None:
    if "agreement" not in offer.terms:
        return None
    return fill("the agreement of a later payment", offer.term("agreement", str), {
        "amount": cash(amount, offer.locale), "date": day_in_full(day, offer.locale),
    })
