"""Every page a customer can meet, in every state: its template and what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from types import SimpleNamespace as Row
from zoneinfo import ZoneInfo

from inthread.spi import Money
from inthread.web import paths
from tests.web.miniapp_samples import AGREEMENT, OWED, act_pages, money_pages
from tests.web.payer_samples import payer_pages, receipt_pages, sharing_pages

TOKEN = "k1" + "A" * 44
BRAND = Row(name="Alderway", phone="+1 555 010 0147", hours="8:00–20:00")
PAY = Row(href="/visit/do/pay", icon="pay", title="Pay now",
          detail="All of it or a part. About 30 seconds")
PLAN = Row(href="/visit/do/plan", icon="plan", title="Split it into payments",
           detail="You see every date and amount first")
PROMISE = Row(href="/visit/do/promise", icon="promise", title="Choose a day to pay",
              detail="No fee. We wait until then")
UPLOAD = Row(href="/visit/do/upload", icon="upload", title="Send your document",
             detail="A photo or a PDF. About a minute")


def at(hour: int, minute: int = 0, day: int = 21) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("America/New_York"))


def landing(**more: object) -> tuple[str, dict[str, object]]:
    base = {
        "state": "fresh", "action": paths.link(TOKEN), "expires": date(2026, 11, 24),
        "can_fact": True, "host": "localhost:8400", "language": "en", "visiting": False,
        "lead": "There is something for you on your account.",
    }
    return "customer/landing.html", base | more


def code(**more: object) -> tuple[str, dict[str, object]]:
    base = {
        "back_href": "", "do": "", "sent_at": at(14, 1), "works_until": at(14, 6),
        "again_at": None, "can_fact": True, "value": "", "approves": (), "problem": "",
        "tries_left": None,
    }
    return "customer/code.html", base | more


def fact(**more: object) -> tuple[str, dict[str, object]]:
    base = {
        "question": "What is your postcode?", "value": "", "problem": "", "tries_left": 0,
        "do": "", "can_code": True,
    }
    return "customer/fact.html", base | more


def locked(**more: object) -> tuple[str, dict[str, object]]:
    base = {
        "until": None, "minutes": 0, "due": None, "with_a_person": False, "again": paths.CODE,
    }
    return "customer/locked.html", base | more


def menu(**more: object) -> tuple[str, dict[str, object]]:
    base = {
        "name": "Maya", "headline": "Your bill", "left": OWED, "due": None, "paid": (),
        "about": [("Due", "Tue 24 Nov"), ("Invoice", "INV-20417")], "refused": (), "shared": 0,
        "actions": (PAY, PLAN, PROMISE),
    }
    return "customer/menu.html", base | more


def scheduled(waiting: bool) -> tuple[str, dict[str, object]]:
    return "customer/scheduled.html", {
        "amount": Money(6140, "USD"), "on": date(2026, 11, 27), "card": "Visa", "digits": "4242",
        "reference": "INV-20417", "waiting": waiting,
    }


def payment(
    state: str, is_open: bool, by_other: bool = False, mode: str = "pay"
) -> tuple[str, dict[str, object]]:
    return "customer/payment.html", {
        "state": state, "amount": Money(6140, "USD"), "reference": "INV-20417", "due": at(14, 20),
        "open": is_open, "by_other": by_other, "mode": mode,
        "here": paths.payment("pay_1"), "try_again": paths.action("pay"),
    }


def helping(**more: object) -> tuple[str, dict[str, object]]:
    base = {
        "problem": "", "reason": "", "words": "",
        "due": at(18, day=23),
        "offered": ("cannot_pay", "disagree", "question", "call_me", "not_me"),
    }
    return "customer/help.html", base | more


def problem(kind: str, **more: object) -> tuple[str, dict[str, object]]:
    base = {"kind": kind, "retry_at": None, "go_on": "", "request_id": "", "visiting": False}
    return "customer/problem.html", base | more


def check_pages() -> Iterator[tuple[str, tuple[str, dict[str, object]]]]:
    base: dict[str, object] = {
        "action_href": paths.action("pay"), "action": paths.check("pay"), "nonce": "nonce_1",
        "agreement": "", "leaves_for": "", "amount": None, "step_up": False, "shown": "0" * 64,
        "share": "",
        "do": "pay",
    }
    yield "check-pay", ("customer/check.html", base | {
        "app": "pay", "amount": ("You pay now", "$61.40"),
        "lines": [("Left after this", "$122.80"), ("For", "INV-20417")],
        "leaves_for": "Sandbox Payments", "share": paths.share("pay"),
    })
    yield "check-pay-later", ("customer/check.html", base | {
        "app": "pay", "agreement": "I agree that $61.40 is taken on November 30, 2026 from the "
        "card or account that I give next. There is no fee.",
        "lines": [("You pay on", "Mon, 30 Nov 2026"), ("Amount", "$61.40"),
                  ("Left after this", "$122.80")],
        "leaves_for": "Sandbox Payments",
    })
    yield "check-plan-down", ("customer/check.html", base | {
        "app": "plan", "do": "plan", "amount": ("You pay now", "$20.00"),
        "agreement": AGREEMENT + "\n\nI authorise the 4 payments in the list above to be taken by "
        "themselves. I can stop this at any time.", "leaves_for": "Sandbox Payments",
        "lines": [("Monthly payments", "4"), ("Each payment", "$41.05"),
                  ("Payments we take by ourselves", "4"), ("Total", "$184.20")],
    })
    yield "check-plan", ("customer/check.html", base | {
        "app": "plan", "do": "plan", "agreement": AGREEMENT,
        "lines": [("Monthly payments", "4"), ("Each payment", "$46.05"), ("Total", "$184.20"),
                  ("First payment on", "Mon, 21 Dec 2026")],
    })
    yield "check-strong", ("customer/check.html", base | {
        "app": "plan", "do": "plan", "agreement": AGREEMENT, "step_up": True,
        "action": paths.RESEND, "lines": [("Monthly payments", "4"), ("Total", "$184.20")],
    })
    yield "check-other", ("customer/check.html", base | {
        "app": "acme", "do": "acme", "lines": [("Colour", "Blue")],
    })


def identity_pages() -> Iterator[tuple[str, tuple[str, dict[str, object]]]]:
    yield "landing", landing()
    yield "landing-no-question", landing(can_fact=False)
    yield "landing-finished", landing(state="finished")
    yield "landing-visiting", landing(state="visiting")
    yield "code", code()
    yield "code-wrong", code(problem="refused", tries_left=3, value="114920")
    yield "code-expired", code(problem="refused", sent_at=None, works_until=None)
    yield "code-shape", code(problem="shape", value="1234")
    yield "code-wait", code(again_at=at(14, 3))
    yield "code-strong", code(
        do="plan", back_href=paths.check("plan"), can_fact=False,
        approves=[("Monthly payments", "4"), ("Total", "$184.20")],
    )
    ask = {"back_href": "", "do": "pay", "approves": (), "again_at": None, "can_fact": True}
    yield "code-ask", ("customer/code_ask.html", ask)
    yield "code-ask-wait", ("customer/code_ask.html", ask | {"again_at": at(14, 3)})
    yield "fact", fact()
    yield "fact-wrong", fact(value="EC1", problem="refused", tries_left=1)
    yield "fact-empty", fact(problem="empty", can_code=False)
    yield "locked", locked(until=at(14, 35), minutes=15)
    yield "locked-person", locked(with_a_person=True, due=at(18, day=23))
    yield "locked-fact", locked()


def menu_pages() -> Iterator[tuple[str, tuple[str, dict[str, object]]]]:
    refused = (Row(title="Split it into payments",
                   reason="Plans need $60 or more to pay. You have $42.10."),)
    paid = (Row(id="out_1", amount=Money(6140, "USD"), at=at(14, 3)),)
    yield "menu", menu()
    yield "menu-part-paid", menu(
        left=Money(12280, "USD"), actions=(PAY,), refused=refused, paid=paid)
    yield "menu-document", menu(
        headline="Your document", left=None, actions=(UPLOAD,), about=[("Expires", "Tue 1 Dec")])
    yield "menu-shared", menu(shared=2)
    yield "menu-empty", menu(actions=(), refused=refused)
    yield "menu-person", menu(actions=(), due=at(18, day=23))
    yield "ineligible", ("customer/ineligible.html", {
        "action": PLAN, "reasons": [refused[0].reason], "actions": (PAY, PROMISE)})


def end_pages() -> Iterator[tuple[str, tuple[str, dict[str, object]]]]:
    yield from receipt_pages(AGREEMENT)
    for state, is_open in (("waiting", True), ("on_its_way", True), ("unsure", False),
                           ("declined", True)):
        yield f"payment-{state}", payment(state, is_open)
    yield "payment-declined-closed", payment("declined", False)
    yield "payment-by-other", payment("waiting", True, by_other=True)
    yield "payment-card", payment("waiting", True, mode="card")
    yield "payment-card-declined", payment("declined", True, mode="card")
    yield "payment-charge", payment("waiting", True, mode="charge")
    yield "scheduled", scheduled(waiting=True)
    yield "scheduled-called-off", scheduled(waiting=False)
    yield "help", helping()
    yield "help-wrong", helping(problem="reason")
    yield "help-sent", ("customer/help_sent.html", {
        "due": at(18, day=23), "reference": "INV-20417"})
    yield "not-me", ("customer/not_me.html", {})
    yield "not-me-done", ("customer/not_me_done.html", {"visiting": False})
    yield "ended", ("customer/ended.html", {"why": "idle", "again": paths.link(TOKEN)})
    yield "ended-lost", ("customer/ended.html", {"why": "idle", "again": ""})
    yield "ended-left", ("customer/ended.html", {"why": "left", "again": ""})


def problem_pages() -> Iterator[tuple[str, tuple[str, dict[str, object]]]]:
    expired: dict[str, object] = {
        "action": paths.renew(TOKEN), "renewed": False, "visiting": False,
    }
    yield "expired", ("customer/expired.html", expired)
    yield "expired-renewed", ("customer/expired.html", expired | {"renewed": True})
    stop: dict[str, object] = {
        "action": paths.stop(TOKEN), "kind": "phone", "address": "482", "off": False,
        "visiting": False,
    }
    yield "stop", ("customer/stop.html", stop)
    yield "stop-mail", ("customer/stop.html", stop | {"kind": "email", "address": "m•••@e•••"})
    yield "stop-off", ("customer/stop.html", stop | {"off": True})
    for kind in ("gone", "not_found", "forbidden", "bad_form", "too_large", "paused",
                 "unreachable"):
        yield f"problem-{kind}", problem(kind)
    yield "problem-conflict", problem("conflict", go_on=paths.MENU, visiting=True)
    yield "problem-settled", problem("settled", go_on=paths.MENU, visiting=True)
    yield "problem-provider_down", problem("provider_down", go_on=paths.MENU, visiting=True)
    yield "problem-too_many", problem("too_many", retry_at=at(14, 20))
    yield "problem-error", problem("error", request_id="req_01jd8x")


def samples() -> dict[str, tuple[str, dict[str, object]]]:
    """Name of the page and its state -> template and what it shows."""
    groups = (
        identity_pages, menu_pages, act_pages, money_pages, check_pages, end_pages, problem_pages,
        payer_pages, sharing_pages,
    )
    return {name: sample for group in groups for name, sample in group()}
