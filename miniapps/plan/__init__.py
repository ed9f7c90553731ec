"""Plan: what is owed in equal instalments, every date and amount agreed to beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType

from inthread.spi import Choice, Form, Invalid, Line, Money, Offer, Settled, Term
from miniapps.plan.agreement import agreement
from miniapps.plan.schedule import Option, options

WORDING: Mapping[str, str] = MappingProxyType({
    "choose": "Choose one of the plans",
    "not_offered": "That plan is not offered. Choose one of these",
    "weekly": "Weekly payments",
    "fortnightly": "Payments, one every 2 weeks",
    "monthly": "Monthly payments",
    "each": "Each payment",
    "first": "First payment",
    "last": "Last payment",
    "first_on": "First payment on",
    "last_on": "Last payment on",
    "total": "Total",
})


class Plan:
    """`frequencies` are of weekly, fortnightly, monthly; `most_days_to_first` is counted before a
    weekend moves the first date to its Monday. `agreement` comes from the workflow's wording: the
    text agreed to in the customer's language (its fields: `miniapps.plan.agreement`).
    """

    key: str = "plan"
    template: str = "miniapps/plan.html"
    checked: bool = True
    wording: Mapping[str, str] = WORDING
    terms: Mapping[str, Term] = MappingProxyType({
        "least_instalment": Term("money"),
        "most_instalments": Term("integer"),
        "most_days_to_first": Term("integer"),
        "frequencies": Term("texts"),
        "agreement": Term("text"),
    })

    def page(self, offer: Offer) -> Mapping[str, object]:
        """`options`: {key, frequency, count, even (all alike), moved (a date moved off a weekend),
        schedule: [Instalment]}; `total`."""
        return {
            "options": [_shown(option) for option in _options(offer).values()],
            "total": _owed(offer),
        }

    def read(self, offer: Offer, form: Form) -> Choice:
        option = _options(offer).get(form.text("option"))
        if option is None:
            key = "not_offered" if form.text("option") else "choose"
            raise Invalid({"option": (key, {})})
        text = agreement(offer.term("agreement", str), option, _owed(offer), offer.locale)
        return Choice({"option": option.key}, _lines(option, _owed(offer)), text)

    def settle(self, offer: Offer, choice: Choice) -> Settled:
        """`values`: frequency, count, total and currency (minor units), schedule: [{due, minor}],
        agreement_sha256 (of the agreed text in UTF-8, hex)."""
        option = _options(offer)[str(choice.values["option"])]
        total = _owed(offer)
        return Settled("planned", {
            "frequency": option.frequency,
            "count": len(option.schedule),
            "total": total.minor,
            "currency": total.currency,
            "schedule": [
                {"due": part.due.isoformat(), "minor": part.amount.minor}
                for part in option.schedule
            ],
            "agreement_sha256": sha256(str(choice.agreement).encode()).hexdigest(),
        })


def _owed(offer: Offer) -> Money:
    if offer.owed is None or offer.owed.minor < 1:
        raise ValueError("plan is for a case in which something is owed")
    return offer.owed


def _options(offer: Offer) -> dict[str, Option]:
    found = options(
        _owed(offer),
        least=offer.term("least_instalment", Money),
        most=offer.term("most_instalments", int),
        most_days_to_first=offer.term("most_days_to_first", int),
        frequencies=tuple(offer.term("frequencies", tuple)),
        today=offer.today,
    )
    return {option.key: option for option in found}


def _shown(option: Option) -> dict[str, object]:
    parts = option.schedule
    return {
        "key": option.key,
        "frequency": option.frequency,
        "count": len(parts),
        "even": parts[0].amount == parts[-1].amount,
        "moved": any(part.moved_from for part in parts),
        "schedule": parts,
    }


def _lines(option: Option, total: Money) -> tuple[Line, ...]:
    first, last = option.schedule[0], option.schedule[-1]
    amounts = (
        (Line("each", first.amount),)
        if first.amount == last.amount
        else (Line("first", first.amount), Line("last", last.amount))
    )
    return (
        Line(option.frequency, len(option.schedule)),
        *amounts,
        Line("first_on", first.due),
        Line("last_on", last.due),
        Line("total", total),
    )
