"""Offers with good defaults, and what a mini-app says to a form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from inthread.spi import Choice, Form, Invalid, MiniApp, Money, Offer

TODAY = date(2026, 11, 20)  # a Friday


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


def an_offer(
    terms: Mapping[str, object],
    *,
    owed: Money | None = None,
    today: date = TODAY,
    name: str = "Maya Okafor",
    locale: str = "en",
) -> Offer:
    return Offer(
        reference="INV-20417", facts={}, owed=owed, terms=terms, name=name, today=today,
        locale=locale,
    )


def problems(app: MiniApp, offer: Offer, **fields: str) -> dict[str, tuple[str, object]]:
    """What `read` says is wrong with this form; empty when it takes it."""
    try:
        app.read(offer, Form(fields))
    except Invalid as invalid:
        return dict(invalid.problems)
    return {}


def again(app: MiniApp, offer: Offer, choice: Choice) -> Choice:
    """Read the choice's own values, the way the core reads a draft at submit."""
    return app.read(offer, Form({name: str(value) for name, value in choice.values.items()}))
