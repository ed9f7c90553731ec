"""The receipt on paper: what the customer may keep and print (UETA section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inthread.papers.paper import Paper


@dataclass(frozen=True)
class ReceiptPaper:
    """Every text is ready and in the language of `locale`. `amount`: as `$120.00`, or empty.
    `lines`: label and value. `reference`: label and value. `at`: when it was settled, with a zone.
    `state_sentence`: whether the back office has confirmed it. `agreement`: heading and the exact
    text agreed to, when there is one. `note`: how to reach somebody."""

    brand: str
    title: str
    amount: str
    lines: Sequence[tuple[str, str]]
    reference: tuple[str, str]
    at: datetime
    state_sentence: str
    locale: str
    agreement: tuple[str, str] | None = None
    note: str = ""


def receipt_pdf(receipt: ReceiptPaper) -> bytes:
    """The same receipt gives the same bytes."""
    paper = Paper(
        brand=receipt.brand, title=receipt.title, at=receipt.at, locale=receipt.locale
    )
    if receipt.amount:
        paper.amount(receipt.amount)
    paper.lead(receipt.state_sentence)
    paper.rows([*receipt.lines, receipt.reference])
    if receipt.agreement is not None:
        heading, text = receipt.agreement
        paper.heading(heading)
        paper.text(text)
    if receipt.note:
        paper.note(receipt.note)
    return paper.write()
