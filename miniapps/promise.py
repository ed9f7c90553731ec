"""Promise: the customer says on which day they will pay, and how much."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from inthread.spi import Choice, Form, Invalid, Line, Money, Offer, Settled, Term
from miniapps.reading import typed_amount, typed_day

WORDING: Mapping[str, str] = MappingProxyType({
    "no_day": "Choose the day you will pay",
    "not_a_day": "Enter the day like %(example)s",
    "past": "That day has passed. Choose one from %(earliest)s to %(latest)s",
    "too_late": "Choose a day from %(earliest)s to %(latest)s",
    "choose": "Choose how much you will pay",
    "amount_missing": "Enter the amount you will pay",
    "not_an_amount": "Enter the amount in figures, like %(least)s",
    "at_least": "Enter an amount from %(least)s to %(most)s",
    "at_most": "Enter an amount from %(least)s to %(most)s",
    "you_will_pay": "You will pay",
    "by": "By",
})

_Problems = dict[str, tuple[str, Mapping[str, object]]]


class Promise:
    """`latest_days`: the last day, counted from today; today itself is always allowed. `least`
    bounds the amount; when less than it is owed, what is owed is the least."""

    key: str = "promise"
    template: str = "miniapps/promise.html"
    checked: bool = True
    wording: Mapping[str, str] = WORDING
    terms: Mapping[str, Term] = MappingProxyType(
        {"latest_days": Term("integer"), "least": Term("money")}
    )

    def page(self, offer: Offer) -> Mapping[str, object]:
        """`choices`: {key: all, amount} and {key: other}; `earliest`, `latest` (dates); `least`,
        `most` (money)."""
        least, most = _bounds(offer)
        choices: list[dict[str, object]] = [{"key": "all", "amount": most}]
        if least < most:
            choices.append({"key": "other"})
        return {"choices": choices, "least": least, "most": most, **_days(offer)}

    def read(self, offer: Offer, form: Form) -> Choice:
        """`values`: on (ISO 8601 date), how, and amount (major units) when it was typed; empty
        otherwise. All problems are told at once."""
        problems: _Problems = {}
        day, amount, how = None, None, form.text("how")
        try:
            day = _day(offer, form.text("on"))
        except Invalid as invalid:
            problems.update(invalid.problems)
        try:
            amount = _amount(offer, how, form.text("amount"))
        except Invalid as invalid:
            problems.update(invalid.problems)
        if day is None or amount is None:
            raise Invalid(problems)
        values = {
            "on": day.isoformat(), "how": how, "amount": amount.plain() if how == "other" else "",
        }
        return Choice(values, (Line("you_will_pay", amount), Line("by", day)))

    def settle(self, offer: Offer, choice: Choice) -> Settled:
        """`values`: on (ISO 8601 date), minor (units, above zero) and currency. What is left of the
        case rests until that day is over."""
        amount = _amount(offer, str(choice.values["how"]), str(choice.values["amount"]))
        return Settled("promised", {
            "on": choice.values["on"], "minor": amount.minor, "currency": amount.currency,
        }, rest_until=date.fromisoformat(str(choice.values["on"])) + timedelta(days=1))


def _owed(offer: Offer) -> Money:
    if offer.owed is None or offer.owed.minor < 1:
        raise ValueError("promise is for a case in which something is owed")
    return offer.owed


def _bounds(offer: Offer) -> tuple[Money, Money]:
    owed = _owed(offer)
    least = max(offer.term("least", Money), Money(1, owed.currency))
    return min(least, owed), owed


def _days(offer: Offer) -> dict[str, date]:
    latest = offer.today + timedelta(days=offer.term("latest_days", int))
    return {"earliest": offer.today, "latest": latest}


def _day(offer: Offer, text: str) -> date:
    days = _days(offer)
    return typed_day("on", text, days["earliest"], days["latest"])


def _amount(offer: Offer, how: str, text: str) -> Money:
    least, most = _bounds(offer)
    if how == "all":
        return most
    if how != "other" or least == most:
        raise Invalid({"how": ("choose", {})})
    return typed_amount("amount", text, least, most)
