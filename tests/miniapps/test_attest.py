"""Attest: the exact text, the typed name, and a text that changed in between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inthread.domain.card_numbers import mask_cards
from inthread.spi import Choice, Form, Line, Offer, Settled
from miniapps.attest import WORDING, Attest
from tests.miniapps.build import TODAY, again, an_offer, problems

ATTEST = Attest()
TEXT = "I declare that\n\n- the document is mine,\n- nothing was changed. \u00e1\u20ac"
# From `printf TEXT | sha256sum`.
DIGEST = "340cbebd8ba7168e7f25d0ff429c9ed6b1caac78b3ec15e584bd0e5bd9001480"
TERMS = {"statement": "documents_true", "statement_text": TEXT, "statement_version": 3}
OFFER = an_offer(TERMS, locale="es")


def signed(offer: Offer = OFFER, **fields: str) -> dict[str, tuple[str, object]]:
    form = {"agree": "yes", "name": "Maya Okafor", "statement_digest": DIGEST, **fields}
    return problems(ATTEST, offer, **form)


def test_the_page_shows_the_exact_text() -> None:
    assert ATTEST.page(OFFER) == {
        "text": TEXT, "version": 3, "digest": DIGEST, "consent": None, "width": 600, "height": 200,
    }


def test_what_is_signed_is_what_was_shown() -> None:
    form = Form({"agree": "yes", "name": "  maya   okafor ", "statement_digest": DIGEST})
    choice = ATTEST.read(OFFER, form)
    assert choice == Choice(
        {"agree": "yes", "name": "maya okafor", "statement_digest": DIGEST},
        (Line("signed_by", "maya okafor"), Line("signed_on", TODAY), Line("version", 3)),
        TEXT,
    )
    assert ATTEST.settle(OFFER, choice) == Settled("attested", {
        "statement": "documents_true", "version": 3, "sha256": DIGEST, "name": "maya okafor",
        "matches": True, "locale": "es", "drawn": False,
    })
    assert again(ATTEST, OFFER, choice) == choice


@pytest.mark.parametrize("sent", ["", "0" * 64, DIGEST.upper(), DIGEST[:-1], f"{DIGEST}0"])
def test_a48_a_text_that_changed_is_read_again_before_it_is_signed(sent: str) -> None:
    changed = {"statement": ("changed", {"version": 3})}
    assert signed(statement_digest=sent) == changed
    assert signed(statement_digest=sent, name="", agree="") == changed


def test_a48_one_letter_more_is_another_text() -> None:
    later = replace(OFFER, terms={**TERMS, "statement_text": TEXT + ".", "statement_version": 4})
    assert signed(later) == {"statement": ("changed", {"version": 4})}


def test_the_same_text_under_a_new_version_is_not_another_text() -> None:
    assert signed(replace(OFFER, terms={**TERMS, "statement_version": 4})) == {}


@pytest.mark.parametrize("agree", ["", "no", "false", "0"])
def test_the_box_has_to_be_ticked(agree: str) -> None:
    assert signed(agree=agree) == {"agree": ("agree", {})}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", ("name_missing", {})),
        ("   ", ("name_missing", {})),
        ("\u3000", ("name_missing", {})),
        ("a" * 121, ("name_too_long", {"most": 120, "count": 121})),
        ("Maya\x00Okafor", ("name_characters", {})),
        ("Maya\nOkafor", ("name_characters", {})),
        ("Maya\tOkafor", ("name_characters", {})),
        ("Maya\u202eOkafor", ("name_characters", {})),
        ("Maya\u200bOkafor", ("name_characters", {})),
        ("Maya\ufeffOkafor", ("name_characters", {})),
        ("Maya\ue000", ("name_characters", {})),
        ("...", ("name_characters", {})),
        ("12345", ("name_characters", {})),
    ],
)
def test_a_name_has_to_be_a_name(name: str, problem: tuple[str, object]) -> None:
    assert signed(name=name) == {"name": problem}
    assert problem[0] in WORDING


@pytest.mark.parametrize(
    "name", ["a" * 120, "O\u2019Neil", "\u738b", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647", "X"]
)
def test_names_of_the_world_are_taken(name: str) -> None:
    assert signed(name=name) == {}


def test_box_and_name_are_told_at_once() -> None:
    assert signed(agree="", name="") == {"agree": ("agree", {}), "name": ("name_missing", {})}


@pytest.mark.parametrize(
    ("typed", "on_file", "matches"),
    [
        ("MAYA OKAFOR", "Maya Okafor", True),
        ("Okafor, Maya", "Maya Okafor", True),
        ("Zo\u00eb Nu\u00f1ez", "Zoe Nunez", True),
        ("Zoe\u0308 Nun\u0303ez", "Zo\u00eb Nu\u00f1ez", True),
        ("Mary-Ann ONeil", "mary ann o'neil", True),
        ("Gro\u00dfmann Jo", "Jo Grossmann", True),
        ("Maya", "Maya Okafor", False),
        ("Maya Okafo", "Maya Okafor", False),
        ("M Okafor", "Maya Okafor", False),
    ],
)
def test_a_name_is_compared_loosely_and_only_for_the_record(
    typed: str, on_file: str, matches: bool
) -> None:
    offer = replace(OFFER, name=on_file)
    form = Form({"agree": "on", "name": typed, "statement_digest": DIGEST})
    assert ATTEST.settle(offer, ATTEST.read(offer, form)).values["matches"] is matches


CONSENT = "I agree to sign here. I may ask for paper."
# From `printf CONSENT | sha256sum`.
CONSENT_DIGEST = "9b2a10c8a8f78e88c63ed688a077b1ed7602f660920f29afc9ac5f3b6df01b6d"
ASKED = replace(OFFER, terms={
    **TERMS, "consent": "esign", "consent_text": CONSENT, "consent_version": 2,
})
AGREED = {"consent": "yes", "consent_digest": CONSENT_DIGEST}


def test_a_consent_has_a_text_and_a_tick_of_its_own() -> None:
    form = {"agree": "yes", "name": "Maya Okafor", "statement_digest": DIGEST, **AGREED}
    choice = ATTEST.read(ASKED, Form(form))
    assert (choice.agreement, choice.consent) == (TEXT, CONSENT)
    assert choice.values == form
    assert choice.lines[-1] == Line("consent_version", 2)
    settled = ATTEST.settle(ASKED, choice).values
    assert (settled["consent_version"], settled["consent_sha256"]) == (2, CONSENT_DIGEST)
    assert ATTEST.page(ASKED)["consent"] == {
        "text": CONSENT, "version": 2, "digest": CONSENT_DIGEST,
    }
    assert again(ATTEST, ASKED, choice) == choice


def test_one_tick_is_not_the_other() -> None:
    assert signed(ASKED, **AGREED) == {}
    assert signed(ASKED, **{**AGREED, "consent": ""}) == {"consent": ("consent", {})}
    assert signed(ASKED, **AGREED, agree="") == {"agree": ("agree", {})}


def test_a48_a_consent_that_changed_is_read_again_before_anything_is_signed() -> None:
    assert signed(ASKED) == {"consent": ("changed", {"version": 2})}
    assert signed(ASKED, **AGREED, statement_digest="", name="") == {
        "statement": ("changed", {"version": 3}),
    }


def test_a_consent_nobody_asked_for_is_not_kept() -> None:
    form = {"agree": "yes", "name": "Maya Okafor", "statement_digest": DIGEST, **AGREED}
    choice = ATTEST.read(OFFER, Form(form))
    assert choice.consent is None
    assert "consent" not in choice.values


@pytest.mark.parametrize("drawn", [
    "0,0", "600,200", "1,2 3,4;5,6", ";".join(["1,1"] * 60), " ".join(["599,199"] * 1500),
])
def test_a_drawn_name_is_kept_as_its_numbers(drawn: str) -> None:
    form = {"agree": "yes", "name": "Maya", "statement_digest": DIGEST, "drawn": drawn}
    choice = ATTEST.read(OFFER, Form(form))
    assert choice.values["drawn"] == drawn
    assert ATTEST.settle(OFFER, choice).values["drawn"] is True
    assert again(ATTEST, OFFER, choice) == choice


@pytest.mark.parametrize("drawn", [
    "601,0", "0,201", "1,2,3", "1 2", "1,2;", ";1,2", "1,2  3,4", "-1,2", "1.5,2", "01,2",
    "1,2\n3,4", "M1,2L3,4", "<svg/>", "1,2 x", "\u0661,2", "1000,1", "1e2,1",
    ";".join(["1,1"] * 61), " ".join(["1,1"] * 1501), " ".join(["599,199"] * 1600), "9" * 20_000,
])
def test_anything_else_is_no_drawing(drawn: str) -> None:
    assert signed(drawn=drawn) == {"drawn": ("drawing", {})}


def test_a_drawing_is_no_signature_without_the_name() -> None:
    assert signed(drawn="1,2 3,4", name="") == {"name": ("name_missing", {})}


def test_a_drawing_is_never_taken_for_a_card_number() -> None:
    drawn = " ".join(f"{n % 600},{n % 200}" for n in range(0, 9000, 7))
    assert mask_cards(drawn) == drawn
