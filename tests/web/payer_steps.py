"""A link for somebody else on the pages: made by the customer, and what its payer does."""

from __future__ import annotations

from inthread.commands.record_payment_event import record_payment_event
from inthread.domain.actor import provider
from inthread.domain.payment import PaymentKind
from inthread.runtime import Runtime
from tests.build import Fakes, an_asked_case
from tests.web.steps import check_page, menu
from tests.web.visitor import ORIGIN, Page, Visitor

PART = {"how": "part"}


def link_page(visitor: Visitor, rt: Runtime) -> Page:
    """The page that shows the link, made for $62.00 of the customer's $184.20."""
    menu(visitor, rt, an_asked_case(rt=rt))
    check_page(visitor, "pay", **PART)
    return visitor.press(visitor.get("/visit/do/pay/share"), "Make the link")


def path_of(page: Page) -> str:
    start = page.text.index(f"{ORIGIN}/p/") + len(ORIGIN)
    return page.text[start:].split()[0]


def settle(rt: Runtime, fakes: Fakes, kind: PaymentKind = PaymentKind.SUCCEEDED) -> None:
    newest = sorted(fakes.payments.checkouts)[-1]
    event = fakes.payments.settle(newest, kind)
    record_payment_event(rt, actor=provider("fake_pay"), provider="fake_pay", event=event)


def back_from(fakes: Fakes) -> str:
    """Where the provider sends people back to."""
    newest = sorted(fakes.payments.return_urls)[-1]
    return fakes.payments.return_urls[newest].removeprefix(ORIGIN)
