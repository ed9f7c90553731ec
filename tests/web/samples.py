"""Every page a customer can meet, in every state: its template and what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import SimpleNamespace as Row
from zoneinfo import ZoneInfo

from markupsafe import Markup

from inthread.spi import Money, Offer
from inthread.web import paths
from miniapps.attest import Attest
from miniapps.pay import Pay
from miniapps.plan import Plan
from miniapps.promise import Promise

TOKEN = "k1" + "A" * 44
TODAY = date(2026, 11, 21)
BRAND = Row(name="Alderway", phone="+1 555 010 0147", hours="8:00–20:00")
SMS = Row(kind="sms", ending="482")
MAIL = Row(kind="email", ending="m•••@e•••")
CHAT = Row(kind="whatsapp", ending="482")
OWED = Money(18420, "USD")
STATEMENT = (
    "I declare that\n\n– the details I gave on 21 November 2026 are complete and true,\n"
    "– I act for myself and for nobody else,\n"
    "– I will say so within 30 days if any of this changes."
)

PAY = Row(key="pay", href="/visit/do/pay", icon="pay", title="Pay now", chip="",
          detail="All of it, a part, or another amount")
PLAN = Row(key="plan", href="/visit/do/plan", icon="plan", title="Split it into payments", chip="",
           detail="2 to 6 payments, no fees")
PROMISE = Row(key="promise", href="/visit/do/promise", icon="promise", title="Pay on a later day",
              chip="", detail="Up to 14 days from today")
UPLOAD = Row(key="upload", href="/visit/do/upload", icon="upload", title="Send a document",
             chip="By Mon 30 Nov", detail="A photo is fine")
HELP = Row(key="help", href=paths.HELP, icon="message", title="Ask a person or object", chip="",
           detail="Reminders stop while we look")


def offer(locale: str = "en", **terms: object) -> Offer:
    return Offer("INV-20417", {}, OWED, terms, "Maya Okafor", TODAY, locale)


def at(hour: int, minute: int = 0, day: int = 21) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("America/New_York"))


def pay_page(**values: object) -> dict[str, object]:
    terms = {"least": Money(1000, "USD"), "most": OWED, "other": True}
    return acting("pay", Pay().page(offer(**terms)), True, **values)


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
        "offer": offer(), "page": page, "values": {}, "problems": {},
    }
    return base | more


def landing(**more: object) -> tuple[str, dict[str, object]]:
    base = {
        "state": "fresh", "action": paths.link(TOKEN), "expires": date(2026, 11, 24),
        "contact": SMS, "can_code": True, "can_fact": True, "host": "localhost:8400",
        "title": "First, let’s check it’s you. Then you see your invoice", "visiting": False,
    }
    return "customer/landing.html", base | more


def code(**more: object) -> tuple[str, dict[str, object]]:
    base = {
        "back_href": paths.link(TOKEN), "action": paths.CODE, "contact": SMS, "sent_at": at(14, 1),
        "works_until": at(14, 6), "resend_at": None, "can_fact": True, "value": "",
        "approves": (), "problem": "", "tries_left": None,
    }
    return "customer/code.html", base | more


def fact(**more: object) -> tuple[str, dict[str, object]]:
    base = {
        "back_href": paths.link(TOKEN), "question": "What is your postcode?", "hint": "",
        "keyboard": "text", "autocomplete": "postal-code", "value": "", "problem": "",
        "tries_left": 0, "can_code": True, "contact": SMS,
    }
    return "customer/fact.html", base | more


def menu(**more: object) -> tuple[str, dict[str, object]]:
    base = {
        "name": "Maya", "headline": "Invoice INV-20417, left to pay", "left": OWED,
        "subline": Markup("Due <time>Tue 24 Nov</time>"), "notices": (), "refused": (),
        "actions": (PAY, PLAN, PROMISE, UPLOAD, HELP),
    }
    return "customer/menu.html", base | more


def receipt(**more: object) -> tuple[str, dict[str, object]]:
    base = {
        "kind": "paid", "name": "Maya", "amount": Money(6140, "USD"),
        "reference": "INV-20417", "at_time": at(14, 3), "proved_at": at(14, 3), "troubled": False,
        "lines": [("Card", "Visa 4242")], "left": Money(12280, "USD"), "due": at(16),
        "agreement": "", "digest": "", "more": True, "expires": date(2026, 11, 24),
    }
    return "customer/receipt.html", base | more


def payment(state: str) -> tuple[str, dict[str, object]]:
    return "customer/payment.html", {
        "state": state, "amount": Money(6140, "USD"), "reference": "INV-20417", "due": at(14, 20),
        "here": paths.payment("pay_1"), "try_again": paths.action("pay"),
        "checkout": "http://localhost:8402/c/1" if state == "waiting" else "",
    }


def helping(**more: object) -> tuple[str, dict[str, object]]:
    base = {
        "back_href": paths.MENU, "nonce": "nonce_1", "problem": "", "values": {},
        "due": at(18, day=23),
        "offered": ("cannot_pay", "wrong_amount", "not_mine", "question", "call_me"),
    }
    return "customer/help.html", base | more


def problem(kind: str, **more: object) -> tuple[str, dict[str, object]]:
    base = {"kind": kind, "retry_at": None, "go_on": "", "request_id": "", "visiting": False}
    return "customer/problem.html", base | more


AGREEMENT = (
    "I pay $184.20 to Alderway in 4 payments:\n1. December 21, 2026: $46.05\n"
    "2. January 21, 2027: $46.05\n3. February 22, 2027: $46.05\n4. March 22, 2027: $46.05"
)


def check_pages() -> Iterator[tuple[str, tuple[str, dict[str, object]]]]:
    base: dict[str, object] = {
        "action_href": paths.action("pay"), "action": paths.check("pay"), "nonce": "nonce_1",
        "agreement": "", "leaves_for": "", "amount_label": "", "amount": None,
    }
    yield "check-pay", ("customer/check.html", base | {
        "app": "pay", "amount": Money(6140, "USD"), "amount_label": "You pay now",
        "lines": [("Left after this", "$122.80"), ("For", "INV-20417")],
        "leaves_for": "Sandbox Payments",
    })
    yield "check-plan", ("customer/check.html", base | {
        "app": "plan", "agreement": AGREEMENT,
        "lines": [("Monthly payments", "4"), ("Each payment", "$46.05"), ("Total", "$184.20"),
                  ("First payment on", "Mon, 21 Dec 2026")],
    })


def identity_pages() -> Iterator[tuple[str, tuple[str, dict[str, object]]]]:
    yield "landing", landing()
    yield "landing-mail", landing(contact=MAIL, can_fact=False)
    yield "landing-chat", landing(contact=CHAT, title="")
    yield "landing-link-only", landing(can_code=False, can_fact=False)
    yield "landing-fact-only", landing(can_code=False)
    yield "landing-finished", landing(state="finished")
    yield "landing-visiting", landing(state="visiting")
    yield "code", code()
    yield "code-wrong", code(problem="refused", tries_left=3, value="114920")
    yield "code-expired", code(problem="refused")
    yield "code-shape", code(problem="shape", value="1234")
    yield "code-wait", code(resend_at=at(14, 3), contact=CHAT)
    yield "code-strong", code(
        action=paths.check("pay"), back_href=paths.action("pay"), can_fact=False,
        approves=[("You pay now", "$61.40"), ("To", "Alderway")],
    )
    yield "fact", fact()
    yield "fact-wrong", fact(
        value="EC1", problem="refused", tries_left=1
    )
    yield "locked", ("customer/locked.html", {
        "until": at(14, 35), "minutes": 15, "due": None, "again": paths.CODE})
    yield "locked-person", ("customer/locked.html", {
        "until": None, "minutes": 0, "due": at(18, day=23), "again": ""})


def menu_pages() -> Iterator[tuple[str, tuple[str, dict[str, object]]]]:
    refused = (Row(title="Split it into payments",
                   reason="Plans need $60 or more to pay. You have $42.10."),)
    yield "menu", menu()
    yield "menu-part-paid", menu(
        left=Money(12280, "USD"), actions=(PAY, HELP), refused=refused,
        notices=(Row(icon="check", tone="", text="You paid $61.40 on Sat 21 Nov."),),
    )
    yield "menu-document", menu(
        headline="We need an up-to-date document from you.", left=None, subline="",
        actions=(UPLOAD,),
    )
    yield "menu-empty", menu(actions=(), refused=refused)
    yield "ineligible", ("customer/ineligible.html", {
        "action": PLAN, "reasons": [refused[0].reason], "actions": (PAY, PROMISE, HELP)})


def act_pages() -> Iterator[tuple[str, tuple[str, dict[str, object]]]]:
    promise = Promise().page(offer(latest_days=14, least=Money(1000, "USD")))
    attest = Attest().page(offer(
        statement="details", statement_text=STATEMENT, statement_version=3))
    upload = {
        "kinds": [Row(key="id", label="Passport or identity card"),
                  Row(key="address", label="Proof of address")],
        "most_files": 3, "accepts": "image/jpeg,image/png,image/heic,application/pdf",
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
    yield "attest", ("miniapps/attest.html", acting("attest", attest, False))
    yield "attest-wrong", ("miniapps/attest.html", acting(
        "attest", attest, False, values={"name": "Maya Okafor"},
        problems={"agree": "Tick the box to say that you have read it and that it is true"}))
    yield "upload", ("miniapps/upload.html", acting("upload", upload, False))
    yield "upload-wrong", ("miniapps/upload.html", acting(
        "upload", upload, False, values={"kind": "id"},
        problems={"file": "That file has 14 MB. Send one with 10 MB or less"}))


def end_pages() -> Iterator[tuple[str, tuple[str, dict[str, object]]]]:
    yield "receipt", receipt()
    yield "receipt-writing", receipt(
        kind="planned", amount=None, left=None, proved_at=None, more=False,
        agreement=AGREEMENT, digest="9f86d081884c7d65" * 4,
        lines=[("First payment on", "Mon, 21 Dec 2026"), ("Last payment on", "Mon, 22 Mar 2027")])
    yield "receipt-troubled", receipt(proved_at=None, troubled=True, due=at(18, day=23))
    for state in ("waiting", "unsure", "declined"):
        yield f"payment-{state}", payment(state)
    yield "help", helping()
    yield "help-wrong", helping(problem="reason", back_href="")
    yield "help-sent", ("customer/help_sent.html", {
        "due": at(18, day=23), "reason": "wrong_amount", "reference": "INV-20417",
        "more": True})
    yield "not-me", ("customer/not_me.html", {"nonce": "nonce_1", "back_href": paths.MENU})
    yield "not-me-done", ("customer/not_me_done.html", {"visiting": False})
    yield "ended", ("customer/ended.html", {"why": "idle", "contact": SMS, "visiting": False})
    yield "ended-lost", ("customer/ended.html", {"why": "idle", "contact": None, "visiting": False})
    yield "ended-left", ("customer/ended.html", {"why": "left", "contact": None, "visiting": False})


def problem_pages() -> Iterator[tuple[str, tuple[str, dict[str, object]]]]:
    expired: dict[str, object] = {
        "action": paths.renew(TOKEN), "expired_at": at(9, 30, 19), "renewed": False,
        "visiting": False,
    }
    yield "expired", ("customer/expired.html", expired)
    yield "expired-renewed", ("customer/expired.html", expired | {"renewed": True})
    for kind in ("gone", "not_found", "forbidden", "bad_form", "too_large", "paused"):
        yield f"problem-{kind}", problem(kind)
    yield "problem-conflict", problem("conflict", go_on=paths.MENU, visiting=True)
    yield "problem-too_many", problem("too_many", retry_at=at(14, 20))
    yield "problem-error", problem("error", request_id="req_01jd8x")


def samples() -> dict[str, tuple[str, dict[str, object]]]:
    """Name of the page and its state -> template and what it shows."""
    groups = (identity_pages, menu_pages, act_pages, check_pages, end_pages, problem_pages)
    return {name: sample for group in groups for name, sample in group()}
