"""Choosing, checking and acting: what is refused changes nothing, what is pressed twice is one."""

from __future__ import annotations

import io
from datetime import date

import pytest
from flask import Flask

from inthread.domain.case import CaseState
from inthread.runtime import Runtime
from inthread.spi import PaymentKind
from tests.build import Fakes, a_person, a_provider_event, an_asked_case, carry_all, the_case
from tests.clock import Clock
from tests.rows import nothing_written
from tests.web.steps import BUTTONS, check_page, fact_menu, landing, menu
from tests.web.visitor import Page, Visitor


def test_a36_an_action_that_is_not_offered_says_why_and_what_else(
    visitor: Visitor, rt: Runtime
) -> None:
    page = menu(visitor, rt, owed="42.10")
    assert "Split it into payments" not in page.links
    assert "Why you see these choices" in page.text
    refused = visitor.get("/visit/do/plan")
    assert refused.status == 403
    assert "Not possible today: Split it into payments" in refused.text
    assert "$42.10" in refused.text
    assert "Nothing was paid or changed by asking." in refused.text
    assert [text for text in refused.links if text.startswith("Pay now")]


@pytest.mark.parametrize("action", ["pay", "plan", "promise"])
def test_a37_no_step_is_skipped(visitor: Visitor, rt: Runtime, action: str) -> None:
    page = menu(visitor, rt)
    token = page.button("Leave and close this page")[1].fields["csrf"]
    with nothing_written(rt.db):
        looked = visitor.get(f"/visit/do/{action}/check")
        pressed = visitor.post(
            f"/visit/do/{action}/check",
            {"csrf": token, "nonce": "nonce-12345", "shown": "0" * 64},
        )
    assert (looked.status, pressed.status) == (409, 409)
    assert "Nothing was paid or changed by this press." in pressed.text


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("pay", {"how": "other", "amount": "-1"}),
        ("pay", {"how": "other", "amount": "0"}),
        ("pay", {"how": "other", "amount": "0.001"}),
        ("pay", {"how": "other", "amount": "1e9"}),
        ("pay", {"how": "other", "amount": "NaN"}),
        ("pay", {"how": "other", "amount": "999999"}),
        ("pay", {"how": "everything"}),
        ("plan", {"option": "monthly-999"}),
        ("plan", {"option": "daily-3"}),
        ("promise", {"how": "all", "on": "2025-12-31"}),
        ("promise", {"how": "all", "on": "2099-01-01"}),
        ("promise", {"how": "all", "on": "soon"}),
    ],
)
def test_a38_a_tampered_choice_is_shown_again_with_what_is_wrong(
    visitor: Visitor, rt: Runtime, action: str, fields: dict[str, str]
) -> None:
    menu(visitor, rt)
    form = visitor.get(f"/visit/do/{action}")
    with nothing_written(rt.db):
        answer = visitor.sent(form, BUTTONS[action], **fields)
    assert answer.status == 422
    assert "<title>Error: " in answer.html
    assert "Check this first" in answer.text


def test_a39_fields_nobody_asked_for_change_nothing(visitor: Visitor, rt: Runtime) -> None:
    menu(visitor, rt)
    check = check_page(
        visitor, "promise", on="2026-01-08", how="all", status="closed", role="admin", owed="1"
    )
    assert "$184.20" in check.text


