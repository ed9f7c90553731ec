"""Codes, the question, and how a visit ends, as a browser sees them."""

from __future__ import annotations

import pytest
from flask import Flask

from inthread.queries.visit import bare_visit
from inthread.runtime import Runtime
from tests.build import Fakes, a_person, an_asked_case, carry_all, newest_code
from tests.clock import Clock
from tests.rows import nothing_written
from tests.web.steps import check_page, code_page, landing, menu
from tests.web.visitor import Page, Visitor


def cookie(visitor: Visitor) -> str:
    found = visitor.client.get_cookie("__Host-visit", domain="localhost")
    return found.value if found else ""


def wrong(rt: Runtime, case: object) -> str:
    right = newest_code(rt, case)  # type: ignore[arg-type]
    return f"{(int(right) + 1) % 10**6:06d}"


FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in "123456")


@pytest.mark.parametrize(
    "code",
    ["", "12345", "1234567", "+12345", FULL_WIDTH, "12345a", "123 45", "²²²²²²", "0x1234"],
)
def test_a28_what_is_not_six_digits_is_asked_for_again_and_costs_no_try(
    visitor: Visitor, rt: Runtime, code: str
) -> None:
    page = code_page(visitor, rt, an_asked_case(rt=rt))
    with nothing_written(rt.db):
        answer = visitor.sent(page, "Continue", code=code)
    assert answer.status == 422
    assert "Error: Enter the 6 digits of the code" in answer.text
    assert answer.html.count("<title>Error: Enter the 6-digit code") == 1


