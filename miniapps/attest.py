"""Attest: the customer reads an exact text and signs it with their typed name."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType

from inthread.spi import Choice, Form, Invalid, Line, Offer, Settled, Term

WORDING: Mapping[str, str] = MappingProxyType({
    "changed": "The text has changed since you opened it. Nothing was signed. Read it again",
    "agree": "Tick the box to say that you have read it and that it is true",
    "name_missing": "Type your full name",
    "name_too_long": "Type your name in %(most)s characters or fewer. You typed %(count)s",
    "name_characters": "Type your name with letters",
    "signed_by": "Signed by",
    "signed_on": "Signed on",
    "version": "Version of the text",
})

LONGEST_NAME = 120
_NOT_TEXT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Persian and Indic names are written with them.
_JOINERS = frozenset("\u200c\u200d")
_DROPPED = _JOINERS | set("'\u2019")


class Attest:
    """`statement` names a text of the workflow; its wording gives two more terms, in the
    customer's language: `statement_text` (exact) and `statement_version`.

    It has no check page: the page itself shows the text in full, with a box to tick.
    """

    key: str = "attest"
    template: str = "miniapps/attest.html"
    checked: bool = False
    wording: Mapping[str, str] = WORDING
    terms: Mapping[str, Term] = MappingProxyType({"statement": Term("text")})

    def page(self, offer: Offer) -> Mapping[str, object]:
        """`text`, `version`, and `digest`, which the form sends back as statement_digest."""
        return {
            "text": offer.term("statement_text", str),
            "version": _version(offer),
            "digest": _digest(offer),
        }

    def read(self, offer: Offer, form: Form) -> Choice:
        """A text that is not the one shown is refused alone: what was typed was for another."""
        if form.text("statement_digest") != _digest(offer):
            raise Invalid({"statement": ("changed", {"version": _version(offer)})})
        problems: dict[str, tuple[str, Mapping[str, object]]] = {}
        name = " ".join(filter(None, unicodedata.normalize("NFC", form.text("name")).split(" ")))
        if form.text("agree") not in ("yes", "on"):
            problems["agree"] = ("agree", {})
        if problem := _name_problem(name):
            problems["name"] = problem
        if problems:
            raise Invalid(problems)
        values = {"agree": "yes", "name": name, "statement_digest": _digest(offer)}
        lines = (
            Line("signed_by", name),
            Line("signed_on", offer.today),
            Line("version", _version(offer)),
        )
        return Choice(values, lines, offer.term("statement_text", str))

    def settle(self, offer: Offer, choice: Choice) -> Settled:
        """`values`: statement, version, sha256 (of the text in UTF-8, hex), name as typed, matches
        (whether it is the name on file, but for case, accents, order and punctuation), locale."""
        name = str(choice.values["name"])
        return Settled("attested", {
            "statement": offer.term("statement", str),
            "version": _version(offer),
            "sha256": _digest(offer),
            "name": name,
            "matches": _words(name) == _words(offer.name),
            "locale": offer.locale,
        })


def _digest(offer: Offer) -> str:
    return sha256(offer.term("statement_text", str).encode()).hexdigest()


def _version(offer: Offer) -> int:
    return offer.term("statement_version", int)


def _name_problem(name: str) -> tuple[str, Mapping[str, object]] | None:
    if not name:
        return ("name_missing", {})
    if len(name) > LONGEST_NAME:
        return ("name_too_long", {"most": LONGEST_NAME, "count": len(name)})
    kinds = {unicodedata.category(c) for c in name if c not in _JOINERS}
    if kinds & _NOT_TEXT or not any(c.isalpha() for c in name):
        return ("name_characters", {})
    return None


def _words(name: str) -> list[str]:
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(c) and c not in _DROPPED
    )
    return sorted("".join(c if c.isalnum() else " " for c in plain).split())
