"""Somebody else pays: what whoever holds the link sees, and what they do not."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from inthread.domain.payment import PaymentKind
from inthread.runtime import Runtime
from inthread.store.db import Database
from tests.build import Fakes, a_person, a_runtime, an_asked_case, carry_all
from tests.clock import Clock
from tests.look import events_of
from tests.payers import shared_workflows
from tests.rows import every_row, nothing_written
from tests.web.payer_steps import PART, back_from, link_page, path_of, settle
from tests.web.steps import check_page, landing, menu
from tests.web.visitor import ORIGIN, SENT_BY_US, Visitor

ROBOTS = ("facebookexternalhit/1.1", "WhatsApp/2.23", "Mozilla/5.0 (SafeLinks)", "curl/8")
PRIVATE = ("Maya", "Okafor", "INV-1", "184.20", "122.20", "CUST-1", "0482", "nvoice", "10001")


@pytest.fixture
def rt(db: Database, clock: Clock) -> Runtime:
    return replace(a_runtime(db, clock=clock, workflows=shared_workflows()), origin=ORIGIN)


@pytest.fixture
def payer(app: Flask) -> Visitor:
    """Somebody else's browser."""
    return Visitor(app)


@pytest.fixture
def path(visitor: Visitor, rt: Runtime) -> str:
    """Where the link that the customer gave away leads."""
    return path_of(link_page(visitor, rt))


@pytest.mark.parametrize("robot", ROBOTS)
def test_a08_looking_changes_nothing_and_tells_nothing(
    payer: Visitor, rt: Runtime, path: str, robot: str
) -> None:
    with nothing_written(rt.db):
        for method in ("GET", "HEAD", "OPTIONS") * 3:
            answer = payer.client.open(
                path, method=method, base_url=ORIGIN,
                headers={"User-Agent": robot, "Sec-Purpose": "prefetch;prerender"},
            )
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers
    page = payer.get(path)
    assert "$62.00" in page.text
    assert "Alderway" in page.text
    assert [word for word in PRIVATE if word in page.html] == []
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert page.response.headers["Cache-Control"] == "private, no-store"
    assert page.response.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_the_press_leads_to_the_provider_and_back_to_a_receipt(
    visitor: Visitor, payer: Visitor, rt: Runtime, fakes: Fakes, path: str
) -> None:
    answer = payer.sent(payer.get(path), "To the payment page")
    [payment] = every_row(rt.db)["payments"]
    assert (answer.status, answer.goes_to) == (303, f"https://pay.test/pay/co-{payment['id']}")
    waiting = payer.open(back_from(fakes))
    assert "waiting for your payment" in waiting.text
    settle(rt, fakes)
    paid = payer.open(back_from(fakes))
    assert "Paid. Thank you." in paid.text
    assert payment["id"] in paid.text
    for page in (waiting, paid):
        assert [word for word in PRIVATE if word in page.html] == []
        assert path.removeprefix("/p/") not in page.html
    assert "Set-Cookie" not in paid.response.headers
    assert "This is paid" in payer.get(path).text
    mine = visitor.open("/visit")
    assert "Somebody you sent a link to" in mine.text


def test_the_way_back_never_opens_the_customers_pages(
    visitor: Visitor, payer: Visitor, rt: Runtime, fakes: Fakes, path: str
) -> None:
    """Not even in a browser that has the customer's own cookie."""
    payer.press(payer.get(path), "To the payment page")
    back = visitor.get(back_from(fakes))
    assert (back.status, back.goes_to.startswith("/p/paid/")) == (303, True)
    payment = sorted(fakes.payments.checkouts)[-1]
    assert payer.get(f"/visit/payment/{payment}").goes_to == "/visit/ended"


def test_the_receipt_as_a_file(payer: Visitor, rt: Runtime, fakes: Fakes, path: str) -> None:
    payer.press(payer.get(path), "To the payment page")
    where = payer.get(back_from(fakes)).goes_to
    early = payer.get(f"{where}.pdf")
    assert (early.status, early.goes_to) == (303, where)
    settle(rt, fakes)
    answer = payer.get(payer.get(where).links["Save receipt (PDF)"]).response
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
    payment = sorted(fakes.payments.checkouts)[-1]
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="receipt-{payment}.pdf"'
    )
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_what_went_back_is_told(
    visitor: Visitor, payer: Visitor, rt: Runtime, fakes: Fakes, path: str
) -> None:
    payer.press(payer.get(path), "To the payment page")
    settle(rt, fakes)
    settle(rt, fakes, PaymentKind.REFUNDED)
    assert "$62.00 went back to the card" in payer.open(back_from(fakes)).text


def test_while_the_customer_is_paying(
    visitor: Visitor, payer: Visitor, rt: Runtime, path: str
) -> None:
    page = payer.get(path)
    visitor.press(check_page(visitor, "pay", **PART), "Pay $62.00 now")
    with nothing_written(rt.db):
        pressed = payer.sent(page, "To the payment page")
        looked = payer.get(path)
    for answer in (pressed, looked):
        assert (answer.status, answer.buttons) == (409, [])
        assert "Somebody is paying this just now" in answer.text
        assert "Nothing was paid by opening it." in answer.text