@pytest.mark.parametrize("write", ["{}", "{} ", "-{}-", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
def test_a_code_may_be_copied_with_spaces_and_dashes(
    visitor: Visitor, rt: Runtime, write: str
) -> None:
    case = an_asked_case(rt=rt)
    page = code_page(visitor, rt, case)
    answer = visitor.press(page, "Continue", code=write.format(newest_code(rt, case)))
    assert "What would you like to do?" in answer.text


def test_wrong_codes_tell_the_tries_that_are_left_and_then_when_it_opens_again(
    visitor: Visitor, rt: Runtime, clock: Clock
) -> None:
    case = an_asked_case(rt=rt)
    page = code_page(visitor, rt, case)
    said = []
    for _ in range(4):
        page = visitor.press(page, "Continue", code=wrong(rt, case))
        assert page.status == 422
        said += [left for left in ("4 tries", "3 tries", "2 tries", "1 try") if left in page.text]
    assert said == ["4 tries", "3 tries", "2 tries", "1 try"]
    locked = visitor.press(page, "Continue", code=wrong(rt, case))
    assert locked.status == 429
    assert int(locked.response.headers["Retry-After"]) > 0
    assert "You can try again at 10:15 , in 15 minutes." in locked.text
    assert "Nobody got in. The wrong tries paid nothing and changed nothing." in locked.text
    clock.tick(minutes=6)  # a19: the right code comes too late
    assert visitor.press(page, "Continue", code=newest_code(rt, case)).status == 429


def test_a20_a_code_opens_once(visitor: Visitor, rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    page = code_page(visitor, rt, case)
    code = newest_code(rt, case)
    inside = visitor.press(page, "Continue", code=code)
    token = inside.button("Leave and close this page")[1].fields["csrf"]
    again = visitor.post("/visit/code", {"csrf": token, "code": code})
    assert again.status == 422
    assert "That code does not work. Ask for a new one." in again.text


def test_a21_a_code_dies_at_its_time(visitor: Visitor, rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    page = code_page(visitor, rt, case)
    clock.tick(seconds=rt.limits.code_life.total_seconds())
    answer = visitor.press(page, "Continue", code=newest_code(rt, case))
    assert answer.status == 422
    assert "That code does not work. Ask for a new one." in answer.text


def test_a25_asking_again_and_again_sends_one(
    visitor: Visitor, rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    case = an_asked_case(rt=rt)
    carry_all(rt)
    before = len(fakes.sms.sent)
    page = code_page(visitor, rt, case)
    for _ in range(10):
        again = visitor.press(page, "Send me a new code")
        assert again.status == 429
        assert 0 < int(again.response.headers["Retry-After"]) <= 31
        assert "You can ask for a new code from 10:01 on." in again.text
    carry_all(rt)
    assert len(fakes.sms.sent) == before + 1
    clock.tick(seconds=31)
    assert visitor.press(page, "Send me a new code").status == 200


def test_a29_nobody_learns_whether_there_is_a_phone(
    app: Flask, rt: Runtime
) -> None:
    shown = []
    for n, contacts in enumerate([
        (("sms", "+15550100482"), ("email", "maya@example.com")), (("email", "sam@example.com"),),
    ]):
        person = a_person(rt=rt, reference=f"CUST-{n}", contacts=contacts)
        case = an_asked_case(rt=rt, person=person, number=f"INV-{n}")
        visitor = Visitor(app)
        entry = landing(visitor, rt, case)
        shown.append((entry.text, code_page(visitor, rt, case).text))
    assert shown[0] == shown[1]


def test_the_question_forgives_how_it_is_written_and_opens_less(
    visitor: Visitor, rt: Runtime
) -> None:
    case = an_asked_case(rt=rt, owed="900.00")
    page = visitor.press(landing(visitor, rt, case), "Answer a question instead")
    assert "What is your postcode?" in page.text
    seen = visitor.press(page, "Continue", answer=" 100-01 ")
    assert "Your bill $900.00" in seen.text
    ask = visitor.open("/visit/do/promise")
    assert "One code, then it’s yours to do" in ask.text


def test_the_question_is_asked_three_times_a_day(visitor: Visitor, rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    page = visitor.press(landing(visitor, rt, case), "Answer a question instead")
    with nothing_written(rt.db):
        assert "Enter your answer" in visitor.press(page, "Continue", answer=" ").text
    for left in ("2 tries", "1 try"):
        page = visitor.press(page, "Continue", answer="99999")
        assert page.status == 422
        assert f"You have {left} left." in page.text
    locked = visitor.press(page, "Continue", answer="99999")
    assert locked.status == 429
    assert "A code to your phone still works." in locked.text
    assert visitor.press(page, "Continue", answer="10001").status == 429
    assert "One code" in visitor.open(locked.links["Use a code"]).text


def test_each_rise_gives_a_new_cookie_and_ends_the_old_one(visitor: Visitor, rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    page = code_page(visitor, rt, case)
    before = cookie(visitor)
    visitor.press(page, "Continue", code=newest_code(rt, case))
    after = cookie(visitor)
    assert before != after
    assert bare_visit(rt, after).case.id == case.id
    visitor.client.set_cookie("__Host-visit", before, domain="localhost")
    assert visitor.get("/visit").goes_to == "/visit/ended"


def test_a32_five_quiet_minutes_end_it_and_what_was_chosen_is_kept(
    visitor: Visitor, rt: Runtime, clock: Clock
) -> None:
    case = an_asked_case(rt=rt)
    menu(visitor, rt, case)
    check_page(visitor, "promise", on="2026-01-09", how="all")
    clock.tick(minutes=5)
    ended = visitor.open("/visit/do/promise/check")
    assert "We closed the page to protect you" in ended.text
    assert "What you had chosen is kept." in ended.text
    entry = visitor.get(ended.links["Check it’s you again"])
    page = visitor.press(entry, "Send me a code")
    visitor.press(page, "Continue", code=newest_code(rt, case))
    assert 'value="2026-01-09"' in visitor.get("/visit/do/promise").html


def test_a33_leaving_ends_it_on_the_server_and_in_the_browser(
    visitor: Visitor, rt: Runtime
) -> None:
    page = menu(visitor, rt)
    before = cookie(visitor)
    left = visitor.sent(page, "Leave and close this page")
    assert left.response.headers["Clear-Site-Data"] == '"storage"'
    assert cookie(visitor) == ""
    assert "You have left" in visitor.open(left.goes_to).text
    visitor.client.set_cookie("__Host-visit", before, domain="localhost")
    assert visitor.get("/visit").goes_to == "/visit/ended"
    assert page.response.headers["Cache-Control"] == "private, no-store"


def strong_check(visitor: Visitor, rt: Runtime, case: object) -> Page:
    menu(visitor, rt, case)  # type: ignore[arg-type]
    return check_page(visitor, "plan", option="monthly-3")


def test_a_large_plan_needs_a_code_for_this_very_plan(
    visitor: Visitor, rt: Runtime, clock: Clock
) -> None:
    case = an_asked_case(rt=rt, owed="2400.00")
    check = strong_check(visitor, rt, case)
    assert "Agree to this plan" not in check.buttons
    clock.tick(seconds=31)
    page = visitor.press(check, "Confirm with a code")
    assert "This code is only for what you see here." in page.text
    assert "Monthly payments 3" in page.text
    back = visitor.press(page, "Continue", code=newest_code(rt, case))
    assert back.response.request.path == "/visit/do/plan/check"
    assert "Your plan is set" in visitor.press(back, "Agree to this plan").text


def test_a24_another_plan_makes_the_code_worthless(
    visitor: Visitor, rt: Runtime, clock: Clock
) -> None:
    case = an_asked_case(rt=rt, owed="2400.00")
    check = strong_check(visitor, rt, case)
    clock.tick(seconds=31)
    page = visitor.press(check, "Confirm with a code")
    changed = check_page(visitor, "plan", option="monthly-4")
    assert "Agree to this plan" not in changed.buttons
    answer = visitor.press(page, "Continue", code=newest_code(rt, case))
    assert answer.status == 422
    assert "Your plan is set" not in answer.text


def test_a_check_for_no_action_of_ours_is_not_found(visitor: Visitor, rt: Runtime) -> None:
    menu(visitor, rt)
    for do in ("nothing", "../../etc", "pay/check", "%2e%2e"):
        assert visitor.get(f"/visit/code?do={do}").status == 404


def test_asking_who_it_is_comes_before_anything_is_shown(visitor: Visitor, rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    question = visitor.press(landing(visitor, rt, case), "Answer a question instead")
    for path in ("/visit", "/visit/do/pay", "/visit/do/pay/check", "/visit/receipt/out_1"):
        page = visitor.open(path)
        assert "184" not in page.text
        assert "INV-1" not in page.text
    assert "184" in visitor.press(question, "Continue", answer="10001").text


def test_without_a_cookie_there_is_no_visit(visitor: Visitor, rt: Runtime) -> None:
    page = menu(visitor, rt)
    visitor.client.delete_cookie("__Host-visit", domain="localhost")
    assert visitor.get("/visit").goes_to == "/visit/ended"
    assert visitor.sent(page, "Leave and close this page").goes_to == "/visit/ended"
    ended = visitor.get("/visit/ended")
    assert "To go on, tap the link in our message again." in ended.text
