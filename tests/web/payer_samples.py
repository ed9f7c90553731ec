"""The pages of a link for somebody else, in every state, and the receipt's own states."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace as Row
from zoneinfo import ZoneInfo

from inthread.spi import Money
from inthread.web import paths

Sample = tuple[str, tuple[str, dict[str, object]]]
TOKEN = "k1" + "P" * 44
AMOUNT = Money(6140, "USD")
BACK = Row(amount=Money(2000, "USD"), at=datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("UTC")))


def at(hour: int, minute: int = 0, day: int = 21) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("America/New_York"))


def stands(**more: object) -> Row:
    """How an outcome stands: confirmed today, unless *more* says else."""
    base: dict[str, object] = {
        "proved_at": at(14, 3), "proved_today": True, "troubled": False, "due": None,
        "check_at": None, "check_today": False,
    }
    return Row(**(base | more))


def receipt(**more: object) -> tuple[str, dict[str, object]]:
    base = {
        "kind": "paid", "name": "Maya", "amount": AMOUNT, "reference": "INV-20417",
        "at_time": at(14, 3), "stands": stands(), "lines": [("Left after this", "$122.80")],
        "card": None, "back": None, "standing": "succeeded", "by_other": False,
        "agreement": "", "digest": "",
        "evidence": "/visit/receipt/out_1/evidence.pdf", "more": True, "expires": at(12, day=24),
        "pdf": paths.receipt_pdf("out_1"),
    }
    return "customer/receipt.html", base | more


def receipt_pages(agreement: str) -> Iterator[Sample]:
    waiting = stands(proved_at=None, due=at(16), check_at=at(14, 10), check_today=True)
    later = stands(proved_at=None, due=at(16, day=22), check_at=at(9, day=22))
    yield "receipt", receipt()
    yield "receipt-writing", receipt(
        kind="planned", amount=None, stands=waiting, more=False, agreement=agreement,
        digest="9f86d081884c7d65" * 4, standing="",
        lines=[("First payment on", "Mon, 21 Dec 2026"), ("Last payment on", "Mon, 22 Mar 2027")])
    yield "receipt-writing-later", receipt(stands=later)
    yield "receipt-writing-open", receipt(stands=stands(proved_at=None))
    yield "receipt-troubled", receipt(
        stands=stands(proved_at=None, troubled=True, due=at(18, day=23)))
    yield "receipt-troubled-over", receipt(stands=stands(proved_at=None, troubled=True))
    yield "receipt-card", receipt(
        kind="card_kept", amount=None, lines=[], card=("Visa", "4242"), standing="succeeded")
    yield "receipt-by-other", receipt(by_other=True)
    yield "receipt-refunded", receipt(
        stands=stands(proved_today=False), back=BACK, standing="part_refund")
    for state in ("disputed", "lost", "unknown"):
        yield f"receipt-{state}", receipt(standing=state)


def payer_pages() -> Iterator[Sample]:
    base: dict[str, object] = {
        "amount": AMOUNT, "until": at(14, day=24), "begun": "", "visiting": False,
    }
    landing = base | {
        "state": "open", "down": False, "provider": "localhost:8402",
        "action": paths.payer(TOKEN),
    }
    begun = {"begun": paths.paid_for("ref")}
    yield "payer", ("customer/payer.html", landing)
    yield "payer-begun", ("customer/payer.html", landing | begun | {"state": "begun"})
    yield "payer-down", ("customer/payer.html", landing | {"down": True})
    for why in ("busy", "expired", "used_up", "off", "over"):
        yield f"payer-{why}", ("customer/payer_gone.html", base | {"why": why})
    yield "payer-paid", ("customer/payer_gone.html", base | begun | {"why": "paid"})
    paid = {
        "amount": AMOUNT, "reference": "pay_06e9yrkc9xh3c7cd3m9k2t5q8w", "at_time": None,
        "back": None, "standing": "started", "pdf": paths.paid_for_pdf("ref"), "again": "",
        "visiting": False, "here": paths.paid_for("ref"),
    }
    page = "customer/payer_paid.html"
    yield "paid-for", (page, paid | {
        "state": "paid", "standing": "succeeded", "at_time": at(14, 3)})
    yield "paid-for-refunded", (page, paid | {
        "state": "paid", "standing": "part_refund", "at_time": at(14, 3), "back": BACK})
    yield "paid-for-waiting", (page, paid | {"state": "waiting"})
    yield "paid-for-unsure", (page, paid | {"state": "unsure", "standing": "unknown"})
    yield "paid-for-declined", (page, paid | {
        "state": "declined", "again": paths.payer(TOKEN)})


def sharing_pages() -> Iterator[Sample]:
    share = {
        "amount": AMOUNT, "back_href": paths.check("pay"), "action": paths.share("pay"),
        "shown": "0" * 64, "nonce": "nonce_1", "days": (1, 3, 7), "most_opens": 5, "most": 3,
        "full": False, "shared": paths.SHARED,
    }
    yield "share", ("customer/share.html", share)
    yield "share-full", ("customer/share.html", share | {"full": True})
    yield "share-made", ("customer/share_made.html", {
        "url": f"https://pay.alderway.example/p/{TOKEN}", "amount": AMOUNT,
        "until": at(14, day=24), "most_opens": 5, "amount_text": "$61.40",
        "until_text": "Tue 24 Nov, 14:00", "off": paths.SHARED, "link_id": "plink_1",
    })
    link = Row(id="plink_1", amount=AMOUNT, expires_at=at(14, day=24), opens=1, most_opens=5)
    yield "shared", ("customer/shared.html", {"links": (link,), "off": paths.SHARED})
    yield "shared-none", ("customer/shared.html", {"links": (), "off": paths.SHARED})
