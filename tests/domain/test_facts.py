"""Facts: each kind is read exactly, kept exactly, and refused in plain words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.facts import (
    Fact,
    FactKind,
    Problem,
    clean_text,
    facts_from_json,
    facts_to_json,
    from_json,
    read_facts,
    to_json,
)
from inthread.domain.money import Money

NUMBER = Fact("number", FactKind.TEXT, max_length=12)
NOTE = Fact("note", FactKind.TEXT, required=False)
AMOUNT = Fact("amount", FactKind.MONEY)
DUE = Fact("due", FactKind.DATE)
SEGMENT = Fact("segment", FactKind.CHOICE, choices=("home", "business"))
DAYS = Fact("days", FactKind.INTEGER)
DISPUTED = Fact("disputed", FactKind.BOOLEAN, required=False, default=False)


def read(fact, raw, *, currency="USD", text=False):
    return read_facts([fact], {fact.name: raw}, currency, text=text)


def value(fact, raw, **kwargs):
    reading = read(fact, raw, **kwargs)
    assert reading.problems == ()
    return reading.facts[fact.name]


def problem(fact, raw, **kwargs):
    (found,) = read(fact, raw, **kwargs).problems
    assert found.path == f"/facts/{fact.name}"
    return found.message


@pytest.mark.parametrize(("fact", "raw", "expected"), [
    (NUMBER, "611365", "611365"),
    (NUMBER, "  611365\n", "611365"),
    (NUMBER, "Cafe\u0301", "Café"),
    (AMOUNT, "55.94", Money(5594, "USD")),
    (AMOUNT, "1,234.50", Money(123450, "USD")),
    (AMOUNT, "55", Money(5500, "USD")),
    (AMOUNT, {"minor": 5594, "currency": "USD"}, Money(5594, "USD")),
    (DUE, "2026-11-24", date(2026, 11, 24)),
    (DUE, "2024-02-29", date(2024, 2, 29)),
    (SEGMENT, "home", "home"),
    (DAYS, 12, 12),
    (DAYS, -3, -3),
    (DISPUTED, True, True),
    (DISPUTED, None, False),
    (NOTE, None, None),
    (NOTE, "", None),
])
def test_a_value_is_read_exactly(fact, raw, expected):
    found = value(fact, raw)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(("fact", "raw", "expected"), [
    (DAYS, "12", 12),
    (DAYS, " -3 ", -3),
    (DISPUTED, "TRUE", True),
    (DISPUTED, "", False),
    (AMOUNT, "55.94", Money(5594, "USD")),
    (NOTE, "   ", None),
])
def test_a_cell_of_a_text_file_is_read_by_its_kind(fact, raw, expected):
    assert value(fact, raw, text=True) == expected


@pytest.mark.parametrize(("currency", "raw", "minor"), [
    ("JPY", "55", 55), ("KWD", "55.941", 55941), ("USD", "55.940", 5594),
])
def test_an_amount_has_the_places_of_its_currency(currency, raw, minor):
    assert value(AMOUNT, raw, currency=currency) == Money(minor, currency)


BARE = (
    'is an amount and has to be text such as "55.94", or {"minor": 5594, "currency": "USD"}: '
    "a bare number could be either unit"
)
PLAIN = "is not an amount in USD, in plain digits, 2 decimal places at most"
NOT_A_DATE = "is not a date such as 2026-11-24"


@pytest.mark.parametrize(("fact", "raw", "message"), [
    (AMOUNT, 55.94, BARE),
    (AMOUNT, 5594, BARE),
    (AMOUNT, True, BARE),
    (AMOUNT, ["55.94"], BARE),
    (AMOUNT, "0.001", PLAIN),
    (AMOUNT, "NaN", PLAIN),
    (AMOUNT, "1e9", PLAIN),
    (AMOUNT, "55,94", PLAIN),
    (AMOUNT, "\uff15\uff15.94", PLAIN),
    (AMOUNT, "9" * 16, PLAIN),
    (AMOUNT, "-1.00", "is below zero"),
    (AMOUNT, {"minor": -1, "currency": "USD"}, "is below zero"),
    (AMOUNT, {"minor": 5594, "currency": "EUR"}, "is not in USD"),
    (AMOUNT, {"minor": 55.0, "currency": "USD"}, "has minor units that are not a whole number"),
    (AMOUNT, {"minor": True, "currency": "USD"}, "has minor units that are not a whole number"),
    (AMOUNT, {"minor": 1}, 'has to be exactly {"minor": 5594, "currency": "..."}'),
    (AMOUNT, {"minor": 1, "currency": "USD", "x": 1},
     'has to be exactly {"minor": 5594, "currency": "..."}'),
    (AMOUNT, None, "is missing and is required"),
    (DUE, "24/11/2026", NOT_A_DATE),
    (DUE, "20261124", NOT_A_DATE),
    (DUE, "2026-W48-2", NOT_A_DATE),
    (DUE, "2026-11-24T00:00:00Z", NOT_A_DATE),
    (DUE, 20261124, NOT_A_DATE),
    (DUE, "2025-02-29", "is a day that does not exist: 2025-02-29"),
    (DAYS, "12", "is not a whole number such as 12"),
    (DAYS, 12.0, "is not a whole number such as 12"),
    (DAYS, True, "is not a whole number such as 12"),
    (DAYS, 10**16, "is out of range"),
    (DISPUTED, "true", "is neither true nor false"),
    (DISPUTED, 1, "is neither true nor false"),
    (SEGMENT, "vip", "is none of home, business"),
    (SEGMENT, 1, "is none of home, business"),
    (NUMBER, 611365, "is not text: put it in quotation marks"),
    (NUMBER, "", "is empty and is required"),
    (NUMBER, "1234567890123", "has 13 characters; the most is 12"),
    (NUMBER, "a\x00b", "has a character that is not text at place 2: remove it"),
    (NUMBER, "a\nb", "has a character that is not text at place 2: remove it"),
    (NUMBER, "a\u202eb", "has a character that is not text at place 2: remove it"),
    (NUMBER, "\ud800", "has a character that is not text at place 1: remove it"),
])
def test_a_value_of_another_kind_is_a_problem_in_plain_words(fact, raw, message):
    assert problem(fact, raw) == message


def test_a_cell_that_is_not_text_is_a_problem():
    assert problem(DAYS, 12, text=True) == "is not text"


def test_all_problems_come_at_once_and_unknown_facts_are_named():
    reading = read_facts(
        [NUMBER, AMOUNT, DUE], {"number": 7, "due": "soon", "role": "admin", "a/b~c": 1}, "USD"
    )
    assert reading.problems == (
        Problem("/facts/role", "there is no fact 'role' in this workflow"),
        Problem("/facts/a~1b~0c", "there is no fact 'a/b~c' in this workflow"),
        Problem("/facts/number", "is not text: put it in quotation marks"),
        Problem("/facts/amount", "is missing and is required"),
        Problem("/facts/due", "is not a date such as 2026-11-24"),
    )


def test_the_place_of_a_batch_row_is_part_of_the_path():
    reading = read_facts([DUE], {"due": "soon"}, "USD", at="/triggers/7/facts")
    assert [p.path for p in reading.problems] == ["/triggers/7/facts/due"]


def test_a_known_fact_is_missing_only_as_none():
    assert value(Fact("postcode", FactKind.TEXT, required=False, known_fact=True), None) is None


def test_joiners_that_scripts_need_stay():
    persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert clean_text(persian) == persian


VALUES = st.one_of(
    st.tuples(st.just(FactKind.TEXT), st.text(min_size=1)),
    st.tuples(st.just(FactKind.INTEGER), st.integers()),
    st.tuples(st.just(FactKind.BOOLEAN), st.booleans()),
    st.tuples(st.just(FactKind.DATE), st.dates()),
    st.tuples(
        st.just(FactKind.MONEY),
        st.builds(Money, st.integers(-10**15, 10**15), st.sampled_from(["USD", "JPY", "KWD"])),
    ),
)


@given(VALUES)
def test_what_is_kept_comes_back_exactly(pair):
    kind, original = pair
    back = from_json(kind, to_json(original))
    assert (back, type(back)) == (original, type(original))


@given(st.integers(0, 10**15 - 1), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_an_amount_written_in_major_units_is_read_back_exactly(minor, currency):
    amount = Money(minor, currency)
    assert value(AMOUNT, amount.plain(), currency=currency) == amount


@given(st.dictionaries(
    st.sampled_from(["number", "amount", "due", "segment", "days", "disputed", "other"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    ),
))
def test_whatever_is_sent_gives_typed_facts_or_problems(raw):
    declared = [NUMBER, AMOUNT, DUE, SEGMENT, DAYS, DISPUTED]
    reading = read_facts(declared, raw, "USD")
    if not reading.problems:
        assert facts_from_json(declared, facts_to_json(reading.facts)) == reading.facts


def test_the_facts_of_a_case_are_kept_and_read_back():
    declared = [NUMBER, NOTE, AMOUNT, DUE, SEGMENT, DAYS, DISPUTED]
    reading = read_facts(declared, {
        "number": "611365", "amount": "55.94", "due": "2026-11-24", "segment": "home", "days": 3,
    }, "USD")
    kept = facts_to_json(reading.facts)
    assert kept == {
        "number": "611365", "note": None, "amount": {"minor": 5594, "currency": "USD"},
        "due": "2026-11-24", "segment": "home", "days": 3, "disputed": False,
    }
    assert facts_from_json(declared, kept) == reading.facts
    assert facts_from_json([NUMBER, NOTE], {"number": "7"}) == {"number": "7", "note": None}


@pytest.mark.parametrize(("kind", "kept"), [
    (FactKind.INTEGER, True), (FactKind.BOOLEAN, 1), (FactKind.TEXT, 5), (FactKind.DATE, "soon"),
    (FactKind.MONEY, "55.94"), (FactKind.DATE, 5),
])
def test_what_was_not_kept_by_us_is_refused(kind, kept):
    with pytest.raises(ValueError, match=r"not a kept|is not a date|has to be exactly"):
        from_json(kind, kept)
