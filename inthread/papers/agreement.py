"""The text somebody agreed to, made again from what is kept: the same words, the same file."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from inthread.domain.outcome import Outcome
from inthread.papers.paper import Paper
from inthread.papers.words import words


class NotTheText(ValueError):
    """What is kept is not what was agreed to: its SHA-256 is another."""


def agreed_text(evidence: Mapping[str, object], part: str = "agreement") -> str:
    """The exact text of *part* (`agreement`, `consent`); empty where there was none. Raises
    NotTheText."""
    text = str(evidence.get(part) or "")
    if text and sha256(text.encode()).hexdigest() != evidence.get(f"{part}_sha256"):
        raise NotTheText(f"the {part} is not the text whose digest was kept")
    return text


def agreement_pdf(outcome: Outcome, *, brand: str, reference: str) -> bytes:
    """The agreement on paper, without a signature. The same outcome gives the same bytes however
    often and wherever it is made. Raises NotTheText; ValueError where nothing was agreed to."""
    evidence = outcome.evidence or {}
    text = agreed_text(evidence)
    if not text:
        raise ValueError(f"nothing was agreed to in {outcome.id}")
    locale = str(evidence["locale"])
    said = words(locale)
    paper = Paper(brand=brand, title=said["agreed"], at=outcome.at, locale=locale)
    paper.text(text)
    paper.rows([
        (said["reference"], reference), (said["outcome"], outcome.id),
        (said["text_hash"], str(evidence["agreement_sha256"])),
    ])
    paper.attach(
        "agreement.txt", text.encode(), media_type="text/plain", what=said["agreed"]
    )
    return paper.write()
