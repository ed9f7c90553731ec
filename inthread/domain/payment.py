"""A Payment: money asked of a provider. Its state is a fold over deduplicated provider events.

    started -> succeeded -> refunded
       |  \\-> failed        (the checkout is closed and no money moved)
       +----> unknown       (events that do not fit: somebody looks)

A decline is not an end: the customer may try another card at the same checkout.

The redirect back from the provider is not an event and proves nothing (security R3.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inthread.domain.money import Money


class PaymentKind(StrEnum):
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    CLOSED = "closed"
    REFUNDED = "refunded"


class PaymentState(StrEnum):
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PaymentEvent:
    """Something the provider said, signed or fetched. `id` is the provider's, and is unique."""

    id: str
    payment_id: str
    kind: PaymentKind
    amount: Money
    at: datetime
    reference: str


@dataclass(frozen=True)
class Payment:
    id: str
    case_id: str
    provider: str
    amount: Money
    action: str
    outcome_kind: str
    values: Mapping[str, object]
    state: PaymentState = PaymentState.STARTED
    reference: str | None = None
    checkout_url: str | None = None
    return_ref: str = ""
    started_at: datetime | None = None


def fold(amount: Money, events: Iterable[PaymentEvent]) -> PaymentState:
    """The state after these events, in whatever order they came. Money that moved counts even when
    the checkout is said to be closed. Another amount than was asked, or a refund of nothing, is
    `unknown`: a person looks before it is believed."""
    kinds = set()
    for event in events:
        if event.kind is PaymentKind.SUCCEEDED and event.amount != amount:
            return PaymentState.UNKNOWN
        kinds.add(event.kind)
    took = PaymentKind.SUCCEEDED in kinds
    if PaymentKind.REFUNDED in kinds:
        return PaymentState.REFUNDED if took else PaymentState.UNKNOWN
    if took:
        return PaymentState.SUCCEEDED
    return PaymentState.FAILED if PaymentKind.CLOSED in kinds else PaymentState.STARTED
