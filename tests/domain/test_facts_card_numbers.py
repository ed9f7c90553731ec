"""A47: a card number written into a note is masked wherever text comes in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.card_numbers import mask_cards
from inthread.domain.facts import Fact, FactKind, read_facts

M = "[card number removed] \u2026"


@pytest.mark.parametrize(("text", "masked"), [
    ("4111111111111111", f"{M}1111"),
    ("my card is 4111 1111 1111 1111, ok?", f"my card is {M}1111, ok?"),
    ("4111-1111-1111-1111", f"{M}1111"),
    ("4111.1111.1111.1111", f"{M}1111"),
    ("3782 822463 10005 and 5555555555554444", f"{M}0005 and {M}4444"),
    ("4111 1111 1111 1111 12/26", f"{M}1111 12/26"),
    ("4222222222222", f"{M}2222"),
    ("6304 0000 0000 0000 000", f"{M}0000"),
    ("\uff14\uff11\uff11\uff11 1111 1111 1111", f"{M}1111"),
    ("\u0664111 1111 1111 1111", f"{M}1111"),
    ("4111111111111111 4111111111111111", f"{M}1111 {M}1111"),
])
def test_a47_a_card_number_is_reduced_to_its_last_four(text, masked):
    assert mask_cards(text) == masked


@pytest.mark.parametrize("text", [
    "4111111111111112",
    "411111111111",
    "0000000000000000",
    "invoice 611365 of 2026-11-21",
    "+1 555 010 0482",
    "41111111111111111111",
    "",
])
def test_a47_other_numbers_stay(text):
    assert mask_cards(text) == text


def with_check_digit(body):
    for last in "0123456789":
        if mask_cards(body + last) != body + last:
            return body + last
    raise AssertionError("some last digit makes every number valid")


@given(st.from_regex(r"[1-9][0-9]{11,17}", fullmatch=True), st.text("abc ,", max_size=5))
def test_a47_exactly_one_last_digit_makes_a_number_a_card(body, around):
    card = with_check_digit(body)
    hits = [d for d in "0123456789" if "removed" in mask_cards(body + d)]
    assert hits == [card[-1]]
    assert mask_cards(f"{around}{card}{around}") == f"{around}{M}{card[-4:]}{around}"


@pytest.mark.timeout(5)
@pytest.mark.parametrize("text", ["1 ", "1--", "4", "12345678901 x", "1   ", "0 0"])
def test_a_long_text_takes_no_longer_than_its_length(text):
    assert len(mask_cards(text * 30_000)) > 0


def test_many_cards_are_all_masked():
    assert mask_cards("4111 1111 1111 1111 " * 10_000) == f"{M}1111 " * 10_000


def test_a47_a_fact_never_holds_a_card_number():
    note = Fact("note", FactKind.TEXT)
    reading = read_facts([note], {"note": "paid by 4111 1111 1111 1111"}, "USD")
    assert (reading.facts, reading.problems) == ({"note": f"paid by {M}1111"}, ())
