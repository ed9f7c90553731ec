"""Plan: what is owed in equal instalments, every date and amount agreed to beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType

from inthread.spi import Choice, Form, Line, Money, NeedsCard, NeedsPayment, Offer, Settled, Term
from miniapps.plan.agreement import Terms, agreement, authorisation
from miniapps.plan.choosing import Picked, debits_of, down_of, options_after, owed_of, pick
from miniapps.plan.schedule import Option
from miniapps.reading import methods_of

WORDING: Mapping[str, str] = MappingProxyType({
    "choose": "Choose one of the plans",
    "not_offered": "That plan is not offered. Choose one of these",
    "too_small": "With %(down)s now, each payment would be below %(least)s. Choose fewer payments",
    "choose_down": "Choose how much to pay now",
    "amount_missing": "Enter the amount you would like to pay now",
    "not_an_amount": "Enter the amount in figures, like %(least)s",
    "at_least": "Enter an amount from %(least)s to %(most)s",
    "at_most": "Enter an amount from %(least)s to %(most)s",
    "debits_not_offered": "We do not take these payments by ourselves. Choose your plan again",
    "you_pay_now": "You pay now",
    "weekly": "Weekly payments",
    "fortnightly": "Payments, one every 2 weeks",
    "monthly": "Monthly payments",
    "month_ends": "Payments, one at each month’s end",
    "each": "Each payment",
    "first": "First payment",
    "last": "Last payment",
    "first_on": "First payment on",
    "last_on": "Last payment on",
    "taken": "Payments we take by ourselves",
    "total": "Total",
})


class Plan:
    """`frequencies` are of weekly, fortnightly, monthly, month_ends; `most_days_to_first` is
    counted before a weekend moves the first date. `least_down` and `most_down` bound what is paid
    at once. `debits`: whether the instalments are taken by themselves from a card that is kept (no,
    may, must); the system of record takes them, by the provider's token in the writeback.

    `agreement` and `authorisation` come from the workflow's wording: the texts agreed to in the
    customer's language (their fields: `miniapps.plan.agreement`). There is no fee.
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
        "least_instalments": Term("integer", required=False),
        "latest_end_days": Term("integer", required=False),
        "business_days": Term("boolean", required=False),
        "least_down": Term("money", required=False),
        "most_down": Term("money", required=False),
        "debits": Term("text", required=False),
        "methods": Term("texts", required=False),
        "agreement": Term("text"),
        "authorisation": Term("text", required=False),
    })

    def page(self, offer: Offer) -> Mapping[str, object]:
        """`options`: {key, frequency, count, even (all alike), moved (a date moved off a weekend),
        schedule: [Instalment]} after the least down payment; `total`; `down`: {choices, least,
        most} or None; `debits` (no | may | must); `methods`."""
        down = down_of(offer)
        least = down.least if down else Money(0, owed_of(offer).currency)
        return {
            "options": [_shown(option) for option in options_after(offer, least).values()],
            "total": owed_of(offer),
            "down": {"choices": down.choices, "least": down.least, "most": down.most}
            if down else None,
            "debits": debits_of(offer), "methods": methods_of(offer),
        }

    def read(self, offer: Offer, form: Form) -> Choice:
        """`values`: option; down and down_amount (major units, empty unless typed) where something
        is paid now; debits (`yes`) where they are chosen."""
        picked = pick(offer, form)
        values = {"option": picked.option.key}
        if picked.down.minor:
            typed = picked.down.plain() if picked.how == "other" else ""
            values |= {"down": picked.how, "down_amount": typed}
        if picked.debits:
            values["debits"] = "yes"
        return Choice(values, _lines(picked, owed_of(offer)), _agreed(offer, picked))

    def settle(self, offer: Offer, choice: Choice) -> Settled | NeedsPayment | NeedsCard:
        """`values`: frequency, count, total and currency (minor units), schedule: [{due, minor}],
        down (minor units), debits, agreement_sha256 (of the agreed text in UTF-8, hex), and
        method, brand, last_four, expires, provider_reference, empty until there is a card."""
        said = {name: str(value) for name, value in choice.values.items()}
        picked = pick(offer, Form(said))
        values = _values(picked, owed_of(offer), str(choice.agreement))
        methods = methods_of(offer)
        if picked.down.minor:
            return NeedsPayment("planned", picked.down, values, picked.debits, methods)
        if picked.debits:
            return NeedsCard("planned", values, methods)
        return Settled("planned", values)


def _agreed(offer: Offer, picked: Picked) -> str:
    terms = Terms(picked.option, owed_of(offer), picked.down, offer.today, offer.locale)
    template = offer.term("agreement", str)
    text = agreement(template, terms)
    if not picked.debits:
        return text
    return f"{text}\n\n{authorisation(offer.term('authorisation', str), template, terms)}"


def _values(picked: Picked, total: Money, agreed: str) -> dict[str, object]:
    schedule = picked.option.schedule
    return {
        "frequency": picked.option.frequency,
        "count": len(schedule),
        "total": total.minor,
        "currency": total.currency,
        "schedule": [
            {"due": part.due.isoformat(), "minor": part.amount.minor} for part in schedule
        ],
        "down": picked.down.minor,
        "debits": picked.debits,
        "agreement_sha256": sha256(agreed.encode()).hexdigest(),
        **dict.fromkeys(("method", "brand", "last_four", "expires", "provider_reference"), ""),
    }


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


def _lines(picked: Picked, total: Money) -> tuple[Line, ...]:
    option = picked.option
    first, last = option.schedule[0], option.schedule[-1]
    amounts = (
        (Line("each", first.amount),)
        if first.amount == last.amount
        else (Line("first", first.amount), Line("last", last.amount))
    )
    return (
        *((Line("you_pay_now", picked.down),) if picked.down.minor else ()),
        Line(option.frequency, len(option.schedule)),
        *amounts,
        Line("first_on", first.due),
        Line("last_on", last.due),
        *((Line("taken", len(option.schedule)),) if picked.debits else ()),
        Line("total", total),
    )
