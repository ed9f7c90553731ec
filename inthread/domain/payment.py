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


class PaymentMode(StrEnum):
    """What is asked of the provider: `pay` money now; `keep` money now, and the card is kept for
    later; `card` a card is kept and no money moves (the amount is zero); `charge` money from a
    card that was kept, with nobody present."""

    PAY = "pay"
    KEEP = "keep"
    CARD = "card"
    CHARGE = "charge"


class PaymentKind(StrEnum):
    """`refunded`: its amount is what went back this time. `disputed`: the payer's bank asks for the
    money back (a chargeback); `dispute_won` and `dispute_lost` end that."""

    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    CLOSED = "closed"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"


class PaymentState(StrEnum):
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PART_REFUND = "part_refund"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    LOST = "lost"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class KeptCard:
    """A means of payment that the provider keeps for us (security R3.3): its own token, and what
    may be shown. `expires` as `2027-04`; empty for an account, which has no end."""

    token: str
    brand: str
    last_four: str
    expires: str = ""


@dataclass(frozen=True)
class PaymentEvent:
    """Something the provider said, signed or fetched. `id` is unique at the provider and the same
    whichever way it was heard. `card`: what it keeps for us since."""

    id: str
    payment_id: str
    kind: PaymentKind
    amount: Money
    at: datetime
    reference: str
    card: KeptCard | None = None


@dataclass(frozen=True)
class Payment:
    """`customer`: who pays, as the provider knows them, once it does. `method`: the token that a
    `charge` is taken from. `methods`: by what means it may be paid (`card`, `bank`). `evidence`:
    what shows who agreed to it, kept with the outcome. `payer_link_id`: somebody else pays."""

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
    mode: PaymentMode = PaymentMode.PAY
    customer: str | None = None
    method: str | None = None
    methods: tuple[str, ...] = ("card",)
    evidence: Mapping[str, object] | None = None
    payer_link_id: str | None = None


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
