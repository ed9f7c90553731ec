"""What was given back of a payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inthread.domain.money import Money
from inthread.domain.payment import PaymentEvent, PaymentKind


@dataclass(frozen=True)
class MoneyBack:
    """`amount`: all of it together; `at`: when the last of it went."""

    amount: Money
    at: datetime


def money_back(events: Sequence[PaymentEvent]) -> MoneyBack | None:
    """*events*: of one payment, each once, in any order. None when nothing went back."""
    back = [e for e in events if e.kind is PaymentKind.REFUNDED]
    if not back:
        return None
    total = Money(sum(e.amount.minor for e in back), back[0].amount.currency)
    return MoneyBack(total, max(e.at for e in back))
