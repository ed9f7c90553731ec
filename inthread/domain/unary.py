"""Unary tests: what one cell of a decision table says about one value (DMN 1.3, S-FEEL).

    -                         anything, also a missing value
    60.00     "new"  true     equal
    < 60.00   >= date("2026-01-31")
    [60.00..2000.00]  (1..5]  ]1..5[
    "new", "late"             one of these
    not("vip", "staff")       none of these, and not missing

A missing value matches nothing but `-`: it never means yes. The grammar is in docs/policy.md.
Numbers, amounts and dates are discrete here, so each test is a set of whole-number spans, which is
what later analysis (overlaps, gaps) reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from inthread.domain.facts import FactValue
from inthread.domain.money import Money

Match = Callable[[FactValue | None], bool]
Span = tuple[int | None, int | None]
Ordered = int | date | Money

OPS = ("=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Compare:
    """`=` is written without a sign. Text, choices and booleans know no other."""

    op: str
    value: FactValue


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`; an open end leaves its own value out."""

    low: Ordered
    high: Ordered
    low_open: bool = False
    high_open: bool = False


Positive = Compare | Interval


@dataclass(frozen=True)
class Anything:
    """`-`"""


@dataclass(frozen=True)
class OneOf:
    tests: tuple[Positive, ...]


@dataclass(frozen=True)
class NoneOf:
    """`not(...)`"""

    tests: tuple[Positive, ...]


Test = Anything | OneOf | NoneOf


def print_test(test: Test) -> str:
    """The canonical text: parsing it in the same column gives the same test."""
    if isinstance(test, Anything):
        return "-"
    inner = ", ".join(_print_positive(part) for part in test.tests)
    return f"not({inner})" if isinstance(test, NoneOf) else inner


def print_value(value: FactValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Money):
        return value.plain()
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def rank(value: Ordered) -> int:
    """The value as a whole number that keeps the order of its kind."""
    if isinstance(value, Money):
        return value.minor
    return value.toordinal() if isinstance(value, date) else value


def span(test: Positive) -> Span:
    """The ranks an ordered test takes in: first and last, None for no end. Raises TypeError for a
    test on text."""
    if isinstance(test, Interval):
        return rank(test.low) + test.low_open, rank(test.high) - test.high_open
    if isinstance(test.value, str):
        raise TypeError("text has no order")
    at = rank(test.value)
    return {
        "=": (at, at),
        "<": (None, at - 1),
        "<=": (None, at),
        ">": (at + 1, None),
        ">=": (at, None),
    }[test.op]


def compile_test(test: Test) -> Match:
    """A function that says whether a value matches. It raises ValueError for a value of another
    type or currency than the column's: a broken case is offered nothing."""
    if isinstance(test, Anything):
        return _anything
    inner = _one_of(test.tests)
    if isinstance(test, NoneOf):
        return lambda value: value is not None and not inner(value)
    return lambda value: value is not None and inner(value)


def _print_positive(test: Positive) -> str:
    if isinstance(test, Compare):
        sign = "" if test.op == "=" else f"{test.op} "
        return sign + print_value(test.value)
    left, right = "(" if test.low_open else "[", ")" if test.high_open else "]"
    return f"{left}{print_value(test.low)}..{print_value(test.high)}{right}"


def _anything(value: FactValue | None) -> bool:
    return True


def _one_of(tests: tuple[Positive, ...]) -> Callable[[FactValue], bool]:
    sample = tests[0].value if isinstance(tests[0], Compare) else tests[0].low
    if isinstance(sample, str | bool):
        return _same_as(frozenset(t.value for t in tests if isinstance(t, Compare)), type(sample))
    spans = tuple(span(test) for test in tests)
    if isinstance(sample, Money):
        return _money_in(spans, sample.currency)
    return _date_in(spans) if isinstance(sample, date) else _integer_in(spans)


def _same_as(wanted: frozenset[FactValue], kind: type) -> Callable[[FactValue], bool]:
    def match(value: FactValue) -> bool:
        if type(value) is not kind:
            raise ValueError(f"not {kind.__name__}: {value!r}")
        return value in wanted

    return match


def _in(spans: tuple[Span, ...]) -> Callable[[int], bool]:
    if len(spans) > 1:
        parts = tuple(_in((one,)) for one in spans)
        return lambda at: any(part(at) for part in parts)
    ((low, high),) = spans
    if low is None:
        return lambda at: high is None or at <= high
    if high is None:
        return lambda at: at >= low
    return lambda at: low <= at <= high


def _money_in(spans: tuple[Span, ...], currency: str) -> Callable[[FactValue], bool]:
    inside = _in(spans)

    def match(value: FactValue) -> bool:
        if not isinstance(value, Money) or value.currency != currency:
            raise ValueError(f"not an amount in {currency}: {value!r}")
        return inside(value.minor)

    return match


def _date_in(spans: tuple[Span, ...]) -> Callable[[FactValue], bool]:
    inside = _in(spans)

    def match(value: FactValue) -> bool:
        if not isinstance(value, date):
            raise ValueError(f"not a date: {value!r}")
        return inside(value.toordinal())

    return match


def _integer_in(spans: tuple[Span, ...]) -> Callable[[FactValue], bool]:
    inside = _in(spans)

    def match(value: FactValue) -> bool:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"not a whole number: {value!r}")
        return inside(value)

    return match
