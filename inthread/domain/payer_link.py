"""PayerLink: with it somebody else may pay an amount of a case. It opens nothing but the amount.

    live -> off            the customer switched it off
    What else ends it is read from the row, its payment and the case: paid, expired, used up, over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from inthread.domain.case import CaseState
from inthread.domain.money import Money
from inthread.domain.payment import Payment, PaymentState

DAYS = range(1, 8)
OFFERED_DAYS = (1, 3, 7)
MOST_OPENS = 5
# So many of a case may be live at once.
MOST_LIVE = 3


class PayerLinkState(StrEnum):
    LIVE = "live"
    OFF = "off"


class Standing(StrEnum):
    """How a link stands. `open`: it can be paid. `begun`: a payment by it is on its way, and may be
    gone on with; `busy`: another payment of the case is. The rest can no longer be paid."""

    OPEN = "open"
    BEGUN = "begun"
    BUSY = "busy"
    PAID = "paid"
    EXPIRED = "expired"
    USED_UP = "used_up"
    OFF = "off"
    OVER = "over"


@dataclass(frozen=True)
class PayerLink:
    """`choice`: what the customer chose, as the mini-app reads it; put to it again when somebody
    comes to pay. `opens`: how often it led to the provider's page. `payment_id`: the newest payment
    that came of it."""

    id: str
    case_id: str
    key_id: str
    action: str
    amount: Money
    choice: Mapping[str, object]
    state: PayerLinkState
    opens: int
    most_opens: int
    created_at: datetime
    expires_at: datetime
    payment_id: str | None = None

    def live(self, now: datetime) -> bool:
        return self.state is PayerLinkState.LIVE and now < self.expires_at

    def standing(
        self, now: datetime, case: CaseState, payment: Payment | None, fits: bool
    ) -> Standing:
        """*payment*: the one of `payment_id`. *fits*: policy and the mini-app would take this
        amount now."""
        if payment is not None and payment.state not in _NOT_PAID:
            return Standing.PAID
        ended = self._ended(now, payment)
        if ended is not None:
            return ended
        if payment is not None and payment.state is PaymentState.STARTED:
            return Standing.BEGUN
        if case is CaseState.PENDING:
            return Standing.BUSY
        return Standing.OPEN if fits and case is CaseState.OPEN else Standing.OVER

    def _ended(self, now: datetime, payment: Payment | None) -> Standing | None:
        if self.state is PayerLinkState.OFF:
            return Standing.OFF
        if now >= self.expires_at:
            return Standing.EXPIRED
        if self.opens >= self.most_opens and not never_shown(payment):
            return Standing.USED_UP
        return None


_NOT_PAID = (PaymentState.STARTED, PaymentState.FAILED, PaymentState.UNKNOWN)


def never_shown(payment: Payment | None) -> bool:
    """A payment that was counted and written down, and whose page the provider never gave."""
    return (
        payment is not None and payment.state is PaymentState.STARTED
        and payment.checkout_url is None
    )


def expiry(now: datetime, days: int, case_ends: datetime) -> datetime:
    """Raises ValueError for a number of days that is not from 1 to 7."""
    if days not in DAYS:
        raise ValueError("a link for somebody else works for 1 to 7 days")
    return min(now + timedelta(days=days), case_ends)
