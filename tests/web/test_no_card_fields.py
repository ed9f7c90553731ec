"""R3.1: no page of ours takes a card, frames another or runs a script from elsewhere. Every state
of every page for customers and payers, then the pages as they are served, found by their links."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask

from inthread.runtime import Runtime
from inthread.store.db import Database
from inthread.web.pages import Pages
from tests.build import a_person, a_runtime, an_asked_case
from tests.clock import Clock
from tests.payers import shared_workflows
from tests.web.card_fields import card_fields, strict
from tests.web.pages import render
from tests.web.samples import samples
from tests.web.steps import check_page, landing, menu
from tests.web.visitor import ORIGIN, Page, Visitor

# The only pages with a script; it is ours, and its page is whole without it.
WITH_SCRIPT = ("upload", "attest")


@pytest.fixture
def rt(db: Database, clock: Clock) -> Runtime:
    return replace(a_runtime(db, clock=clock, workflows=shared_workflows()), origin=ORIGIN)


@pytest.mark.parametrize("html", [
    '<input name="cardnumber">', '<input id="card-number">', '<input name="cvc">',
    '<input name="a" autocomplete="section-x cc-number">', '<input name="exp_date">',
    '<input name="a" inputmode="numeric" maxlength="19">', '<input type="tel" maxlength="16">',
    '<select name="expiry-month"></select>', '<iframe src="/x"></iframe>',
    '<script src="https://js.example/v3"></script>', "<script>pay()</script>",
    '<form onsubmit="pay()"></form>', "<object></object>",
])
def test_r3_1_what_is_looked_for_is_found(html: str) -> None:
    assert len(card_fields(f"<main>{html}</main>")) == 1


@pytest.mark.parametrize("policy", [
    "default-src 'self'", "default-src 'none'; frame-src https://pay.test",
    "default-src 'none'; script-src 'self' https://js.example",
])
def test_r3_1_a_policy_that_lets_more_in_is_seen(policy: str) -> None:
    assert not strict(policy, "'self'")


@pytest.mark.parametrize("name", sorted(samples()))
def test_r3_1_no_page_in_any_state_has_a_card_field(pages: Pages, name: str) -> None:
    assert card_fields(render(pages, name)) == []


def crawled(visitor: Visitor, start: Page) -> dict[str, Page]:
    """Every page that links lead to from there, by address; leaving for good aside."""
    found: dict[str, Page] = {}
    waiting = list(start.links.values())
    while waiting:
        path = waiting.pop()
        if not path.startswith("/") or path in found:
            continue
        page = visitor.get(path)
        found[path] = page
        waiting += [] if page.goes_to else page.links.values()
    return found


def held(page: Page, script: str | None = None) -> None:
    policy = page.response.headers["Content-Security-Policy"]
    assert (card_fields(page.html), strict(policy, script)) == ([], True)


@pytest.mark.parametrize("workflow", [
    "overdue_invoice", "document_refresh", "contact_change", "failed_payment", "card_expiring",
    "annual_attestation",
])
def test_r3_1_no_page_a_customer_can_reach_has_a_card_field(
    visitor: Visitor, rt: Runtime, workflow: str
) -> None:
    case = an_asked_case(rt=rt, workflow=workflow)
    held(landing(visitor, rt, case))
    start = menu(visitor, rt, case)
    held(start)
    found = crawled(visitor, start)
    assert [path for path in found if path.startswith("/visit/do/")] != []
    for path, page in found.items():
        action = re.fullmatch(r"/visit/do/(\w+)", path)
        held(page, "'self'" if action and action[1] in WITH_SCRIPT else None)


def test_r3_1_no_page_of_a_payer_has_a_card_field(
    app: Flask, visitor: Visitor, rt: Runtime
) -> None:
    menu(visitor, rt, an_asked_case(rt=rt, person=a_person(rt=rt)))
    held(check_page(visitor, "pay", how="part"))
    shared = visitor.press(visitor.get("/visit/do/pay/share"), "Make the link")
    held(shared)
    [path] = re.findall(rf"{ORIGIN}(/p/[\w-]{{46,}})", shared.html)[:1]
    held(Visitor(app).get(path))


def test_r3_1_pay_leaves_for_the_providers_own_page(visitor: Visitor, rt: Runtime) -> None:
    """By 303, so that no element of a page with a card comes from us (PCI DSS SAQ A)."""
    menu(visitor, rt)
    page = check_page(visitor, "pay", how="part")
    answer = visitor.sent(page, next(b for b in page.buttons if b.startswith("Pay $")))
    assert (answer.status, answer.goes_to.startswith("https://pay.test/")) == (303, True)
