"""What several mini-apps read alike: terms that may be missing, and amounts and days as typed.

The sentence keys of a refusal are each mini-app's own wording: `amount_missing`, `not_an_amount`,
`at_least`, `at_most`; `no_day`, `not_a_day`, `past`, `too_late`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TypeVar

from inthread.spi import Invalid, Money, Offer

T = TypeVar("T")

METHODS = ("card", "bank")
# No grouping has two digits, so 61,40 can only be sixty-one and forty hundredths.
_DECIMAL_COMMA = re.compile(r"\A([0-9]+),([0-9]{1,2})\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def term_or(offer: Offer, name: str, kind: type[T], otherwise: T) -> T:
    """The term, or *otherwise* when policy does not give it. Raises TypeError as `Offer.term`."""
    return offer.term(name, kind) if name in offer.terms else otherwise


def methods_of(offer: Offer) -> tuple[str, ...]:
    """By what means policy lets this be paid, a card if it says nothing. Raises ValueError for a
    method that is not one of METHODS: a fault of the workflow."""
    methods = tuple(term_or(offer, "methods", tuple, ("card",)))
    for method in methods:
        if method not in METHODS:
            raise ValueError(f"{method!r} is not one of {', '.join(METHODS)}")
    return methods


def typed_amount(field: str, text: str, least: Money, most: Money) -> Money:
    """An amount in major units, from *least* to *most*. Raises Invalid for *field*."""
    bounds = {"least": least, "most": most}
    if not text:
        raise Invalid({field: ("amount_missing", bounds)})
    try:
        amount = Money.parse(_DECIMAL_COMMA.sub(r"\1.\2", text), most.currency)
    except ValueError:
        raise Invalid({field: ("not_an_amount", bounds)}) from None
    if amount < least:
        raise Invalid({field: ("at_least", bounds)})
    if most < amount:
        raise Invalid({field: ("at_most", bounds)})
    return amount


def typed_day(field: str, text: str, earliest: date, latest: date) -> date:
    """An ISO 8601 date, from *earliest* to *latest*. Raises Invalid for *field*."""
    days = {"earliest": earliest, "latest": latest}
    if not text:
        raise Invalid({field: ("no_day", days)})
    try:
        # fromisoformat alone also takes 20261121 and week dates.
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise Invalid({field: ("not_a_day", {"example": latest.isoformat()})})
    if day < earliest:
        raise Invalid({field: ("past", days)})
    if day > latest:
        raise Invalid({field: ("too_late", days)})
    return day
