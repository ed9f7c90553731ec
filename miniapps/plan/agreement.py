"""The text a customer agrees to: the workflow's wording with this plan's own figures in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency

from inthread.spi import Money
from miniapps.plan.schedule import Option

_FIELD = re.compile(r"\{\{ ?([a-z][a-z0-9_]*) ?\}\}")


def agreement(template: str, option: Option, total: Money, locale: str) -> str:
    """The exact text. Fields: `count`, `total`, `first_date`, and `schedule`, one line for each
    instalment. Same arguments, same text. Raises ValueError for any other field."""
    spoken = Locale.parse(locale.replace("-", "_"))
    values = {
        "count": str(len(option.schedule)),
        "total": _money(total, spoken),
        "first_date": format_date(option.schedule[0].due, "long", spoken),
        "schedule": "\n".join(
            f"{number}. {format_date(part.due, 'long', spoken)}: {_money(part.amount, spoken)}"
            for number, part in enumerate(option.schedule, 1)
        ),
    }
    return _FIELD.sub(lambda found: _value(values, found.group(1)), template)


def _value(values: Mapping[str, str], field: str) -> str:
    if field not in values:
        raise ValueError(f"a plan's agreement has no field {field!r}; it has {', '.join(values)}")
    return values[field]


def _money(amount: Money, locale: Locale) -> str:
    return format_currency(Decimal(amount.plain()), amount.currency, locale=locale)
