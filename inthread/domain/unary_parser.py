"""Reads the text of a unary test into its value, checked against the kind of its column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from inthread.domain.facts import LARGEST_INTEGER, FactKind, FactValue, clean_text, parse_date
from inthread.domain.money import Money
from inthread.domain.unary import (
    Anything,
    Compare,
    Interval,
    NoneOf,
    OneOf,
    Ordered,
    Positive,
    Test,
    rank,
)

LONGEST_TEST = 500

_TOKEN = re.compile(
    r"""(?P<space>[ \t]+)
      | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?![0-9A-Za-z_]))
      | (?P<text>"(?:[^"\\\n]|\\["\\])*")
      | (?P<word>[A-Za-z_][A-Za-z_]*)
      | (?P<sign>\.\.|<=|>=|!=|[<>=(),\[\]-])""",
    re.VERBOSE,
)
_GROUPED = re.compile(r",[0-9]")
_DAYS = re.compile(r"(-?)P([0-9]{1,6})D")
_ORDERED = (FactKind.INTEGER, FactKind.MONEY, FactKind.DATE)
_CALLED = {
    FactKind.TEXT: 'text such as "new"',
    FactKind.CHOICE: "one of the choices, in quotation marks",
    FactKind.INTEGER: "a whole number such as 12",
    FactKind.BOOLEAN: "true or false",
    FactKind.DATE: 'a date such as date("2026-01-31")',
    FactKind.MONEY: "an amount such as 60.00",
}


class UnaryError(ValueError):
    """A cell that cannot be taken. `column` counts from 1, within the cell's text."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"{message} (at character {column})")
        self.message = message
        self.column = column


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    column: int


def parse_test(
    text: str, kind: FactKind, *, currency: str = "", choices: tuple[str, ...] = ()
) -> Test:
    """Read one cell of a column of this *kind*. Amounts are major units, read exactly in
    *currency*. Raises UnaryError."""
    if len(text) > LONGEST_TEST:
        raise UnaryError(f"is longer than {LONGEST_TEST} characters", LONGEST_TEST + 1)
    return _Parser(_tokens(text), kind, currency, choices).cell()


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise UnaryError(f"cannot be read from {text[at : at + 12]!r} on", at + 1)
        if found.lastgroup != "space":
            tokens.append(_Token(found.lastgroup or "", found.group(), at + 1))
        at = found.end()
        if found.lastgroup == "number" and _GROUPED.match(text, at):
            raise UnaryError(
                "is a comma between digits: write 1000.50 for a number, or 1, 5 for a list",
                at + 1,
            )
    return [*tokens, _Token("end", "", len(text) + 1)]


