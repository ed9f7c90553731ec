"""A payment on a later day: set, seen from the same link on any way in, called off in one press."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from inthread.domain.case import Case, CaseState
from inthread.domain.payment import PaymentKind, ScheduleState
from inthread.runtime import Runtime
from tests.build import Fakes, an_asked_case, carry_all
from tests.clock import Clock
from tests.commands.later import hasten
from tests.commands.test_record_payment_event import tell
from tests.look import state_of
from tests.rows import every_row, nothing_written
from tests.web.steps import check_page, landing, menu
from tests.web.visitor import Page, Visitor

PAGE = "/visit/scheduled"


@pytest.fixture
def case(rt: Runtime) -> Case:
    return an_asked_case(rt=rt)


def leave_card(visitor: Visitor, rt: Runtime, fakes: Fakes, case: Case) -> str:
    """Chosen, agreed to, and at the provider; nothing was heard yet. The payment's id."""
    menu(visitor, rt, case)
    check = check_page(visitor, "pay", how="part", when="later", on="2026-01-08")
    [go_on] = [text for text in check.buttons if "card" in text.lower() or "pay" in text.lower()]
    assert visitor.sent(check, go_on).goes_to.startswith(fakes.payments.origin)
    [payment] = every_row(rt.db)["payments"]
    assert (payment["mode"], payment["amount_minor"]) == ("card", 0)
    return str(payment["id"])


@pytest.fixture
def page(visitor: Visitor, rt: Runtime, fakes: Fakes, case: Case) -> Page:
    payment = leave_card(visitor, rt, fakes, case)
    tell(rt, fakes.payments.settle(payment, PaymentKind.SUCCEEDED))
    return visitor.open(fakes.payments.return_urls[payment].removeprefix("http://localhost:8400"))


def schedules(rt: Runtime) -> list[str]:
    return [row["state"] for row in every_row(rt.db)["scheduled_payments"]]


def test_it_says_how_much_on_which_day_and_from_which_card(page: Page) -> None:
    assert page.status == 200
    for words in ("Thu 8 Jan", "$62.00", "Visa ending in 4242", "Nothing was paid so far.",
                  "Reference INV-1"):
        assert words in page.text, words
    assert "Cancel this payment" in page.buttons
    assert "pm-" not in page.html, "the provider's token is not for the page (R3.3)"


def test_every_way_in_leads_to_it(visitor: Visitor, rt: Runtime, page: Page, case: Case) -> None:
    [payment] = every_row(rt.db)["payments"]
    for path in ("/visit", f"/visit/payment/{payment['id']}", PAGE):
        assert "Cancel this payment" in visitor.open(path).buttons, path
    assert "/visit" in landing(visitor, rt, case).links.values()


def test_looking_writes_nothing(visitor: Visitor, rt: Runtime, page: Page) -> None:
    with nothing_written(rt.db):
        assert visitor.get(PAGE).status == 200


def test_one_press_calls_it_off(
    visitor: Visitor, rt: Runtime, fakes: Fakes, page: Page, case: Case, clock: Clock
) -> None:
    after = visitor.press(page, "Cancel this payment")
    assert "Nothing was paid, and nothing will be taken." in after.text
    assert (schedules(rt), state_of(rt, case)) == ([ScheduleState.CANCELLED], CaseState.OPEN)
    assert "What would you like to do?" in visitor.open(after.links["See what you can do"]).text
    with nothing_written(rt.db):
        again = visitor.press(page, "Cancel this payment")
    assert again.text == after.text
    clock.at = datetime(2026, 1, 9, tzinfo=UTC)
    carry_all(rt)
    assert fakes.payments.charged == []


def test_without_the_forms_own_token_nothing_is_called_off(
    visitor: Visitor, rt: Runtime, page: Page
) -> None:
    assert visitor.post(PAGE, {"do": "cancel"}).status == 403
    assert schedules(rt) == [ScheduleState.WAITING]


def test_another_press_is_none(visitor: Visitor, rt: Runtime, page: Page) -> None:
    _, form = page.button("Cancel this payment")
    with nothing_written(rt.db):
        assert visitor.post(PAGE, {**form.fields, "do": "charge"}).status == 400


def test_once_it_is_taken_the_payments_page_tells(
    visitor: Visitor, rt: Runtime, fakes: Fakes, page: Page
) -> None:
    fakes.payments.mode = "timeout_after"
    hasten(rt)
    carry_all(rt, kinds=("charge",))
    waits = visitor.open(PAGE)
    assert "waiting for your payment to be confirmed" in waits.text
    assert "Choose another way" not in waits.buttons, "it cannot be given up"
    late = visitor.press(page, "Cancel this payment")
    assert (late.text, schedules(rt)) == (waits.text, [ScheduleState.CHARGING])
    done = visitor.press(waits, "Check again")
    assert "/visit/receipt/" in visitor.get("/visit").goes_to or "$62.00" in done.text
    assert [o["amount_minor"] for o in every_row(rt.db)["outcomes"]] == [62_00]


def test_r3_4_coming_back_sets_no_day(
    visitor: Visitor, rt: Runtime, fakes: Fakes, case: Case
) -> None:
    """The provider's own words do, and until they come the page says that it waits."""
    payment = leave_card(visitor, rt, fakes, case)
    with nothing_written(rt.db):
        back = visitor.open(
            fakes.payments.return_urls[payment].removeprefix("http://localhost:8400")
        )
    assert "We’re waiting for your card to be confirmed" in back.text
    assert "Nothing is paid by saving a card." in back.text
    assert schedules(rt) == [ScheduleState.ASKED]


def test_a_declined_card_keeps_nothing(
    visitor: Visitor, rt: Runtime, fakes: Fakes, case: Case
) -> None:
    payment = leave_card(visitor, rt, fakes, case)
    tell(rt, fakes.payments.settle(payment, PaymentKind.DECLINED))
    page = visitor.open(f"/visit/payment/{payment}")
    assert "No card was saved, and nothing was paid." in page.text
    assert visitor.press(page, "Choose another way").status == 200
    assert (schedules(rt), state_of(rt, case)) == ([ScheduleState.DROPPED], CaseState.OPEN)


def test_without_one_it_is_the_menu(visitor: Visitor, rt: Runtime, case: Case) -> None:
    menu(visitor, rt, case)
    assert "What would you like to do?" in visitor.open(PAGE).text


def test_without_a_visit_it_is_nobodys(app: Flask, page: Page) -> None:
    assert "Cancel" not in Visitor(app).open(PAGE).text
