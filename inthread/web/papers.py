"""Receipts as files: the words of the page, on paper. Made for this answer and kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response
from markupsafe import Markup

from inthread.papers.receipt import ReceiptPaper, receipt_pdf
from inthread.queries.payer_page import PaidPage
from inthread.queries.receipt import Receipt
from inthread.web.reader import Reader, reading
from inthread.web.responding import pages, reader, runtime

WORDS = "customer/receipt_words.html"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Standing:
    """How the outcome stands on its system of record, for `receipt_words.html`."""

    proved_at: object
    proved_today: bool
    troubled: bool
    due: object
    check_at: object
    check_today: bool


def standing(found: Receipt, who: Reader) -> Standing:
    today = who.day(runtime().now(), "yMMMEd")
    proved, check = found.proved_at, found.check_at
    return Standing(
        proved, proved is not None and who.day(proved, "yMMMEd") == today, found.troubled,
        found.due, check, check is not None and who.day(check, "yMMMEd") == today,
    )


def card_of(found: Receipt) -> tuple[str, str] | None:
    """Brand and last four digits of a card that is kept since; None for anything else."""
    brand, digits = found.outcome.values.get("brand"), found.outcome.values.get("last_four")
    if not isinstance(brand, str) or not isinstance(digits, str) or not digits:
        return None
    return brand_of(brand), digits


def brand_of(brand: str) -> str:
    """A card's brand, as providers name it, for people."""
    return BRANDS.get(brand, brand.replace("_", " ").capitalize())


BRANDS = {"amex": "American Express", "diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay"}


def receipt_paper(found: Receipt, lines: Sequence[tuple[str, str]], agreement: str) -> Response:
    """*lines*: as the page shows them."""
    who, outcome = reader(), found.outcome
    stands, card = standing(found, who), card_of(found)
    rows = [(said("label", "when"), who.value(outcome.at)), *lines]
    if card:
        rows.append((said("label", "card"), said("card", *card)))
    if found.by_other:
        rows.append((said("label", "by"), said("by_other")))
    rows.append((said("label", "account"), said("chip", stands)))
    taken = found.taken
    return _file(taken.case.reference, ReceiptPaper(
        brand=runtime().brand.name, title=said("title", outcome.kind, taken.person.first_name),
        amount=who.money(outcome.amount) if outcome.amount else "", lines=rows,
        reference=(said("label", "reference"), taken.case.reference),
        at=outcome.at.astimezone(who.zone), locale=who.language.code,
        state_sentence=" ".join(filter(None, (
            said("account", stands), said("money", found.back, found.money_state),
        ))),
        agreement=(said("label", "agreed"), agreement) if agreement else None, note=_note(),
    ))


def payer_paper(found: PaidPage) -> Response:
    """Of a payment whose money moved. It says nothing of whom it was paid for."""
    who, payment = reader(), found.payment
    at = found.at or runtime().now()
    rows = [
        (said("label", "to"), runtime().brand.name), (said("label", "when"), who.value(at)),
    ]
    if found.back:
        rows.append((said("label", "back"), who.money(found.back.amount)))
    return _file(payment.id, ReceiptPaper(
        brand=runtime().brand.name, title=said("paid_for"), amount=who.money(payment.amount),
        lines=rows, reference=(said("label", "reference"), payment.id),
        at=at.astimezone(who.zone), locale=who.language.code,
        state_sentence=said("money", found.back, payment.state.value) or said("paid_for_state"),
        note=_note(),
    ))


def said(macro: str, *values: object) -> str:
    """A sentence of the receipt in the reader's language, as plain text."""
    with reading(reader()):
        words = getattr(pages().templates.get_template(WORDS).module, macro)
        said_as_markup: Markup = words(*values)
        return said_as_markup.striptags()


def _note() -> str:
    phone = runtime().brand.phone
    return said("call", phone) if phone else ""


def file_name(reference: str) -> str:
    """Plain ASCII, whatever the reference is made of."""
    name = _UNSAFE.sub("-", reference).strip("-.")[:60]
    return f"receipt-{name}.pdf" if name else "receipt.pdf"


def _file(reference: str, paper: ReceiptPaper) -> Response:
    return Response(receipt_pdf(paper), content_type="application/pdf", headers={
        "Content-Disposition": f'attachment; filename="{file_name(reference)}"',
    })
