"""Update card: what is on file, what is agreed to, and that no field takes a card."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from inthread.spi import Choice, Form, Line, NeedsCard, Offer
from miniapps.update_card import WORDING, UpdateCard
from tests.miniapps.build import an_offer, problems

CARD = UpdateCard()
TEXT = "I agree that this card is kept for later bills."
DIGEST = sha256(TEXT.encode()).hexdigest()
ON_FILE = {"card_brand": "visa", "card_last_four": "4242", "card_expires": date(2026, 12, 31)}


def offer(facts: dict[str, object] | None = None, **more: object) -> Offer:
    found = an_offer({"agreement": TEXT, **more})
    return replace(found, facts=ON_FILE if facts is None else facts)


def test_the_page_shows_what_is_on_file_and_what_is_taken() -> None:
    assert CARD.page(offer(brands=("visa", "amex"), methods=("card", "bank"))) == {
        "on_file": {"brand": "Visa", "last_four": "4242", "expires": "12/26"},
        "brands": ["Visa", "American Express"], "methods": ("card", "bank"), "text": TEXT,
        "digest": DIGEST,
    }


@pytest.mark.parametrize(("facts", "shown"), [
    ({}, None),
    ({"card_brand": "visa", "card_last_four": None, "card_expires": None}, None),
    ({"card_last_four": "4242"}, {"brand": "", "last_four": "4242", "expires": ""}),
    ({"card_brand": "Girocard", "card_last_four": "0005"},
     {"brand": "Girocard", "last_four": "0005", "expires": ""}),
    ({"card_brand": "MasterCard", "card_last_four": "0005"},
     {"brand": "Mastercard", "last_four": "0005", "expires": ""}),
])
def test_only_what_the_source_said_is_shown(facts: dict[str, object], shown: object) -> None:
    assert CARD.page(offer(facts))["on_file"] == shown


def test_a_card_is_asked_for_with_the_text_that_was_agreed_to() -> None:
    found = offer(brands=("visa",), methods=("card",))
    choice = CARD.read(found, Form({"agree": "yes", "agreement_digest": DIGEST}))
    assert choice == Choice(
        {"agree": "yes", "agreement_digest": DIGEST},
        (Line("replaces", "Visa 4242"), Line("pays_for", "INV-20417")), TEXT,
    )
    assert CARD.settle(found, choice) == NeedsCard(
        "card_kept", {"replaces": "4242", "brands": ["visa"], "agreement_sha256": DIGEST},
        ("card",),
    )
    bare = offer({})
    assert CARD.read(bare, Form({"agree": "on", "agreement_digest": DIGEST})).lines == (
        Line("pays_for", "INV-20417"),
    )
    assert CARD.settle(bare, choice).values["replaces"] == ""


@pytest.mark.parametrize("agree", ["", "no", "YES", "1", "yes\x00"])
def test_without_the_tick_nothing_is_asked_for(agree: str) -> None:
    assert problems(CARD, offer(), agree=agree, agreement_digest=DIGEST) == {
        "agree": ("agree", {})
    }


@pytest.mark.parametrize("digest", ["", "0" * 64, DIGEST.upper()])
def test_a48_a_tick_for_another_text_counts_for_nothing(digest: str) -> None:
    assert problems(CARD, offer(), agree="yes", agreement_digest=digest) == {
        "agreement": ("changed", {})
    }
    assert "changed" in WORDING


def test_r3_1_no_field_of_ours_takes_a_card() -> None:
    """Whatever else is sent is not read, kept or passed on."""
    choice = CARD.read(offer(), Form({
        "agree": "yes", "agreement_digest": DIGEST, "number": "4242424242424242", "cvc": "123",
    }))
    assert set(choice.values) == {"agree", "agreement_digest"}
    assert "4242424242424242" not in repr((choice, CARD.settle(offer(), choice)))


@pytest.mark.parametrize(("terms", "says"), [
    ({"brands": ("shop",)}, "'shop' is not one of visa"),
    ({"methods": ("cash",)}, "'cash' is not one of card, bank"),
    ({"agreement": "{{ brand }} keeps it"}, "has no fields"),
])
def test_what_is_no_term_is_a_fault_of_the_workflow(terms: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        CARD.page(offer(**terms))
