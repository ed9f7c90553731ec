"""Unary tests: one way to write each, errors with their place, and never yes for a missing fact."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inthread.domain.facts import FactKind
from inthread.domain.money import Money
from inthread.domain.unary import (
    Anything,
    Compare,
    Interval,
    NoneOf,
    OneOf,
    compile_test,
    print_test,
    span,
)
from inthread.domain.unary_parser import LONGEST_TEST, UnaryError, parse_test
from tests.domain.cells import CHOICES, cells_of, columns, naive, respaced


def usd(text):
    return Money.parse(text, "USD")


def parse(text, kind=FactKind.INTEGER):
    return parse_test(text, kind, currency="USD", choices=CHOICES)


def matches(text, kind, value):
    return compile_test(parse(text, kind))(value)


MONEY, INTEGER, TEXT = FactKind.MONEY, FactKind.INTEGER, FactKind.TEXT
CHOICE, BOOLEAN, DATE = FactKind.CHOICE, FactKind.BOOLEAN, FactKind.DATE


@pytest.mark.parametrize(("text", "kind", "expected", "printed"), [
    ("-", TEXT, Anything(), "-"),
    (" - ", MONEY, Anything(), "-"),
    ("60", MONEY, OneOf((Compare("=", usd("60")),)), "60.00"),
    ("<60", MONEY, OneOf((Compare("<", usd("60")),)), "< 60.00"),
    (">= -5", INTEGER, OneOf((Compare(">=", -5),)), ">= -5"),
    ("[60..2000]", MONEY, OneOf((Interval(usd("60"), usd("2000")),)), "[60.00..2000.00]"),
    ("(1..5]", INTEGER, OneOf((Interval(1, 5, True, False),)), "(1..5]"),
    ("]1..5[", INTEGER, OneOf((Interval(1, 5, True, True),)), "(1..5)"),
    ("[1 .. 5)", INTEGER, OneOf((Interval(1, 5, False, True),)), "[1..5)"),
    ("1,  2,> 9", INTEGER,
     OneOf((Compare("=", 1), Compare("=", 2), Compare(">", 9))), "1, 2, > 9"),
    ('"new", "late"', CHOICE, OneOf((Compare("=", "new"), Compare("=", "late"))), '"new", "late"'),
    ('not("vip")', CHOICE, NoneOf((Compare("=", "vip"),)), 'not("vip")'),
    ("not( < 5 , 9 )", INTEGER, NoneOf((Compare("<", 5), Compare("=", 9))), "not(< 5, 9)"),
    ("true", BOOLEAN, OneOf((Compare("=", True),)), "true"),
    ('< date("2026-01-31")', DATE, OneOf((Compare("<", date(2026, 1, 31)),)),
     '< date("2026-01-31")'),
    ('duration("P30D")', INTEGER, OneOf((Compare("=", 30),)), "30"),
    ('> duration("-P7D")', INTEGER, OneOf((Compare(">", -7),)), "> -7"),
    (r'"say \"hi\" \\ there"', TEXT, OneOf((Compare("=", r'say "hi" \ there'),)),
     r'"say \"hi\" \\ there"'),
])
def test_a_cell_is_read_and_printed_in_one_way(text, kind, expected, printed):
    test = parse(text, kind)
    assert test == expected
    assert print_test(test) == printed


COMMA = "is a comma between digits: write 1000.50 for a number, or 1, 5 for a list"


@pytest.mark.parametrize(("text", "kind", "column", "message"), [
    ("", INTEGER, 1, "has 'its end' where it needs a whole number such as 12"),
    ("< ", INTEGER, 3, "has 'its end' where it needs a whole number such as 12"),
    ("60 70", INTEGER, 4, "has '70' where it needs nothing more; tests are separated by commas"),
    ("1,", INTEGER, 3, "has 'its end' where it needs a whole number such as 12"),
    ("= 60", INTEGER, 1, "has '=': leave out the ="),
    ("!= 60", INTEGER, 1, "has '!=': write not(...)"),
    ("[5..1]", INTEGER, 1, "is an interval that holds no value"),
    ("(5..6)", INTEGER, 1, "is an interval that holds no value"),
    ("[1..5", INTEGER, 6, "has 'its end' where it needs the interval to end with ] or )"),
    ("[1.5]", INTEGER, 2, "has to be a whole number in range"),
    ("[1]", INTEGER, 3, "has ']' where it needs '..'"),
    ("1,000", INTEGER, 2, COMMA),
    ("< 12,345.00", MONEY, 5, COMMA),
    ("> 500,00", MONEY, 6, COMMA),
    ("1,5", INTEGER, 2, COMMA),
    ("60.5", INTEGER, 1, "has to be a whole number in range"),
    ("99999999999999999", INTEGER, 1, "has to be a whole number in range"),
    ("60.001", MONEY, 1, "is not an amount (USD has 2 decimal places: '60.001')"),
    ("60days", INTEGER, 1, "cannot be read from '60days' on"),
    ("$60", MONEY, 1, "cannot be read from '$60' on"),
    ("60", TEXT, 1, 'has \'60\' where it needs text such as "new"'),
    ('"new"', INTEGER, 1, "has '\"new\"' where it needs a whole number such as 12"),
    ("new", CHOICE, 1, "has 'new' where it needs one of the choices, in quotation marks"),
    ('"old"', CHOICE, 1, "'old' is none of new, late, vip"),
    ('< "new"', CHOICE, 1, "has '<', but choice has no order: name values"),
    ("[true..false]", BOOLEAN, 1, "has '[', but boolean has no order: name values"),
    ("yes", BOOLEAN, 1, "has 'yes' where it needs true or false"),
    ("true", INTEGER, 1, "has 'true' where it needs a whole number such as 12"),
    ("null", INTEGER, 1, "has null: a missing fact matches only -"),
    ("not(null)", INTEGER, 5, "has null: a missing fact matches only -"),
    ("not(-)", INTEGER, 5, "has '-' where it needs a whole number such as 12"),
    ("not 5", INTEGER, 5, "has '5' where it needs '('"),
    ("not(5", INTEGER, 6, "has 'its end' where it needs ')'"),
    ('"2026-01-31"', DATE, 1,
     'has \'"2026-01-31"\' where it needs a date such as date("2026-01-31")'),
    ('date("2026-02-30")', DATE, 6, "is a day that does not exist: 2026-02-30"),
    ("date(2026)", DATE, 6, "has '2026' where it needs text in quotation marks"),
    ('duration("P1M")', INTEGER, 10, 'is not a duration in days such as duration("P30D")'),
    ('duration("P30D")', DATE, 1,
     'has \'duration\' where it needs a date such as date("2026-01-31")'),
    ('" new"', TEXT, 1,
     "never matches: facts have no space around them and are in NFC and not empty"),
    ('""', TEXT, 1, "never matches: facts have no space around them and are in NFC and not empty"),
    ('"a\tb"', TEXT, 1, "has a character that is not text at place 2: remove it"),
    ('"open', TEXT, 1, "cannot be read from '\"open' on"),
    ("1; 2", INTEGER, 2, "cannot be read from '; 2' on"),
    ("-" + " " * LONGEST_TEST, INTEGER, LONGEST_TEST + 1, "is longer than 500 characters"),
])
def test_a_cell_that_cannot_be_taken_says_where_and_why(text, kind, column, message):
    with pytest.raises(UnaryError) as raised:
        parse(text, kind)
    assert (raised.value.column, raised.value.message) == (column, message)


@pytest.mark.parametrize(("text", "kind", "value", "expected"), [
    ("< 60", MONEY, usd("59.99"), True),
    ("< 60", MONEY, usd("60.00"), False),
    ("[60..2000]", MONEY, usd("60.00"), True),
    ("[60..2000]", MONEY, usd("2000.01"), False),
    ("(60..2000)", MONEY, usd("60.01"), True),
    ("(60..2000)", MONEY, usd("60.00"), False),
    ("0.10", MONEY, usd("0.10"), True),
    ("<= 5, >= 9", INTEGER, 5, True),
    ("<= 5, >= 9", INTEGER, 7, False),
    ("not(5, 7)", INTEGER, 6, True),
    ("not(5, 7)", INTEGER, 7, False),
    ("true", BOOLEAN, True, True),
    ("true", BOOLEAN, False, False),
    ("not(true)", BOOLEAN, False, True),
    ('"new"', CHOICE, "new", True),
    ('"new"', CHOICE, "New", False),
    ('not("new")', TEXT, "old", True),
    ('> date("2026-01-31")', DATE, date(2026, 2, 1), True),
    ('> date("2026-01-31")', DATE, date(2026, 1, 31), False),
])
def test_a_cell_says_whether_a_value_matches(text, kind, value, expected):
    assert matches(text, kind, value) is expected


@pytest.mark.parametrize(("text", "kind", "expected"), [
    ("-", MONEY, True),
    ("60", MONEY, False),
    ("< 60", MONEY, False),
    ("not(< 60)", MONEY, False),
    ("false", BOOLEAN, False),
    ("not(true)", BOOLEAN, False),
    ('not("new")', TEXT, False),
    ('not(date("2026-01-31"))', DATE, False),
])
def test_a_missing_fact_never_means_yes(text, kind, expected):
    assert matches(text, kind, None) is expected


@pytest.mark.parametrize(("text", "kind", "value"), [
    ("not(60)", MONEY, Money(6100, "EUR")),
    ("not(60)", MONEY, 61),
    ("not(5)", INTEGER, True),
    ("not(5)", INTEGER, "6"),
    ("not(true)", BOOLEAN, 0),
    ('not("new")', TEXT, 1),
    ('not(date("2026-01-31"))', DATE, "2026-02-01"),
])
def test_a_value_of_another_kind_raises_and_never_matches(text, kind, value):
    with pytest.raises(ValueError, match="not "):
        matches(text, kind, value)


@pytest.mark.parametrize(("text", "kind", "expected"), [
    ("60", MONEY, (6000, 6000)),
    ("< 60", MONEY, (None, 5999)),
    (">= 60", MONEY, (6000, None)),
    ("(1..5]", INTEGER, (2, 5)),
    ('<= date("0001-01-02")', DATE, (None, 2)),
])
def test_a_test_over_an_ordered_kind_is_a_span_of_whole_numbers(text, kind, expected):
    test = parse(text, kind)
    assert isinstance(test, OneOf)
    assert span(test.tests[0]) == expected


def test_text_has_no_span():
    with pytest.raises(TypeError, match="text has no order"):
        span(Compare("=", "new"))


@given(columns())
def test_what_is_printed_is_read_back_the_same(column):
    kind, test, _ = column
    assume(len(print_test(test)) <= LONGEST_TEST)
    assert parse(print_test(test), kind) == test
    assert print_test(parse(print_test(test), kind)) == print_test(test)


@given(columns(), st.randoms(use_true_random=False))
def test_space_between_signs_changes_nothing(column, random):
    kind, test, _ = column
    text = respaced(print_test(test), random)
    assume(len(text) <= LONGEST_TEST)
    assert parse(text, kind) == test


@given(st.sampled_from([
    (kind, st.sampled_from(values)) for kind, values in {
        MONEY: [usd("1"), usd("2")], INTEGER: [1, 2], DATE: [date(2026, 1, 1), date(2026, 1, 2)],
        BOOLEAN: [True, False], CHOICE: CHOICES[:2], TEXT: ['"', '", "'],
    }.items()
]).flatmap(lambda column: st.tuples(cells_of(*column), cells_of(*column))))
def test_two_tests_are_printed_alike_only_when_they_are_the_same(pair):
    first, second = pair
    assert (print_test(first) == print_test(second)) is (first == second)


@given(columns())
def test_the_compiled_test_agrees_with_the_rules(column):
    _, test, value = column
    assert compile_test(test)(value) is naive(test, value)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.sampled_from(["USD", "JPY", "KWD"]))
def test_an_amount_in_a_cell_is_exact_to_the_minor_unit(limit, value, currency):
    cell = f"< {Money(limit, currency).plain()}"
    match = compile_test(parse_test(cell, MONEY, currency=currency))
    assert match(Money(value, currency)) is (value < limit)


def outcome(text, kind):
    try:
        return parse(text, kind)
    except UnaryError as error:
        return error.column


@given(st.sampled_from(list(FactKind)), st.text('-<>=()[]., "0123456789notrueadP', max_size=30))
def test_any_text_is_either_a_test_or_an_error_with_its_place(kind, text):
    found = outcome(text, kind)
    if isinstance(found, int):
        assert 1 <= found <= len(text) + 1
    else:
        assert parse(print_test(found), kind) == found
