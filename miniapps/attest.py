"""Attest: the customer reads an exact text and signs it with their typed name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType

from inthread.spi import Choice, Form, Invalid, Line, Offer, Settled, Term

WORDING: Mapping[str, str] = MappingProxyType({
    "changed": "The text has changed since you opened it. Nothing was signed. Read it again",
    "agree": "Tick the box to say that you have read it and that it is true",
    "consent": "Tick the box to sign on this page. To sign on paper instead, ask a person",
    "name_missing": "Type your full name",
    "name_too_long": "Type your name in %(most)s characters or fewer. You typed %(count)s",
    "name_characters": "Type your name with letters",
    "drawing": "Your drawing did not come through. Draw it again, or leave it out: your typed "
               "name counts",
    "signed_by": "Signed by",
    "signed_on": "Signed on",
    "version": "Version of the text",
    "consent_version": "Version of the consent to sign here",
})

LONGEST_NAME = 120
_NOT_TEXT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Persian and Indic names are written with them.
_JOINERS = frozenset("\u200c\u200d")
_DROPPED = _JOINERS | set("'\u2019")

# A drawn name: strokes of points on a field of this size, `12,40 13,41;200,80`.
WIDTH, HEIGHT = 600, 200
MOST_STROKES, MOST_POINTS = 60, 1500
_POINT = r"(?:0|[1-9][0-9]{0,2}),(?:0|[1-9][0-9]{0,2})"
_DRAWN = re.compile(rf"{_POINT}(?:[ ;]{_POINT})*", re.ASCII)


class Attest:
    """`statement` names a text of the workflow; its wording gives two more terms, in the
    customer's language: `statement_text` (exact) and `statement_version`. `consent` names the text
    by which the customer agrees to sign electronically (ESIGN, 15 USC 7001(c)), the same way; it
    has a tick of its own.

    It has no check page: the page itself shows the texts in full, each with a box to tick. The
    typed name is the signature; a drawn one may stand beside it.
    """

    key: str = "attest"
    template: str = "miniapps/attest.html"
    checked: bool = False
    wording: Mapping[str, str] = WORDING
    terms: Mapping[str, Term] = MappingProxyType({
        "statement": Term("text"), "consent": Term("text", required=False),
    })

    def page(self, offer: Offer) -> Mapping[str, object]:
        """`text`, `version` and `digest` of the statement, and of the `consent` (None where none
        is asked for); the form sends the digests back as statement_digest and consent_digest.
        `width` and `height` of the field a name may be drawn on."""
        return {
            **_text(offer, "statement"),
            "consent": _text(offer, "consent") if _asks_consent(offer) else None,
            "width": WIDTH, "height": HEIGHT,
        }

    def read(self, offer: Offer, form: Form) -> Choice:
        """A text that is not the one shown is refused alone: what was typed was for another."""
        signed = ("statement", "consent") if _asks_consent(offer) else ("statement",)
        changed: dict[str, tuple[str, Mapping[str, object]]] = {
            name: ("changed", {"version": _version(offer, name)}) for name in signed
            if form.text(f"{name}_digest") != _digest(offer, name)
        }
        if changed:
            raise Invalid(changed)
        name = " ".join(filter(None, unicodedata.normalize("NFC", form.text("name")).split(" ")))
        problems = dict(_problems(form, name, asks_consent="consent" in signed))
        if problems:
            raise Invalid(problems)
        return _choice(offer, form, name, signed)

    def settle(self, offer: Offer, choice: Choice) -> Settled:
        """`values`: statement, version, sha256 (of the text in UTF-8, hex), name as typed, matches
        (whether it is the name on file, but for case, accents, order and punctuation), locale,
        drawn (whether a drawing came with it); with a consent: consent_version, consent_sha256."""
        name = str(choice.values["name"])
        consent = {
            "consent_version": _version(offer, "consent"),
            "consent_sha256": _digest(offer, "consent"),
        } if _asks_consent(offer) else {}
        return Settled("attested", {
            "statement": offer.term("statement", str),
            "version": _version(offer, "statement"),
            "sha256": _digest(offer, "statement"),
            "name": name,
            "matches": _words(name) == _words(offer.name),
            "locale": offer.locale,
            "drawn": "drawn" in choice.values,
            **consent,
        })


def _asks_consent(offer: Offer) -> bool:
    return "consent" in offer.terms


def _choice(offer: Offer, form: Form, name: str, signed: tuple[str, ...]) -> Choice:
    values = {"agree": "yes", "name": name, "statement_digest": _digest(offer, "statement")}
    lines = [
        Line("signed_by", name), Line("signed_on", offer.today),
        Line("version", _version(offer, "statement")),
    ]
    if "consent" in signed:
        values |= {"consent": "yes", "consent_digest": _digest(offer, "consent")}
        lines.append(Line("consent_version", _version(offer, "consent")))
    if form.text("drawn"):
        values["drawn"] = form.text("drawn")
    return Choice(
        values, tuple(lines), offer.term("statement_text", str),
        consent=offer.term("consent_text", str) if "consent" in signed else None,
    )


def _text(offer: Offer, name: str) -> Mapping[str, object]:
    return {
        "text": offer.term(f"{name}_text", str), "version": _version(offer, name),
        "digest": _digest(offer, name),
    }


def _digest(offer: Offer, name: str) -> str:
    return sha256(offer.term(f"{name}_text", str).encode()).hexdigest()


def _version(offer: Offer, name: str) -> int:
    return offer.term(f"{name}_version", int)


Problem = tuple[str, tuple[str, Mapping[str, object]]]


def _problems(form: Form, name: str, *, asks_consent: bool) -> list[Problem]:
    found: list[Problem] = []
    if form.text("agree") not in ("yes", "on"):
        found.append(("agree", ("agree", {})))
    if asks_consent and form.text("consent") not in ("yes", "on"):
        found.append(("consent", ("consent", {})))
    if problem := _name_problem(name):
        found.append(("name", problem))
    if not _can_be_drawn(form.text("drawn")):
        found.append(("drawn", ("drawing", {})))
    return found


def _name_problem(name: str) -> tuple[str, Mapping[str, object]] | None:
    if not name:
        return ("name_missing", {})
    if len(name) > LONGEST_NAME:
        return ("name_too_long", {"most": LONGEST_NAME, "count": len(name)})
    kinds = {unicodedata.category(c) for c in name if c not in _JOINERS}
    if kinds & _NOT_TEXT or not any(c.isalpha() for c in name):
        return ("name_characters", {})
    return None


def _can_be_drawn(drawn: str) -> bool:
    """Whether there is no drawing, or one whose every point lies on the field."""
    if not drawn:
        return True
    if len(drawn) > 8 * MOST_POINTS or not _DRAWN.fullmatch(drawn):
        return False
    strokes = [stroke.split(" ") for stroke in drawn.split(";")]
    points = [point.split(",") for stroke in strokes for point in stroke]
    return (
        len(strokes) <= MOST_STROKES and len(points) <= MOST_POINTS
        and all(int(x) <= WIDTH and int(y) <= HEIGHT for x, y in points)
    )


def _words(name: str) -> list[str]:
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(c) and c not in _DROPPED
    )
    return sorted("".join(c if c.isalnum() else " " for c in plain).split())
