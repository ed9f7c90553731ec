"""Who reads the page: in which language, with which formats, in whose local time.

One Reader is current while a page is rendered; the templates' filters and `_()` ask it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_skeleton, format_time
from babel.numbers import NumberPattern, format_decimal, get_currency_symbol
from markupsafe import Markup, escape

from inthread.domain.money import Money, exponent
from inthread.web.locale import Language

# Plain English could be read on either side of an ocean: day before month, 24 hours, so that no
# date can be misread. A locale with a territory (en-US) keeps its own habits.
_DATES = {"en": Locale.parse("en_GB")}


@dataclass(frozen=True)
class Reader:
    """`formats` may carry a territory that the language does not; `zone` is the person's own."""

    language: Language
    formats: Locale
    zone: tzinfo = UTC

    @property
    def dates(self) -> Locale:
        return _DATES.get(str(self.formats), self.formats)

    def money(self, amount: Money) -> str:
        """`$1,234.50`: all decimal places of the currency, always."""
        places = exponent(amount.currency)
        value = Decimal(amount.minor).scaleb(-places)
        pattern = _money_pattern(str(self.formats), places)
        shown = pattern.apply(value, self.formats, currency=amount.currency, currency_digits=False)
        return str(shown)

    def symbol(self, currency: str) -> str:
        return get_currency_symbol(currency, locale=self.formats)

    def number(self, value: int) -> str:
        return format_decimal(value, locale=self.formats)

    def day(self, value: date, skeleton: str = "MMMEd") -> str:
        """`Tue 24 Nov`; a moment is first taken to the reader's zone."""
        local = self._local(value) if isinstance(value, datetime) else value
        return format_skeleton(skeleton, local, locale=self.dates)

    def clock(self, value: datetime) -> str:
        """`14:03` in the reader's zone."""
        return format_time(self._local(value).time(), "short", locale=self.dates)

    def sentence(self, msgid: str, values: Mapping[str, object]) -> Markup:
        """A mini-app's sentence with its values, each as this reader reads it."""
        shown = {name: escape(self.value(value)) for name, value in values.items()}
        return escape(self.language.text(msgid)) % shown

    def value(self, value: object) -> str:
        """Any value of a Line: money, a date, a number or text."""
        if isinstance(value, Money):
            return self.money(value)
        if isinstance(value, datetime):
            return f"{self.day(value)}, {self.clock(value)}"
        if isinstance(value, date):
            return self.day(value, "yMMMEd")
        if isinstance(value, int) and not isinstance(value, bool):
            return self.number(value)
        return str(value)

    def _local(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(self.zone).replace(tzinfo=None)


@lru_cache(maxsize=64)
def _money_pattern(locale: str, places: int) -> NumberPattern:
    pattern: NumberPattern = copy(Locale.parse(locale).currency_formats["standard"])
    pattern.frac_prec = (places, places)
    return pattern


_current: ContextVar[Reader] = ContextVar("reader")


def current() -> Reader:
    """The Reader of the page being rendered. Raises LookupError outside of one."""
    return _current.get()


@contextmanager
def reading(reader: Reader) -> Iterator[None]:
    token = _current.set(reader)
    try:
        yield
    finally:
        _current.reset(token)
