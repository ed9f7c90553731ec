"""Update card: the customer gives another card on the provider's own page; no money moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from types import MappingProxyType

from inthread.spi import Choice, Form, Invalid, Line, NeedsCard, Offer, Term
from miniapps.exact import fields_in
from miniapps.reading import methods_of, term_or

WORDING: Mapping[str, str] = MappingProxyType({
    "agree": "Tick the box to say that we may keep the new card",
    "changed": "The text has changed since you opened it. Nothing was saved. Read it again",
    "replaces": "Replaces",
    "pays_for": "Used for",
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
    "card": "Card",
})
BRANDS = ("visa", "mastercard", "amex", "discover", "diners", "jcb", "unionpay")
_FACTS = ("card_brand", "card_last_four", "card_expires")


class UpdateCard:
    """`brands`, of BRANDS, are what the page says is taken, and go into the outcome for whoever
    debits the card; `methods` are of `miniapps.reading.METHODS`. `agreement`, from the workflow's
    wording, is what keeping the card is for; it has no fields.

    What is on file comes from the facts `card_brand` (text), `card_last_four` (text) and
    `card_expires` (date), where a case has them. No field takes any of a new card (security R3.1).
    It has no check page: the page itself shows the text in full, with a box to tick.
    """

    key: str = "update_card"
    template: str = "miniapps/update_card.html"
    checked: bool = False
    wording: Mapping[str, str] = WORDING
    terms: Mapping[str, Term] = MappingProxyType({
        "methods": Term("texts", required=False),
        "brands": Term("texts", required=False),
        "agreement": Term("text"),
    })

    def page(self, offer: Offer) -> Mapping[str, object]:
        """`on_file`: {brand (key of a sentence, or as it is written), last_four, expires (`04/27`)}
        or None; `brands` (names as they are written on cards), `methods`, `text`, and `digest`,
        which the form sends back as agreement_digest."""
        return {
            "on_file": _on_file(offer), "brands": [WORDING[brand] for brand in _brands(offer)],
            "methods": methods_of(offer), "text": _text(offer), "digest": _digest(offer),
        }

    def read(self, offer: Offer, form: Form) -> Choice:
        """`values`: agree and agreement_digest. A text that is not the one shown is refused alone:
        the tick was for another."""
        if form.text("agreement_digest") != _digest(offer):
            raise Invalid({"agreement": ("changed", {})})
        if form.text("agree") not in ("yes", "on"):
            raise Invalid({"agree": ("agree", {})})
        on_file = _on_file(offer)
        replaces = f"{on_file['brand']} {on_file['last_four']}".strip() if on_file else ""
        lines = (
            *((Line("replaces", replaces),) if replaces else ()),
            Line("pays_for", offer.reference),
        )
        values = {"agree": "yes", "agreement_digest": _digest(offer)}
        return Choice(values, lines, _text(offer))

    def settle(self, offer: Offer, choice: Choice) -> NeedsCard:
        """`values`: replaces (the last four digits on file, empty when there are none), brands,
        agreement_sha256 (of the text in UTF-8, hex)."""
        on_file = _on_file(offer)
        return NeedsCard("card_kept", {
            "replaces": on_file["last_four"] if on_file else "",
            "brands": list(_brands(offer)),
            "agreement_sha256": _digest(offer),
        }, methods_of(offer))


def _brands(offer: Offer) -> tuple[str, ...]:
    """Raises ValueError for a brand nobody knows: a fault of the workflow."""
    brands = tuple(term_or(offer, "brands", tuple, ()))
    for brand in brands:
        if brand not in BRANDS:
            raise ValueError(f"{brand!r} is not one of {', '.join(BRANDS)}")
    return brands


def _on_file(offer: Offer) -> dict[str, str] | None:
    brand, last_four, expires = (offer.facts.get(name) for name in _FACTS)
    if not last_four:
        return None
    named = WORDING.get(str(brand).lower(), str(brand)) if brand else ""
    until = f"{expires:%m/%y}" if isinstance(expires, date) else ""
    return {"brand": named, "last_four": str(last_four), "expires": until}


def _text(offer: Offer) -> str:
    """Raises ValueError for a text with a field in it: a fault of the workflow."""
    text = offer.term("agreement", str)
    if fields_in(text):
        raise ValueError("the agreement to keep a card has no fields")
    return text


def _digest(offer: Offer) -> str:
    return sha256(_text(offer).encode()).hexdigest()