def test_the_customer_is_told_that_somebody_is_paying(
    visitor: Visitor, payer: Visitor, rt: Runtime, path: str
) -> None:
    payer.press(payer.get(path), "To the payment page")
    mine = visitor.open("/visit")
    assert "Somebody you sent a link to is on the payment page just now." in mine.text
    assert mine.buttons[-2:] == ["Check again", "Choose another way"]
    again = visitor.press(mine, "Choose another way")
    assert "What would you like to do?" in again.text


def test_a_link_that_ended_says_until_when(
    payer: Visitor, rt: Runtime, clock: Clock, path: str
) -> None:
    page = payer.get(path)
    clock.tick(days=3)
    with nothing_written(rt.db):
        gone = payer.sent(page, "To the payment page")
    assert (gone.status, "This link has ended" in gone.text) == (410, True)
    assert "Whoever sent it can make a new one" in gone.text


def test_used_up(payer: Visitor, rt: Runtime, path: str) -> None:
    page = payer.get(path)
    answers = [payer.sent(page, "To the payment page").status for _ in range(6)]
    assert answers == [303] * 5 + [410]
    assert "This link was opened too often" in payer.get(path).text


def test_a_provider_that_gives_no_page(
    payer: Visitor, rt: Runtime, fakes: Fakes, path: str
) -> None:
    fakes.payments.mode = "refuse"
    down = payer.sent(payer.get(path), "To the payment page")
    assert (down.status, "No money was taken." in down.text) == (503, True)
    fakes.payments.mode = "ok"
    assert payer.sent(down, "To the payment page").status == 303


def test_a_case_that_is_over(visitor: Visitor, payer: Visitor, rt: Runtime, path: str) -> None:
    visitor.press(check_page(visitor, "promise", on="2026-01-08", how="all"), "Promise this")
    carry_all(rt)
    gone = payer.get(path)
    assert (gone.status, gone.buttons) == (410, [])
    assert "This can’t be paid by this link any more" in gone.text


def test_a01_another_character_is_another_link(
    visitor: Visitor, payer: Visitor, rt: Runtime, path: str
) -> None:
    token = path.removeprefix("/p/")
    never = payer.get(f"/p/k1{'x' * 44}")
    with nothing_written(rt.db):
        for at in (0, 1, 2, 23, 24, 45):
            other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:]
            page = payer.get(f"/p/{other}")
            assert (page.status, page.text) == (404, never.text)
        for other in (token + "=", token[:-1], token + "%00", token.upper(), "paid", "paid/x"):
            assert payer.get(f"/p/{other}").status == 404
        assert payer.get(f"/l/{token}").status == 404
        assert payer.get(f"/p/paid/{token}").status == 404


def test_a10_guessing_is_slowed_down(payer: Visitor, clock: Clock, path: str) -> None:
    statuses = [payer.get(f"/p/k1{n:044d}").status for n in range(15)]
    statuses += [payer.get(f"/p/paid/{n}").status for n in range(7)]
    assert statuses == [404] * 20 + [429] * 2
    assert payer.get(path).status == 429
    clock.tick(seconds=61)
    assert payer.get(path).status == 200


def test_a_form_needs_its_own_token(
    app: Flask, payer: Visitor, rt: Runtime, path: str
) -> None:
    person = a_person(rt=rt, reference="CUST-2", contacts=(("sms", "+15550100999"),))
    other = landing(payer, rt, an_asked_case(rt=rt, person=person, number="INV-2"))
    foreign = other.button("Send me a code")[1].fields["csrf"]
    page = payer.get(path)
    with nothing_written(rt.db):
        for csrf in ("", "x", "A" * 43, foreign):
            assert payer.sent(page, "To the payment page", csrf=csrf).status == 403
        crossed = payer.post(
            path, page.button("To the payment page")[1].fields,
            headers={**SENT_BY_US, "Sec-Fetch-Site": "cross-site"},
        )
    assert crossed.status == 403


def test_a09_the_token_stands_in_no_log(
    payer: Visitor, rt: Runtime, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    token = path.removeprefix("/p/")
    payer.press(payer.get(path), "To the payment page")
    payer.get(f"{path}x")
    said = capsys.readouterr()
    assert token not in said.out + said.err
    assert token not in repr(every_row(rt.db))


def test_in_spanish(payer: Visitor, path: str) -> None:
    page = payer.get(f"{path}?lang=es")
    assert "Alguien le pide que pague esto en su lugar" in page.text
    assert payer.sent(page, "A la página de pago").status == 303


def test_until_when_is_not_told_in_the_customers_own_zone(
    payer: Visitor, rt: Runtime, path: str
) -> None:
    """Where somebody lives is theirs: the workflow's zone is used for whoever pays."""
    [row] = every_row(rt.db)["payer_links"]
    zone = rt.workflows["overdue_invoice"].cadence.zone
    shown = row["expires_at"].astimezone(ZoneInfo(zone))
    assert f"{shown:%H:%M}" in payer.get(path).text


def test_the_events_are_in_order(
    visitor: Visitor, payer: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    case = an_asked_case(rt=rt)
    menu(visitor, rt, case)
    check_page(visitor, "pay", **PART)
    made = visitor.press(visitor.get("/visit/do/pay/share"), "Make the link")
    payer.press(payer.get(path_of(made)), "To the payment page")
    settle(rt, fakes)
    told = [e for e in events_of(rt, case) if e.split(".")[0] in ("payer_link", "payment")]
    assert told == [
        "payer_link.made", "payer_link.opened", "payment.started", "payment.succeeded"
    ]
