"""The text a customer agrees to: the workflow's wording with this plan's own figures in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from inthread.spi import Money
from miniapps.exact import cash, day_in_full, fields_in, fill
from miniapps.plan.schedule import Option


@dataclass(frozen=True)
class Terms:
    """What is agreed on: *down* is paid on *today*, before the instalments; zero when nothing is.
    """

    option: Option
    total: Money
    down: Money
    today: date
    locale: str


def agreement(template: str, terms: Terms) -> str:
    """The exact text. Fields: `count`, `total`, `first_date`, `last_date`, and `schedule`, one line
    for each payment; the down payment is the first of them. Same arguments, same text. Raises
    ValueError for any other field."""
    payments = _payments(terms)
    return fill("a plan's agreement", template, {
        "count": str(len(payments)),
        "total": cash(terms.total, terms.locale),
        "first_date": day_in_full(payments[0][0], terms.locale),
        "last_date": day_in_full(payments[-1][0], terms.locale),
        "schedule": "\n".join(
            f"{number}. {day_in_full(day, terms.locale)}: {cash(amount, terms.locale)}"
            for number, (day, amount) in enumerate(payments, 1)
        ),
    })


def authorisation(template: str, agreed: str, terms: Terms) -> str:
    """The text by which the customer lets the instalments be taken (12 CFR 1005.10(b)). Fields:
    `count`, `total`, `first_date` and `last_date` of what is taken, so without the down payment.
    *agreed*: the template that stands before it. Raises ValueError for another field, and when the
    two together do not list every date and amount."""
    if "schedule" not in fields_in(agreed):
        raise ValueError("an agreement to debits lists every date and amount: {{ schedule }}")
    schedule = terms.option.schedule
    return fill("an authorisation", template, {
        "count": str(len(schedule)),
        "total": cash(terms.total - terms.down, terms.locale),
        "first_date": day_in_full(schedule[0].due, terms.locale),
        "last_date": day_in_full(schedule[-1].due, terms.locale),
    })


def _payments(terms: Terms) -> list[tuple[date, Money]]:
    later = [(part.due, part.amount) for part in terms.option.schedule]
    return [(terms.today, terms.down), *later] if terms.down.minor else later
