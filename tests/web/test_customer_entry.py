"""The page behind a link: it shows nothing and does nothing until a person presses."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from inthread.commands.ask_for_help import ask_for_help
from inthread.domain.actor import CUSTOMER
from inthread.runtime import Runtime
from tests.build import (
    Fakes,
    a_person,
    an_asked_case,
    an_open_visit,
    carry_all,
    link_token,
)
from tests.clock import Clock
from tests.rows import nothing_written
from tests.web.steps import check_page, code_page, landing, menu
from tests.web.visitor import ORIGIN, SENT_BY_US, Page, Visitor

ROBOTS = ("facebookexternalhit/1.1", "WhatsApp/2.23", "Mozilla/5.0 (SafeLinks)", "curl/8")


@pytest.mark.parametrize("robot", ROBOTS)
def test_a08_fetching_a_link_changes_nothing_and_tells_nothing(
    visitor: Visitor, rt: Runtime, fakes: Fakes, robot: str
) -> None:
    token = link_token(rt, an_asked_case(rt=rt))
    sent = len(fakes.sms.sent)
    with nothing_written(rt.db):
        for method in ("GET", "HEAD", "OPTIONS") * 7:
            answer = visitor.client.open(
                f"/l/{token}", method=method, base_url=ORIGIN,
                headers={"User-Agent": robot, "Sec-Purpose": "prefetch;prerender"},
            )
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers
    page = visitor.get(f"/l/{token}")
    for private in ("Maya", "Okafor", "184", "INV-1", "invoice", "0482", "482"):
        assert private not in page.text
    assert len(fakes.sms.sent) == sent
    assert "Enter the 6-digit code" in visitor.press(page, "Send me a code").text


def test_a01_another_character_is_another_link(visitor: Visitor, rt: Runtime) -> None:
    token = link_token(rt, an_asked_case(rt=rt))
    never = visitor.get(f"/l/k1{'x' * 44}")
    with nothing_written(rt.db):
        for at in (0, 1, 2, 10, 23, 24, 40, 45):
            other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
            page = visitor.get(f"/l/{other}")
            assert (page.status, page.text) == (404, never.text)
        for other in (token + "=", token[:-1], token + "%00", token.upper()):
            assert visitor.get(f"/l/{other}").status == 404


def test_a02_a_link_that_ran_out_offers_a_new_one_to_the_contact_on_file(
    visitor: Visitor, rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    case = an_asked_case(rt=rt)
    token, before = link_token(rt, case), len(fakes.sms.sent)
    clock.tick(seconds=rt.limits.link_life.total_seconds() - 1)
    assert visitor.get(f"/l/{token}").status == 200
    clock.tick(seconds=1)
    page = visitor.get(f"/l/{token}")
    assert page.status == 410
    assert "This link has expired" in page.text
    assert "Opening it paid nothing and changed nothing." in page.text
    renewed = visitor.press(page, "Send me a new link")
    assert "A new link is on its way." in renewed.text
    carry_all(rt)
    message = fakes.sms.sent[before]
    assert message.to == "+15550100482"
    [fresh] = re.findall(rf"{ORIGIN}(/l/\S+)", message.body)
    assert visitor.get(fresh).status == 200
    assert "A newer message took its place" in visitor.get(f"/l/{token}").text


def test_a03_a_link_switched_off_while_the_page_is_open(visitor: Visitor, rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    menu(visitor, rt, case)
    page = visitor.get("/visit/do/promise")
    other = an_open_visit(rt=rt, case=case)
    ask_for_help(rt, actor=CUSTOMER, token=other.token, reason="wrong_person")
    with nothing_written(rt.db):
        pressed = visitor.sent(page, "Continue", on="2026-01-08")
        looked = visitor.get("/visit/do/pay")
    assert (pressed.status, looked.status) == (410, 410)
    assert visitor.get(f"/l/{link_token(rt, case)}").status == 410


def test_a06_a_finished_case_says_so_and_leads_to_its_receipt(
    app: Flask, visitor: Visitor, rt: Runtime
) -> None:
    case = an_asked_case(rt=rt)
    menu(visitor, rt, case)
    visitor.press(check_page(visitor, "promise", on="2026-01-08", how="all"), "Promise this")
    carry_all(rt)
    again = landing(Visitor(app), rt, case)
    assert again.status == 410
    assert "This is done" in again.text
    assert again.buttons == ["See the receipt", "Ask a person", "This isn’t me"]
    assert "184" not in again.text


def test_a09_the_token_stands_in_no_other_place(
    visitor: Visitor, rt: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    case = an_asked_case(rt=rt)
    token = link_token(rt, case)
    page = landing(visitor, rt, case)
    sent = visitor.sent(page, "Send me a code")
    assert token not in str(sent.response.headers)
    shown = [visitor.open("/visit"), visitor.get("/visit/code"), visitor.get("/visit/help")]
    shown.append(visitor.get(f"/l/{token[:-1]}"))
    for each in shown:
        assert token not in each.html
        assert each.response.headers["Referrer-Policy"] == "no-referrer"
    said = capsys.readouterr()
    assert token not in said.out + said.err


def test_a10_guessing_links_is_slowed_down_and_the_real_ones_wait_too(
    visitor: Visitor, rt: Runtime, clock: Clock
) -> None:
    token = link_token(rt, an_asked_case(rt=rt))
    statuses = [visitor.get(f"/l/k1{n:044d}").status for n in range(22)]
    assert statuses == [404] * 20 + [429] * 2
    slowed = visitor.get(f"/l/{token}")
    assert slowed.status == 429
    assert 0 < int(slowed.response.headers["Retry-After"]) <= 61
    clock.tick(seconds=61)
    assert visitor.get(f"/l/{token}").status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost:8401", "localhost"])
def test_a12_another_host_is_not_answered(visitor: Visitor, rt: Runtime, host: str) -> None:
    token = link_token(rt, an_asked_case(rt=rt))
    answer = visitor.client.get(f"/l/{token}", base_url=f"http://{host}")
    assert answer.status_code == 400
    assert host not in answer.get_data(as_text=True)
    spoofed = visitor.get(f"/l/{token}", headers={"X-Forwarded-Host": "evil.example"})
    assert spoofed.status == 200
    assert "evil.example" not in spoofed.html


@pytest.mark.parametrize("wish", ["//evil.example", "/\\evil", "javascript:alert(1)", ""])
def test_a13_where_it_leads_is_not_for_the_address_to_say(
    visitor: Visitor, rt: Runtime, wish: str
) -> None:
    page = landing(visitor, rt, an_asked_case(rt=rt))
    with nothing_written(rt.db):
        assert visitor.sent(page, "Send me a code", next=wish).status == 400


def test_a14_a_name_that_stands_there_twice_is_refused(visitor: Visitor, rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    page = landing(visitor, rt, case)
    with nothing_written(rt.db):
        assert visitor.sent(page, "Send me a code", next=["code", "fact"]).status == 400
        assert visitor.get(f"{page.response.request.path}?lang=es&lang=en").status == 400


def test_a31_a_cookie_from_before_is_not_kept(visitor: Visitor, rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    page = landing(visitor, rt, case)
    visitor.client.set_cookie("__Host-visit", "chosen-by-somebody-else", domain="localhost:8400")
    first = cookie_of(visitor.sent(page, "Send me a code"))
    assert first
    assert "chosen-by-somebody-else" not in first


def test_the_cookie_is_for_this_host_alone(visitor: Visitor, rt: Runtime) -> None:
    page = landing(visitor, rt, an_asked_case(rt=rt))
    cookie = cookie_of(visitor.sent(page, "Send me a code"))
    name, *rules = cookie.split("; ")
    assert name.startswith("__Host-visit=")
    assert sorted(rules) == ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]


def cookie_of(page: Page) -> str:
    found: str = page.response.headers.get("Set-Cookie", "")
    return found


@pytest.mark.parametrize(
    "headers",
    [
        {**SENT_BY_US, "Sec-Fetch-Site": "cross-site"},
        {**SENT_BY_US, "Sec-Fetch-Site": "same-site"},
        {**SENT_BY_US, "Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
    ],
)
def test_another_site_cannot_press_for_somebody(
    visitor: Visitor, rt: Runtime, headers: dict[str, str]
) -> None:
    page = landing(visitor, rt, an_asked_case(rt=rt))
    button, form = page.button("Send me a code")
    with nothing_written(rt.db):
        answer = visitor.post(form.action, {**form.fields, "next": "code"}, headers=headers)
    assert answer.status == 403
    assert "Nothing was paid or changed by this press." in answer.text
    assert button.value == "code"


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Origin": ORIGIN}])
def test_an_old_browser_that_says_little_may_press(
    visitor: Visitor, rt: Runtime, headers: dict[str, str]
) -> None:
    page = landing(visitor, rt, an_asked_case(rt=rt))
    form = page.button("Send me a code")[1]
    answer = visitor.post(form.action, {**form.fields, "next": "code"}, headers=headers)
    assert (answer.status, answer.goes_to) == (303, "/visit/code")


def test_a_form_needs_its_own_token(visitor: Visitor, rt: Runtime) -> None:
    one = an_asked_case(rt=rt)
    other = an_asked_case(
        rt=rt, number="INV-2",
        person=a_person(rt=rt, reference="CUST-2", contacts=(("sms", "+15550100999"),)),
    )
    page, foreign = landing(visitor, rt, one), landing(visitor, rt, other)
    foreign_token = foreign.button("Send me a code")[1].fields["csrf"]
    with nothing_written(rt.db):
        for token in ("", "x", "é", "A" * 43, foreign_token):
            assert visitor.sent(page, "Send me a code", csrf=token).status == 403
    visiting = code_page(visitor, rt, one)
    with nothing_written(rt.db):
        answer = visitor.sent(visiting, "Continue", csrf=foreign_token, code="123456")
        assert answer.status == 403


def test_a_token_is_written_differently_on_every_page(visitor: Visitor, rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    pages = [landing(visitor, rt, case) for _ in range(5)]
    assert len({page.button("Send me a code")[1].fields["csrf"] for page in pages}) == 5


def test_a_link_says_until_when_in_the_persons_own_zone(
    visitor: Visitor, rt: Runtime, clock: Clock
) -> None:
    clock.tick(hours=10, minutes=30)  # 20:30 in New York, the next day in Greenwich
    page = landing(visitor, rt, an_asked_case(rt=rt, person=a_person(rt=rt)))
    assert "works until Thu 8 Jan" in page.text