def test_a40_what_belongs_to_another_case_is_not_there(
    app: Flask, visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    mine = an_asked_case(rt=rt)
    menu(visitor, rt, mine)
    receipt = visitor.press(check_page(visitor, "promise", on="2026-01-08", how="all"),
                            "Promise this")
    outcome = receipt.response.request.path
    other_person = a_person(rt=rt, reference="CUST-2", contacts=(("sms", "+15550100999"),))
    other = Visitor(app)
    menu(other, rt, an_asked_case(rt=rt, person=other_person, number="INV-2"))
    other.sent(check_page(other, "pay", how="all"), "Pay $184.20 now")
    [payment] = fakes.payments.checkouts
    with nothing_written(rt.db):
        assert other.get(outcome).status == 404
        assert visitor.get(f"/visit/payment/{payment}").status == 404
        for path in ("/visit/receipt/out_x", "/visit/payment/pay_x", "/visit/do/refund",
                     "/visit/do/refund/check", "/return/nothing", "/visit/do/", "/visit/x"):
            assert visitor.get(path).status == 404


def test_a43_two_taps_ask_for_the_money_once(
    visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    menu(visitor, rt)
    check = check_page(visitor, "pay", how="part")
    first, second = (visitor.sent(check, "Pay $62.00 now") for _ in range(2))
    assert first.goes_to == second.goes_to
    assert len(fakes.payments.checkouts) == 1


def test_a44_two_tabs_pay_the_same_bill_once(
    visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    menu(visitor, rt)
    one = check_page(visitor, "pay", how="all")
    other = visitor.get("/visit/do/pay/check")
    visitor.sent(one, "Pay $184.20 now")
    answer = visitor.sent(other, "Pay $184.20 now")
    assert answer.status == 409
    assert "This is taken care of already" in answer.text
    assert len(fakes.payments.checkouts) == 1


def test_a45_coming_back_proves_nothing(visitor: Visitor, rt: Runtime, fakes: Fakes) -> None:
    page = paying(visitor, rt, fakes)
    back = visitor.open(f"{page.response.request.path}?status=success&paid=1")
    assert "If you have paid, don’t pay again." in back.text
    looked = visitor.press(back, "Check again")
    assert "We’re waiting for your payment" in looked.text


def test_a48_other_figures_on_the_page_than_now_are_looked_at_again(
    visitor: Visitor, rt: Runtime
) -> None:
    menu(visitor, rt)
    check = check_page(visitor, "plan", option="monthly-4")
    answer = visitor.sent(check, "Agree to this plan", shown="0" * 64)
    assert answer.status == 409
    assert "Something changed while you were here" in answer.text
    assert answer.links["Look at it again"] == "/visit/do/plan"


def test_one_press_with_another_body_is_not_the_same_press(
    visitor: Visitor, rt: Runtime
) -> None:
    menu(visitor, rt)
    check = check_page(visitor, "promise", on="2026-01-08", how="all")
    visitor.sent(check, "Promise this")
    with nothing_written(rt.db):
        answer = visitor.sent(check, "Promise this", shown="1" * 64)
    assert answer.status == 422


@pytest.mark.parametrize("nonce", ["", "short", "x" * 81])
def test_a_press_without_a_whole_once_key_is_refused(
    visitor: Visitor, rt: Runtime, nonce: str
) -> None:
    menu(visitor, rt)
    check = check_page(visitor, "promise", on="2026-01-08", how="all")
    with nothing_written(rt.db):
        assert visitor.sent(check, "Promise this", nonce=nonce).status == 409


def paying(visitor: Visitor, rt: Runtime, fakes: Fakes) -> Page:
    """On the payment page, with a checkout open."""
    menu(visitor, rt)
    visitor.sent(check_page(visitor, "pay", how="all"), "Pay $184.20 now")
    return visitor.open("/visit")


def test_a_declined_payment_says_that_no_money_moved_and_can_be_tried_again(
    visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    page = paying(visitor, rt, fakes)
    [payment] = fakes.payments.checkouts
    a_provider_event(rt=rt, payment_id=payment, kind=PaymentKind.DECLINED)
    declined = visitor.press(page, "Check again")
    assert "No money was taken." in declined.text
    again = visitor.sent(declined, "Try again")
    assert again.goes_to == f"https://pay.test/pay/co-{payment}"


def test_giving_a_payment_up_opens_the_other_ways(
    visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    page = paying(visitor, rt, fakes)
    chosen = visitor.press(page, "Choose another way")
    assert "What would you like to do?" in chosen.text


def test_giving_up_what_was_paid_shows_the_receipt(
    visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    page = paying(visitor, rt, fakes)
    [payment] = fakes.payments.checkouts
    a_provider_event(rt=rt, payment_id=payment)
    assert "Paid. Thank you, Maya." in visitor.press(page, "Choose another way").text


def test_a_payment_page_that_does_not_answer_takes_nothing(
    visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    fakes.payments.mode = "busy"
    menu(visitor, rt)
    page = visitor.press(check_page(visitor, "pay", how="all"), "Pay $184.20 now")
    assert "I haven’t paid yet: to the payment page" in page.buttons
    again = visitor.sent(page, "I haven’t paid yet: to the payment page")
    assert again.status == 503
    assert "No money was taken." in again.text
    fakes.payments.mode = "ok"
    assert visitor.sent(page, "I haven’t paid yet: to the payment page").status == 303


def test_a_file_of_another_kind_is_refused_with_the_way_out(
    visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    fact_menu(visitor, rt, an_asked_case(rt=rt, workflow="document_refresh", number="DOC-1"))
    form = visitor.get("/visit/do/upload")
    with nothing_written(rt.db):
        answer = visitor.sent(
            form, "Send", kind="passport", file=[(io.BytesIO(b"<html>"), "passport.jpg")])
        nothing = visitor.sent(form, "Send", kind="passport", file=[(io.BytesIO(b""), "")])
    assert (answer.status, nothing.status) == (422, 422)
    assert "passport.jpg is not a photo (JPEG, PNG, HEIC) or a PDF. Nothing was sent." in (
        answer.text)
    assert "Take a photo or choose a file" in nothing.text
    assert 'value="passport" checked' in answer.html
    assert fakes.blobs.kept == {}


def test_a_form_in_another_zone_speaks_of_the_customers_own_day(
    visitor: Visitor, rt: Runtime, clock: Clock
) -> None:
    clock.tick(hours=10, minutes=30)
    menu(visitor, rt)
    assert f'min="{date(2026, 1, 5)}"' in visitor.get("/visit/do/promise").html


def test_asking_a_person_stops_the_reminders_and_names_the_time(
    visitor: Visitor, rt: Runtime
) -> None:
    case = an_asked_case(rt=rt)
    menu(visitor, rt, case)
    form = visitor.get("/visit/help")
    with nothing_written(rt.db):
        assert "Choose what it is about" in visitor.press(form, "Send to a person").text
        card = visitor.press(
            form, "Send to a person", reason="question", words="4111 1111 1111 1111")
        long = visitor.press(form, "Send to a person", reason="question", words="x" * 2001)
    assert "Leave the card number out. Nothing was sent." in card.text  # a47
    assert "Say it in up to 2,000 characters." in long.text
    sent = visitor.press(form, "Send to a person", reason="disagree", words="I paid this")
    assert "A person has it now" in sent.text
    assert "Nothing was paid or changed." in sent.text
    assert the_case(rt, case.id).state is CaseState.EXCEPTION
    assert "A person has it now" in visitor.get("/visit").text


def test_somebody_it_was_not_meant_for_is_left_alone(
    app: Flask, visitor: Visitor, rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    case = an_asked_case(rt=rt)
    entry = landing(visitor, rt, case)
    asked = visitor.press(entry, "This isn’t me")
    assert "Is this message not for you?" in asked.text
    done = visitor.press(asked, "Yes, this isn’t me")
    assert "Thank you. The link is off." in done.text
    assert Visitor(app).get(entry.response.request.path).status == 410
    before = len(fakes.sms.sent)
    clock.tick(days=30)
    carry_all(rt)
    assert len(fakes.sms.sent) == before


def test_the_language_is_changed_within_a_visit_and_what_is_agreed_with_it(
    visitor: Visitor, rt: Runtime
) -> None:
    page = menu(visitor, rt)
    spanish = visitor.press(page, "Español")
    assert "Hola, Maya." in spanish.text
    check = visitor.press(visitor.get("/visit/do/plan"), "Revise su plan", option="monthly-4")
    assert "Acepto pagar" in check.text
