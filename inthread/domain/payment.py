"""A Payment: money asked of a provider. Its state is a fold over deduplicated provider events.

    started -> succeeded -> part_refund -> refunded
       |  \\        \\-> disputed -> succeeded | lost     (the payer's bank asks for it back)
       |   \\-> failed       (the checkout is closed and no money moved)
       +----> unknown       (events that do not fit: somebody looks)

A decline is not an end: the customer may try another card at the same checkout. It is the end of a
charge, where nobody is present.

The redirect back from the provider is not an event and proves nothing (security R3.4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from inthread.domain.card_numbers import mask_cards
from inthread.domain.money import Money

LAST_FOUR = 4


class PaymentMode(StrEnum):
    """What is asked of the provider: `pay` money now; `keep` money now, and the card is kept for
    later; `card` a card is kept and no money moves (the amount is zero); `charge` money from a
    card that was kept, with nobody present."""

    PAY = "pay"
    KEEP = "keep"
    CARD = "card"
    CHARGE = "charge"


class PaymentKind(StrEnum):
    """`processing`: the payer did their part, and the money takes days to arrive (a debit of an
    account). `refunded`: its amount is what went back this time. `disputed`: the payer's bank asks
    for the money back (a chargeback); `dispute_won` and `dispute_lost` end that."""

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    CLOSED = "closed"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"

    @property
    def undoes(self) -> bool:
        """It can only follow money that moved."""
        return self in _UNDONE


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
    may be shown. `expires` as `2027-04`; empty for an account, which has no end. A number of a card
    anywhere in it raises ValueError."""

    token: str
    brand: str
    last_four: str
    expires: str = ""

    def __post_init__(self) -> None:
        if len(self.last_four) > LAST_FOUR:
            raise ValueError("a provider gave more of a card than its last four figures")
        if any(mask_cards(part) != part for part in (self.token, self.brand, self.expires)):
            raise ValueError("a provider gave the number of a card, which is never kept")


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

    def age(self, now: datetime) -> timedelta:
        return now - self.started_at if self.started_at else timedelta(0)


class ScheduleState(StrEnum):
    """`asked`: the customer has not left the card yet. `charging`: its payment was made. `ended`:
    that payment is settled, either way. `dropped`: no card was left, or it came too late."""

    ASKED = "asked"
    WAITING = "waiting"
    CHARGING = "charging"
    ENDED = "ended"
    CANCELLED = "cancelled"
    DROPPED = "dropped"


@dataclass(frozen=True)
class ScheduledPayment:
    """Money that is to be taken on `due_on`, where its customer is, from the card that
    `card_payment_id` keeps. `payment_id`: the charge, once it was made."""

    id: str
    case_id: str
    card_payment_id: str
    amount: Money
    due_on: date
    due_at: datetime
    state: ScheduleState
    made_at: datetime
    payment_id: str | None = None
    ended_at: datetime | None = None


KEEPS = (PaymentMode.KEEP, PaymentMode.CARD)
# Whatever else is heard of a payment is a person's to look at.
QUIET = (PaymentState.STARTED, PaymentState.SUCCEEDED, PaymentState.FAILED)


def fold(
    amount: Money, events: Iterable[PaymentEvent], mode: PaymentMode = PaymentMode.PAY
) -> PaymentState:
    """The state after these events, in whatever order they came and however often.

    Money that moved counts even when the checkout is said to be closed. `unknown`, so that a person
    looks before it is believed: another amount than was asked, no card where one was to be kept,
    more given back than was paid, a dispute that ended both ways, something undone that was never
    done.
    """
    heard = {e.id: e for e in events}.values()
    took = [e for e in heard if e.kind is PaymentKind.SUCCEEDED]
    if not took:
        return _without_money({e.kind for e in heard}, mode)
    if any(e.amount != amount for e in took):
        return PaymentState.UNKNOWN
    if mode in KEEPS and all(e.card is None for e in took):
        return PaymentState.UNKNOWN
    return _disputed(heard) or _given_back(amount, heard)


_UNDONE = (
    PaymentKind.REFUNDED, PaymentKind.DISPUTED, PaymentKind.DISPUTE_WON, PaymentKind.DISPUTE_LOST,
)


def _without_money(kinds: Collection[PaymentKind], mode: PaymentMode) -> PaymentState:
    """A decline is an end where nobody is present to try another card."""
    if any(kind in kinds for kind in _UNDONE):
        return PaymentState.UNKNOWN
    over = PaymentKind.CLOSED in kinds or (
        mode is PaymentMode.CHARGE and PaymentKind.DECLINED in kinds
    )
    return PaymentState.FAILED if over else PaymentState.STARTED


def _disputed(heard: Collection[PaymentEvent]) -> PaymentState | None:
    """None when there is no dispute, or each was won."""
    kinds = [e.kind for e in heard]
    asked, won, lost = (
        kinds.count(kind) for kind in
        (PaymentKind.DISPUTED, PaymentKind.DISPUTE_WON, PaymentKind.DISPUTE_LOST)
    )
    if won and lost and won + lost > asked:
        return PaymentState.UNKNOWN
    if lost:
        return PaymentState.LOST
    return PaymentState.DISPUTED if asked > won else None


def _given_back(amount: Money, heard: Iterable[PaymentEvent]) -> PaymentState:
    back = [e.amount for e in heard if e.kind is PaymentKind.REFUNDED]
    if not back:
        return PaymentState.SUCCEEDED
    if any(b.currency != amount.currency or b.minor <= 0 for b in back):
        return PaymentState.UNKNOWN
    total = sum(b.minor for b in back)
    if total > amount.minor:
        return PaymentState.UNKNOWN
    return PaymentState.REFUNDED if total == amount.minor else PaymentState.PART_REFUND


def on_its_way(events: Iterable[PaymentEvent]) -> bool:
    """Whether nobody has to do anything but wait for the money."""
    return any(e.kind is PaymentKind.PROCESSING for e in events)


def card_of(events: Iterable[PaymentEvent]) -> KeptCard | None:
    """The card that the provider keeps since, the one it named last."""
    kept = [e for e in events if e.kind is PaymentKind.SUCCEEDED and e.card is not None]
    return max(kept, key=lambda e: (e.at, e.id)).card if kept else None
