"""The conformance kit on mini-apps: a good one passes, and each broken one is found out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from inthread.spi import Choice, Form, Invalid, Line, Money, Offer, Settled, Term
from inthread.testing import check_miniapp
from tests.integrations.findings import failed


class Tip:
    """Gives something on top, within the least and most of its terms."""

    key = "tip"
    template = "tip.html"
    checked = False
    wording: Mapping[str, str] = {"you_give": "You give", "a_number": "Enter an amount"}
    terms: Mapping[str, Term] = {"most": Term("money")}

    def page(self, offer: Offer) -> Mapping[str, object]:
        return {"most": offer.terms["most"]}

    def read(self, offer: Offer, form: Form) -> Choice:
        most = offer.term("most", Money)
        try:
            amount = Money.parse(form.text("amount"), "USD")
        except ValueError:
            raise Invalid({"amount": ("a_number", {})}) from None
        if not 0 < amount.minor <= most.minor:
            raise Invalid({"amount": ("a_number", {})})
        return Choice({"amount": amount.plain()}, lines=[Line("you_give", amount)])

    def settle(self, offer: Offer, choice: Choice) -> Settled:
        amount = Money.parse(str(choice.values["amount"]), "USD")
        return Settled("tipped", {"minor": amount.minor}, amount=amount)


class TrustsTheForm(Tip):
    def read(self, offer: Offer, form: Form) -> Choice:
        amount = Money(int(form.values["amount"]) * 100, "USD")
        return Choice({"amount": amount.plain()}, lines=[Line("you_give", amount)])


class KeepsMoneyInValues(Tip):
    def read(self, offer: Offer, form: Form) -> Choice:
        choice = super().read(offer, form)
        return replace(choice, values={"amount": Money(100, "USD")})


class HasNoWords(Tip):
    wording: Mapping[str, str] = {}


class TakesTooMuch(Tip):
    def settle(self, offer: Offer, choice: Choice) -> Settled:
        return Settled("tipped", {}, amount=Money(100_000, "USD"))


OFFER = Offer(
    "INV-1", {}, Money(500, "USD"), {"most": Money(500, "USD")}, "Maya Okafor", date(2026, 11, 21),
    "en",
)


@pytest.mark.parametrize(
    ("app", "found"),
    [
        (Tip(), []),
        (TrustsTheForm(), ["reads its own values again", "reads its own values again",
                           "an empty form is Invalid", "field amount survives hostile values"]),
        (HasNoWords(), ["every line has its words", "every problem has its words"]),
        (TakesTooMuch(), ["money is the obligation's"]),
    ],
)
def test_a_miniapp_that_breaks_a_promise_is_found(app: Tip, found: list[str]) -> None:
    assert failed(check_miniapp(app, OFFER, Form({"amount": "1"}))) == found


def test_a_miniapp_whose_values_are_not_json_is_found() -> None:
    assert "the choice is JSON" in failed(
        check_miniapp(KeepsMoneyInValues(), OFFER, Form({"amount": "1"})))
