"""Exact texts: a workflow's words with a case's own figures in them, as a language writes them.

Same arguments, same text, so that its digest can be checked by writing it again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency

from inthread.spi import Money

_FIELD = re.compile(r"\{\{ ?([a-z][a-z0-9_]*) ?\}\}")


def fill(what: str, text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in. Raises ValueError for a field that is none of *values*;
    *what* names the text in it."""
    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in values:
            raise ValueError(f"{what} has no field {name!r}; it has {', '.join(values)}")
        return values[name]

    return _FIELD.sub(value, text)


def fields_in(text: str) -> set[str]:
    return set(_FIELD.findall(text))


def cash(amount: Money, locale: str) -> str:
    return format_currency(Decimal(amount.plain()), amount.currency, locale=_spoken(locale))


def day_in_full(day: date, locale: str) -> str:
    return format_date(day, "long", _spoken(locale))


def _spoken(locale: str) -> Locale:
    return Locale.parse(locale.replace("-", "_"))
