"""Money is whole minor units of one currency: nothing is lost, nothing mixes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.money import LARGEST_MINOR, Money, exponent

MINOR = st.integers(-(10**12), 10**12)
CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF", "XAF"])


@given(MINOR, st.integers(1, 60), CURRENCIES)
def test_parts_add_up_and_differ_by_one_at_most(minor: int, parts: int, currency: str) -> None:
    split = Money(minor, currency).split(parts)
    sizes = [part.minor for part in split]
    assert sum(sizes) == minor
    assert len(sizes) == parts
    assert max(sizes) - min(sizes) <= 1
    assert sizes == sorted(sizes, reverse=True)


def test_the_first_parts_carry_the_remainder() -> None:
    assert [p.minor for p in Money(100_01, "GBP").split(3)] == [33_34, 33_34, 33_33]
    with pytest.raises(ValueError, match="1 or more"):
        Money(1, "GBP").split(0)


@given(MINOR, CURRENCIES)
def test_what_is_written_is_read_again(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(money.plain(), currency) == money


@given(MINOR, MINOR, CURRENCIES)
def test_sums_and_order(a: int, b: int, currency: str) -> None:
    one, other = Money(a, currency), Money(b, currency)
    assert one + other == other + one == Money(a + b, currency)
    assert one + other - other == one
    assert (one < other) == (a < b)
    assert (one <= other) == (a <= b)


@pytest.mark.parametrize("work", [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a <= b,
])
def test_currencies_do_not_mix(work) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="USD and EUR do not mix"):
        work(Money(1, "USD"), Money(1, "EUR"))
    assert Money(1, "USD") != Money(1, "EUR")


@pytest.mark.parametrize(("text", "currency", "minor"), [
    ("1", "USD", 100), ("1.5", "USD", 150), ("1.50", "USD", 150), ("1.500", "USD", 150),
    ("0.05", "USD", 5), (" 12 ", "USD", 1200), ("1,234.50", "USD", 123450),
    ("1,234,567", "USD", 123456700), ("-3.20", "USD", -320), ("-1,000", "USD", -100000),
    ("500", "JPY", 500), ("500.0", "JPY", 500), ("1.234", "KWD", 1234), ("0.0001", "CLF", 1),
    ("007", "USD", 700),
])
def test_what_is_an_amount(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(("text", "currency"), [
    ("", "USD"), (".", "USD"), ("1.", "USD"), (".5", "USD"), ("1.234", "USD"), ("1.5", "JPY"),
    ("1e3", "USD"), ("NaN", "USD"), ("inf", "USD"), ("0x10", "USD"), ("+1", "USD"),
    ("--1", "USD"), ("1 000", "USD"), ("1,00", "USD"), ("12,34.5", "USD"), ("1_000", "USD"),
    ("$1", "USD"), ("1 USD", "USD"), ("\u0661", "USD"), ("\uff11", "USD"), ("9" * 16, "USD"),
    ("1.0000000", "USD"), ("1.2.3", "USD"), ("1\n2", "USD"),
])
def test_what_is_none(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Money.parse(text, currency)


@pytest.mark.parametrize("minor", [1.0, "1", True, None])
def test_minor_units_are_whole_numbers(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "USD")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["usd", "US", "USDX", "", "U$D", "USD\n"])
def test_a_currency_is_three_capitals(currency: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, currency)


def test_what_is_out_of_range() -> None:
    assert Money(LARGEST_MINOR, "USD").minor == LARGEST_MINOR
    for minor in (LARGEST_MINOR + 1, -LARGEST_MINOR - 1):
        with pytest.raises(ValueError, match="out of range"):
            Money(minor, "USD")


@pytest.mark.parametrize(("currency", "places"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)])
def test_the_places_of_a_currency(currency: str, places: int) -> None:
    assert exponent(currency) == places


def test_as_json() -> None:
    assert Money(184_20, "USD").as_json() == {"minor": 18420, "currency": "USD"}
