"""A later day, a plan with something down, and another card, on the customer's own pages."""

from __future__ import annotations

import re

import pytest

from inthread.domain.case import CaseState
from inthread.domain.payment import PaymentMode
from inthread.runtime import Runtime
from tests.build import Fakes, an_asked_case
from tests.look import state_of, the_case
from tests.rows import every_row, nothing_written
from tests.web.steps import check_page, menu
from tests.web.visitor import Visitor

# What a field for a card would be called (security R3.1).
CARD_FIELD = re.compile(
    r'(name|id|autocomplete)="[^"]*(cc-|card.?num|pan\b|cvc|cvv|csc|expir)', re.IGNORECASE
)


def test_a_later_day_is_agreed_to_and_the_card_is_given_at_the_provider(
    visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    case = an_asked_case(rt=rt)
    menu(visitor, rt, case)
    form = visitor.get("/visit/do/pay")
    assert "You give the card now and can cancel until then" in form.text
    assert 'min="2026-01-06" max="2026-01-19"' in form.html
    check = check_page(visitor, "pay", how="all", when="later", on="2026-01-12")
    assert "You pay on Mon, 12 Jan 2026" in check.text
    assert "I agree that $184.20 is taken on January 12, 2026" in check.text
    assert "Nothing is charged today" in check.text
    left = visitor.sent(check, "Agree to pay on that day")
    assert left.goes_to.startswith("https://pay.test/pay/")
    [payment] = fakes.payments.checkouts.values()
    assert (payment.mode, payment.amount.minor) == (PaymentMode.CARD, 0)
    assert state_of(rt, case) is CaseState.PENDING
    [scheduled] = every_row(rt.db)["scheduled_payments"]
    assert (scheduled["amount_minor"], str(scheduled["due_on"])) == (18420, "2026-01-12")


def test_a38_a_day_too_late_is_said_at_its_field(visitor: Visitor, rt: Runtime) -> None:
    menu(visitor, rt)
    form = visitor.get("/visit/do/pay")
    with nothing_written(rt.db):
        answer = visitor.sent(form, "Continue", how="all", when="later", on="2026-01-20")
    assert answer.status == 422
    assert "Choose a day from Tue, 6 Jan 2026 to Mon, 19 Jan 2026" in answer.text
    assert 'id="when-later" value="later" checked' in answer.html
    assert 'value="2026-01-20"' in answer.html


def test_a_plan_with_something_down_goes_to_the_provider_for_that(
    visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    case = an_asked_case(rt=rt)
    menu(visitor, rt, case)
    check = check_page(
        visitor, "plan", option="monthly-2", down="other", down_amount="84.20", debits="yes"
    )
    assert "1. January 5, 2026: $84.20" in check.text
    assert "I authorise the 2 payments" in check.text
    left = visitor.sent(check, "Agree and pay $84.20 now")
    assert left.goes_to.startswith("https://pay.test/pay/")
    [payment] = fakes.payments.checkouts.values()
    assert (payment.mode, payment.amount.minor) == (PaymentMode.KEEP, 8420)
    assert the_case(rt, case.id).state is CaseState.PENDING


@pytest.mark.parametrize("locale", ["en", "es"])
def test_r3_1_another_card_is_given_at_the_provider_and_nowhere_here(
    visitor: Visitor, rt: Runtime, fakes: Fakes, locale: str
) -> None:
    case = an_asked_case(rt=rt, workflow="card_expiring")
    menu(visitor, rt, case)
    if locale == "es":
        visitor.press(visitor.get("/visit/do/update_card"), "Español")
    page = visitor.get("/visit/do/update_card")
    assert "Visa •••• 1881" in page.text
    assert "01/26" in page.text
    assert CARD_FIELD.findall(page.html) == []
    button = {"en": "Give the new card", "es": "Dar la tarjeta nueva"}[locale]
    with nothing_written(rt.db):
        assert visitor.sent(page, button).status == 422
    left = visitor.sent(page, button, agree="yes")
    assert left.goes_to.startswith("https://pay.test/pay/")
    [payment] = fakes.payments.checkouts.values()
    assert payment.mode is PaymentMode.CARD


def test_a48_a_tick_under_another_text_counts_for_nothing(visitor: Visitor, rt: Runtime) -> None:
    menu(visitor, rt, an_asked_case(rt=rt, workflow="failed_payment"))
    page = visitor.get("/visit/do/update_card")
    with nothing_written(rt.db):
        answer = visitor.sent(page, "Give the new card", agree="yes", agreement_digest="0" * 64)
    assert answer.status == 422
    assert "Nothing was saved. Read it again" in answer.text
