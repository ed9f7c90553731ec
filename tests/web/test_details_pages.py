"""Contact details on the pages: confirmed with one code, changed with one more, and no script."""

from __future__ import annotations

import pytest

from inthread.acting.read_form import CARD_NUMBER
from inthread.domain.case import CaseState
from inthread.runtime import Runtime
from tests.build import PHONE, Fakes, an_asked_case, carry_all, newest_code, the_case
from tests.clock import Clock
from tests.rows import every_row, nothing_written
from tests.web.steps import menu
from tests.web.visitor import Page, Visitor

KEPT = {"address_is": "same", "phone_is": "same", "email_is": "same"}
CARD = "4111 1111 1111 1111"
FORM = "/visit/do/details"


@pytest.fixture
def form(visitor: Visitor, rt: Runtime, clock: Clock) -> Page:
    menu(visitor, rt, workflow="contact_change", number="REV-1")
    clock.tick(minutes=1)
    return visitor.get(FORM)


def test_what_is_on_file_is_shown_in_part(form: Page) -> None:
    assert "••• 482" in form.text
    assert [word for word in (PHONE, "maya@example.com", "Mill") if word in form.html] == []


def test_details_that_are_right_are_confirmed_without_another_code(
    visitor: Visitor, rt: Runtime, form: Page
) -> None:
    check = visitor.press(form, "Continue", **KEPT)
    assert "Phone number, as it is" in check.text
    receipt = visitor.press(check, "Send")
    assert receipt.status == 200
    carry_all(rt)
    [outcome] = every_row(rt.db)["outcomes"]
    assert outcome["kind"] == "details_confirmed"


def test_another_country_brings_its_own_fields_and_keeps_what_was_typed(
    visitor: Visitor, rt: Runtime, form: Page
) -> None:
    sent = {**KEPT, "address_is": "new", "country": "DE", "street": "Hauptstr. 5"}
    with nothing_written(rt.db, but=("visits",)):
        page = visitor.sent(form, "Use this country", **sent)
    assert (page.status, "Check this first" in page.text) == (422, False)
    assert "Hauptstr. 5" in page.html
    assert "ZIP code" not in page.text
    assert "Postcode" in page.text
    check = visitor.press(page, "Continue", **sent, fields_for="DE", postal="50667", city="Köln")
    assert "Hauptstr. 5, 50667 KÖLN, GERMANY" in check.text


def test_a_change_asks_for_a_code_of_its_own(
    visitor: Visitor, rt: Runtime, fakes: Fakes, form: Page
) -> None:
    check = visitor.press(form, "Continue", **{**KEPT, "phone_is": "new", "phone": "5550100777"})
    assert "+1 555-010-0777" in check.text
    assert "Send" not in check.buttons
    asked = visitor.press(check, "Confirm with a code")
    assert "Ask a person to help" in asked.links
    [case] = every_row(rt.db)["cases"]
    done = visitor.press(asked, "Continue", code=newest_code(rt, the_case(rt, case["id"])))
    assert visitor.press(done, "Send").status == 200
    carry_all(rt)
    assert the_case(rt, case["id"]).state is CaseState.CLOSED
    assert [m.to for m in fakes.sms.sent][-2:] == [PHONE, "+15550100777"]


def test_a23_the_form_alone_changes_nothing(visitor: Visitor, rt: Runtime, form: Page) -> None:
    check = visitor.press(form, "Continue", **{**KEPT, "phone_is": "new", "phone": "5550100777"})
    page = visitor.get(FORM + "/check")
    csrf = page.button("Confirm with a code")[1].fields
    with nothing_written(rt.db):
        answer = visitor.post(FORM + "/check", {
            "csrf": csrf["csrf"], "nonce": "nonce-1234", "shown": "x" * 64,
        })
    assert (check.status, answer.status) == (200, 409)


def test_r3_2_a47_a_card_number_in_a_form_is_refused_in_plain_words_and_not_sent_back(
    visitor: Visitor, rt: Runtime, form: Page
) -> None:
    sent = {**KEPT, "address_is": "new", "country": "US", "street": f"14 Mill Lane {CARD}"}
    with nothing_written(rt.db, but=("visits",)):
        page = visitor.sent(form, "Continue", **sent)
    assert page.status == 422
    assert CARD_NUMBER in page.text
    assert "4111" not in page.html


def test_r3_2_a47_nor_in_a_request_for_help(visitor: Visitor, rt: Runtime, form: Page) -> None:
    page = visitor.get("/visit/help")
    with nothing_written(rt.db):
        answer = visitor.sent(page, "Send to a person", reason="question", words=f"it is {CARD}")
    assert answer.status == 422


def test_it_is_there_in_spanish(visitor: Visitor, rt: Runtime) -> None:
    case = an_asked_case(rt=rt, workflow="contact_change", number="REV-2")
    start = menu(visitor, rt, case)
    visitor.press(start, "Español")
    page = visitor.get(FORM)
    assert "¿Siguen siendo correctos?" in page.text
    assert "Código ZIP" in page.text
