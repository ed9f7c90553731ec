"""Generated cells of every kind, and the rules of matching word for word, as a second opinion."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import assume
from hypothesis import strategies as st

from inthread.domain.facts import FactKind
from inthread.domain.money import Money
from inthread.domain.unary import Anything, Compare, Interval, NoneOf, OneOf, rank

CHOICES = ("new", "late", "vip")
MONEY, INTEGER, TEXT = FactKind.MONEY, FactKind.INTEGER, FactKind.TEXT
CHOICE, BOOLEAN, DATE = FactKind.CHOICE, FactKind.BOOLEAN, FactKind.DATE
ORDERED = (MONEY, INTEGER, DATE)
# Texts stay whole; between these, space may stand.
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PARTS = re.compile(rf"{_QUOTED}|-?[0-9]+(?:\.[0-9]+)?|[a-z]+|\.\.|<=|>=|[-<>(),\[\]]")
_SPACE = re.compile(rf"({_QUOTED})|\s")


LITERALS = {
    MONEY: st.integers(-10**9, 10**9).map(lambda minor: Money(minor, "USD")),
    INTEGER: st.integers(-10**6, 10**6),
    DATE: st.dates(),
    BOOLEAN: st.booleans(),
    CHOICE: st.sampled_from(CHOICES),
    TEXT: st.text(
        st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=20
    ).filter(lambda text: text == unicodedata.normalize("NFC", text)),
}


@st.composite
def intervals(draw, values):
    low, high = sorted((draw(values), draw(values)), key=rank)
    left, right = draw(st.booleans()), draw(st.booleans())
    assume(rank(low) + left <= rank(high) - right)
    return Interval(low, high, left, right)


@st.composite
def columns(draw):
    """A kind, a test of that kind, and a value to try."""
    kind = draw(st.sampled_from(list(LITERALS)))
    test = draw(cells_of(kind, LITERALS[kind]))
    return kind, test, draw(st.none() | LITERALS[kind])


def cells_of(kind, values):
    """Tests of this kind over these values."""
    parts = st.builds(Compare, st.just("="), values)
    if kind in ORDERED:
        signs = st.builds(Compare, st.sampled_from(["=", "<", "<=", ">", ">="]), values)
        parts = signs | intervals(values)
    tests = st.lists(parts, min_size=1, max_size=4).map(tuple)
    return st.just(Anything()) | st.builds(OneOf, tests) | st.builds(NoneOf, tests)


def respaced(text, random):
    """The cell with other spaces where they mean nothing. After a comma one has to stay: a comma
    between digits is refused."""
    parts = _PARTS.findall(text)
    assert "".join(parts) == _SPACE.sub(r"\1", text)
    return "".join(
        part + random.choice((" ", "  ") if part == "," else ("", " ", "  ")) for part in parts
    )



def naive(test, value):
    """The rules word for word, on the values themselves."""
    if isinstance(test, Anything):
        return True
    if value is None:
        return False
    hit = any(naive_part(part, value) for part in test.tests)
    return not hit if isinstance(test, NoneOf) else hit


def naive_part(part, value):
    if isinstance(part, Interval):
        above = part.low < value if part.low_open else part.low <= value
        below = value < part.high if part.high_open else value <= part.high
        return above and below
    return {
        "=": lambda a, b: a == b,
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: b < a,
        ">=": lambda a, b: b <= a,
    }[part.op](value, part.value)
