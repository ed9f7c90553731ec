"""The pages of the mini-apps, in every state: what is chosen, signed and sent on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from types import SimpleNamespace as Row

from inthread.spi import Money, Offer
from inthread.web import paths
from miniapps.attest import Attest
from miniapps.pay import Pay
from miniapps.plan import Plan
from miniapps.promise import Promise
from miniapps.update_card import UpdateCard
from tests.web.details_samples import details_pages

KEEPING = (
    "I agree that the card I give next is kept by the payment provider and takes the place of the "
    "one on file. Nothing is charged today.\n\nI can take the card away again at any time by "
    "asking a person."
)
AUTHORISATION = (
    "I authorise the {{ count }} payments from {{ first_date }} to {{ last_date }} in the list "
    "above, {{ total }} in all, to be taken by themselves."
)
TODAY = date(2026, 11, 21)
OWED = Money(18420, "USD")
STATEMENT = (
    "I declare that\n\n– the details I gave on 21 November 2026 are complete and true,\n"
    "– I act for myself and for nobody else,\n"
    "– I will say so within 30 days if any of this changes."
)


def offer(locale: str = "en", **terms: object) -> Offer:
    return Offer("INV-20417", {}, OWED, terms, "Maya Okafor", TODAY, locale)


def pay_page(**values: object) -> dict[str, object]:
    terms = {"least": Money(1000, "USD"), "most": OWED, "other": True}
    return acting("pay", Pay().page(offer(**terms)), True, **values)


def later_page(**values: object) -> dict[str, object]:
    terms = {"least": Money(1000, "USD"), "most": OWED, "other": True, "latest_days": 14,
             "methods": ("card", "bank"), "others": True}
    return acting("pay", Pay().page(offer(**terms)), True, **values)


def down_page(least: int, **values: object) -> dict[str, object]:
    terms = {
        "least_instalment": Money(2000, "USD"), "most_instalments": 4, "most_days_to_first": 31,
        "frequencies": ("monthly", "month_ends"), "agreement": "{{ schedule }}",
        "least_down": Money(least, "USD"), "most_down": Money(10000, "USD"), "debits": "may",
        "authorisation": AUTHORISATION,
    }
    return acting("plan", Plan().page(offer(**terms)), True, **values)


def card_page(**values: object) -> dict[str, object]:
    known = replace(offer(agreement=KEEPING, brands=("visa", "mastercard", "amex")), facts={
        "card_brand": "visa", "card_last_four": "4242", "card_expires": date(2026, 12, 31)})
    return acting("update_card", UpdateCard().page(known), False, **values)


def plan_page() -> dict[str, object]:
    terms = {
        "least_instalment": Money(3000, "USD"), "most_instalments": 6, "most_days_to_first": 31,
        "frequencies": ("monthly", "fortnightly"), "agreement": "{{ schedule }}",
    }
    return acting("plan", Plan().page(offer(**terms)), True, values={"option": "monthly-4"})


def acting(
    key: str, page: Mapping[str, object], checked: bool, **more: object
) -> dict[str, object]:
    base = {
        "action_href": paths.action(key), "nonce": "nonce_1", "checked": checked,
        "offer": offer(), "page": page, "values": {}, "problems": {}, "script": "", "kept": (),
    }
    return base | more


AGREEMENT = (
    "I pay $184.20 to Alderway in 4 payments:\n1. December 21, 2026: $46.05\n"
    "2. January 21, 2027: $46.05\n3. February 22, 2027: $46.05\n4. March 22, 2027: $46.05"
)


def act_pages() -> Iterator[tuple[str, tuple[str, dict[str, object]]]]:
    promise = Promise().page(offer(latest_days=14, least=Money(1000, "USD")))
    attest = Attest().page(offer(
        statement="details", statement_text=STATEMENT, statement_version=3))
    upload = {
        "kinds": [Row(key="passport", label="Passport"),
                  Row(key="identity_card", label="Identity card")],
        "most_files": 3, "accepts": "image/jpeg,image/png,image/heic,application/pdf",
        "one_document": True, "may_insist": True,
    }
    yield "pay", ("miniapps/pay.html", pay_page())
    yield "pay-wrong", ("miniapps/pay.html", pay_page(
        values={"how": "other", "amount": "4"},
        problems={"amount": "Enter an amount from $10.00 to $184.20"}))
    yield "plan", ("miniapps/plan.html", plan_page())
    yield "promise", ("miniapps/promise.html", acting("promise", promise, True))
    yield "promise-wrong", ("miniapps/promise.html", acting(
        "promise", promise, True, values={"on": "2026-12-31", "how": "all"},
        problems={"on": "Choose a day from Sat 21 Nov to Sat 5 Dec"}))
    yield from details_pages(acting)
    yield "attest", ("miniapps/attest.html", acting("attest", attest, False))
    yield "attest-wrong", ("miniapps/attest.html", acting(
        "attest", attest, False, values={"name": "Maya Okafor"},
        problems={"agree": "Tick the box to say that you have read it and that it is true"}))
    esign = Attest().page(offer(
        statement="details", statement_text=STATEMENT, statement_version=3,
        consent="sign_here", consent_text=AGREEMENT, consent_version=1))
    yield "attest-consent", ("miniapps/attest.html", acting(
        "attest", esign, False, script="/static/0/signature.js"))
    yield "attest-consent-wrong", ("miniapps/attest.html", acting(
        "attest", esign, False, values={"name": "Maya Okafor", "agree": "yes"},
        problems={"consent": "Tick the box to sign on this page", "drawn": "Draw it again"}))
    yield "upload", ("miniapps/upload.html", acting("upload", upload, False))
    yield "upload-poor", ("miniapps/upload.html", acting(
        "upload", upload, False, values={"kind": "passport"},
        kept=[Row(id="inc_1", name="front.jpg"), Row(id="inc_2", name="back.jpg")],
        problems={"photo-2": "back.jpg is too dark to read. Take it again in brighter light"}))
    yield "upload-wrong", ("miniapps/upload.html", acting(
        "upload", upload, False, values={"kind": "passport"},
        problems={"file": "That file has 14 MB. Send one with 10 MB or less"}))


def money_pages() -> Iterator[tuple[str, tuple[str, dict[str, object]]]]:
    yield "pay-later", ("miniapps/pay.html", later_page(values={"how": "all"}))
    yield "pay-later-wrong", ("miniapps/pay.html", later_page(
        values={"how": "part", "when": "later", "on": "2026-12-31"},
        problems={"on": "Choose a day from Sun 22 Nov to Sat 5 Dec"}))
    yield "plan-down", ("miniapps/plan.html", down_page(2000, values={"option": "monthly-3"}))
    yield "plan-down-wrong", ("miniapps/plan.html", down_page(
        0, values={"option": "monthly-4", "down": "other", "down_amount": "0", "debits": "yes"},
        problems={"down_amount": "Enter an amount from $0.01 to $100.00"}))
    yield "plan-none", ("miniapps/plan.html", down_page(18000))
    yield "update-card", ("miniapps/update_card.html", card_page())
    yield "update-card-wrong", ("miniapps/update_card.html", card_page(
        problems={"agree": "Tick the box to say that we may keep the new card"}))