class _Parser:
    def __init__(
        self, tokens: list[_Token], kind: FactKind, currency: str, choices: tuple[str, ...]
    ) -> None:
        self.tokens = tokens
        self.at = 0
        self.kind = kind
        self.currency = currency
        self.choices = choices

    def cell(self) -> Test:
        if self._take("-"):
            test: Test = Anything()
        elif self._peek().text == "not":
            self.at += 1
            self._expect("(")
            test = NoneOf(self._list())
            self._expect(")")
        else:
            test = OneOf(self._list())
        if self._peek().kind != "end":
            raise self._unexpected("nothing more; tests are separated by commas")
        return test

    def _list(self) -> tuple[Positive, ...]:
        tests = [self._positive()]
        while self._take(","):
            tests.append(self._positive())
        return tuple(tests)

    def _positive(self) -> Positive:
        token = self._peek()
        if token.text in ("=", "!="):
            advice = "leave out the =" if token.text == "=" else "write not(...)"
            raise UnaryError(f"has {token.text!r}: {advice}", token.column)
        if token.text in ("<", "<=", ">", ">="):
            self._needs_order(token)
            self.at += 1
            return Compare(token.text, self._ordered())
        if token.text in ("[", "]", "("):
            self._needs_order(token)
            return self._interval()
        return Compare("=", self._literal())

    def _interval(self) -> Interval:
        start = self._peek()
        self.at += 1
        low = self._ordered()
        self._expect("..")
        high = self._ordered()
        end = self._peek()
        if end.text not in (")", "]", "["):
            raise self._unexpected("the interval to end with ] or )")
        self.at += 1
        interval = Interval(low, high, start.text != "[", end.text != "]")
        if rank(low) + interval.low_open > rank(high) - interval.high_open:
            raise UnaryError("is an interval that holds no value", start.column)
        return interval

    def _literal(self) -> FactValue:
        token = self._peek()
        if token.kind == "text" and self.kind in (FactKind.TEXT, FactKind.CHOICE):
            self.at += 1
            return self._text(token)
        return self._ordered()

    def _ordered(self) -> Ordered:
        """Any value but text; booleans are whole numbers to Python."""
        token = self._peek()
        if token.kind == "number" and self.kind in (FactKind.INTEGER, FactKind.MONEY):
            self.at += 1
            return self._number(token)
        if token.kind == "word":
            return self._word(token)
        raise self._unexpected(_CALLED[self.kind])

    def _number(self, token: _Token) -> int | Money:
        if self.kind is FactKind.MONEY:
            try:
                return Money.parse(token.text, self.currency)
            except ValueError as problem:
                raise UnaryError(f"is not an amount ({problem})", token.column) from None
        if "." in token.text or abs(int(token.text)) > LARGEST_INTEGER:
            raise UnaryError("has to be a whole number in range", token.column)
        return int(token.text)

    def _text(self, token: _Token) -> str:
        value = re.sub(r"\\(.)", r"\1", token.text[1:-1])
        if self.kind is FactKind.CHOICE:
            if value not in self.choices:
                raise UnaryError(f"{value!r} is none of {', '.join(self.choices)}", token.column)
            return value
        try:
            clean = clean_text(value)
        except ValueError as problem:
            raise UnaryError(str(problem), token.column) from None
        if not clean or clean != value:
            raise UnaryError("never matches: facts have no space around them and are in NFC and "
                             "not empty", token.column)
        return value

    def _word(self, token: _Token) -> Ordered:
        if token.text == "null":
            raise UnaryError("has null: a missing fact matches only -", token.column)
        if token.text in ("true", "false") and self.kind is FactKind.BOOLEAN:
            self.at += 1
            return token.text == "true"
        if token.text == "date" and self.kind is FactKind.DATE:
            return self._date(*self._call())
        if token.text == "duration" and self.kind is FactKind.INTEGER:
            return self._days(*self._call())
        raise self._unexpected(_CALLED[self.kind])

    def _call(self) -> tuple[str, int]:
        self.at += 1
        self._expect("(")
        argument = self._peek()
        if argument.kind != "text":
            raise self._unexpected("text in quotation marks")
        self.at += 1
        self._expect(")")
        return argument.text[1:-1], argument.column

    def _date(self, text: str, column: int) -> date:
        try:
            return parse_date(text)
        except ValueError as problem:
            raise UnaryError(str(problem), column) from None

    def _days(self, text: str, column: int) -> int:
        found = _DAYS.fullmatch(text)
        if found is None:
            raise UnaryError('is not a duration in days such as duration("P30D")', column)
        return int(found.group(1) + found.group(2))

    def _needs_order(self, token: _Token) -> None:
        if self.kind not in _ORDERED:
            raise UnaryError(
                f"has {token.text!r}, but {self.kind} has no order: name values", token.column
            )

    def _peek(self) -> _Token:
        return self.tokens[self.at]

    def _take(self, text: str) -> bool:
        if self._peek().kind == "sign" and self._peek().text == text:
            self.at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self._unexpected(repr(text))

    def _unexpected(self, wanted: str) -> UnaryError:
        token = self._peek()
        return UnaryError(f"has {token.text or 'its end'!r} where it needs {wanted}", token.column)
