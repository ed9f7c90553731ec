"""Callback: the customer picks a day and an hour at which Acme calls them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from inthread.spi import Choice, Form, Invalid, Line, Offer, Settled, Term

WORDING: Mapping[str, str] = MappingProxyType({
    "choose_day": "Choose one of these days",
    "choose_hour": "Choose one of these hours",
    "we_call_on": "We call you on",
    "between": "Between",
})


class Callback:
    """`hours`: what can be picked, as text; `latest_days`: the last day, counted from today."""

    key: str = "callback"
    template: str = "acme_extra/callback.html"
    checked: bool = True
    wording: Mapping[str, str] = WORDING
    terms: Mapping[str, Term] = MappingProxyType(
        {"hours": Term("texts"), "latest_days": Term("integer")}
    )

    def page(self, offer: Offer) -> Mapping[str, object]:
        return {"days": _days(offer), "hours": offer.term("hours", tuple)}

    def read(self, offer: Offer, form: Form) -> Choice:
        day = {str(day): day for day in _days(offer)}.get(form.text("on"))
        hour = form.text("hour")
        problems: dict[str, tuple[str, Mapping[str, object]]] = {}
        if day is None:
            problems["on"] = ("choose_day", {})
        if hour not in offer.term("hours", tuple):
            problems["hour"] = ("choose_hour", {})
        if problems or day is None:
            raise Invalid(problems)
        values = {"on": day.isoformat(), "hour": hour}
        return Choice(values, (Line("we_call_on", day), Line("between", hour)))

    def settle(self, offer: Offer, choice: Choice) -> Settled:
        return Settled("callback_booked", choice.values)


def _days(offer: Offer) -> list[date]:
    """Working days from tomorrow."""
    days = range(1, offer.term("latest_days", int) + 1)
    every = [offer.today + timedelta(days=n) for n in days]
    return [day for day in every if day.weekday() < 5]
