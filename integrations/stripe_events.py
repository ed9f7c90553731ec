"""What Stripe's objects say of our payments. Pure: the same objects give the same events, with ids
made of the objects' own, whether a webhook or a fetch led to them.

    pi_1:succeeded      money was taken, this much (a part capture says less than was asked)
    seti_1:succeeded    a card is kept, no money moved
    ch_1:declined       the bank said no to one try (pi_1:declined when it came to no try)
    cs_1:closed         nobody pays at this checkout any more (pi_1:closed: nor by this intent)
    re_1:refunded       money went back
    dp_1:disputed, dp_1:dispute_won, dp_1:dispute_lost
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from integrations.stripe_money import from_stripe
from inthread.spi import KeptCard, Money, Payment, PaymentEvent, PaymentKind, PaymentMode

PAYMENT = "inthread_payment"
MODE = "inthread_mode"
CURRENCY = "inthread_currency"
KEEPS = (PaymentMode.KEEP, PaymentMode.CARD)
# A bank's name may be longer than what is shown of it.
LONGEST_BRAND = 20
_DISPUTES: Mapping[str, PaymentKind] = {
    "won": PaymentKind.DISPUTE_WON, "warning_closed": PaymentKind.DISPUTE_WON,
    "lost": PaymentKind.DISPUTE_LOST,
}
_NEVER = ("requires_payment_method", "canceled")

Said = Mapping[str, Any]


@dataclass(frozen=True)
class About:
    """Which payment an object speaks of."""

    payment_id: str
    mode: PaymentMode
    currency: str


def about(metadata: object) -> About | None:
    """None when it is not one of ours."""
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get(PAYMENT), str):
        return None
    try:
        mode = PaymentMode(metadata.get(MODE, ""))
    except ValueError:
        mode = PaymentMode.PAY
    return About(metadata[PAYMENT], mode, str(metadata.get(CURRENCY, "")))


def metadata_of(payment: Payment) -> dict[str, str]:
    return {
        PAYMENT: payment.id, MODE: payment.mode.value, CURRENCY: payment.amount.currency,
    }


def of_intent(intent: Said, whose: About) -> list[PaymentEvent]:
    """With its `latest_charge` expanded. Money that was taken or is on its way, or the newest
    decline."""
    charge, error = intent.get("latest_charge"), intent.get("last_payment_error")
    if isinstance(charge, Mapping) and charge["status"] == "succeeded" and charge["captured"]:
        taken = charge.get("amount_captured", charge["amount"])
        card = kept(intent["payment_method"], charge.get("payment_method_details"))
        return [_event(
            intent, f"{intent['id']}:succeeded", whose, PaymentKind.SUCCEEDED,
            from_stripe(taken, charge["currency"]), at=charge["created"],
            card=card if whose.mode in KEEPS else None,
        )]
    found = []
    if intent["status"] == "processing":
        found.append(_event(
            intent, f"{intent['id']}:processing", whose, PaymentKind.PROCESSING, _asked(intent),
            at=intent["created"],
        ))
    if isinstance(error, Mapping):
        at = charge["created"] if isinstance(charge, Mapping) else intent["created"]
        found.append(_event(
            intent, f"{error.get('charge') or intent['id']}:declined", whose,
            PaymentKind.DECLINED, _asked(intent), at=at,
        ))
    if intent["status"] == "canceled" and whose.mode is PaymentMode.CHARGE:
        at = intent.get("canceled_at") or intent["created"]
        found.append(_event(
            intent, f"{intent['id']}:closed", whose, PaymentKind.CLOSED, _asked(intent), at=at,
        ))
    return found


def of_setup(setup: Said, whose: About) -> list[PaymentEvent]:
    """With its `payment_method` expanded. A card is kept: the amount is zero."""
    method = setup.get("payment_method")
    if setup["status"] != "succeeded" or not isinstance(method, Mapping):
        return []
    return [_event(
        setup, f"{setup['id']}:succeeded", whose, PaymentKind.SUCCEEDED, Money(0, whose.currency),
        at=setup["created"], card=kept(method["id"], method),
    )]


def closed_session(session: Said, whose: About, now: datetime) -> list[PaymentEvent]:
    """With its intent expanded. Closed: expired, or completed with a debit that then failed. Stripe
    does not say when, so `now`."""
    intent = session.get("payment_intent")
    failed = (
        session["status"] == "complete" and session.get("payment_status") == "unpaid"
        and isinstance(intent, Mapping) and intent["status"] in _NEVER
    )
    if session["status"] != "expired" and not failed:
        return []
    amount, currency = session.get("amount_total") or 0, session.get("currency") or whose.currency
    return [_event(
        session, f"{session['id']}:closed", whose, PaymentKind.CLOSED,
        from_stripe(amount, currency), at=int(now.timestamp()),
    )]


def of_refunds(refunds: Iterable[Said], whose: About) -> list[PaymentEvent]:
    """A refund that is only on its way is not said yet."""
    return [
        _event(
            refund, f"{refund['id']}:refunded", whose, PaymentKind.REFUNDED,
            from_stripe(refund["amount"], refund["currency"]), at=refund["created"],
        )
        for refund in refunds if refund["status"] == "succeeded"
    ]


def of_disputes(disputes: Iterable[Said], whose: About, now: datetime) -> list[PaymentEvent]:
    """An inquiry (`warning_...`) counts as one: somebody has to look. Stripe does not say when one
    ended, so `now`."""
    found = []
    for dispute in disputes:
        amount = from_stripe(dispute["amount"], dispute["currency"])
        disputed = _event(
            dispute, f"{dispute['id']}:disputed", whose, PaymentKind.DISPUTED, amount,
            at=dispute["created"],
        )
        found.append(disputed)
        if end := _DISPUTES.get(dispute["status"]):
            found.append(replace(disputed, id=f"{dispute['id']}:{end.value}", kind=end, at=now))
    return found


def kept(token: object, details: object) -> KeptCard | None:
    """What may be shown of a card or an account (security R3.3). None when it is something else."""
    if not isinstance(details, Mapping) or not isinstance(token, str):
        return None
    if isinstance(card := details.get("card"), Mapping):
        expires = f"{card['exp_year']:04d}-{card['exp_month']:02d}"
        return KeptCard(token, str(card["brand"])[:LONGEST_BRAND], card["last4"], expires)
    if isinstance(bank := details.get("us_bank_account"), Mapping):
        return KeptCard(token, str(bank["bank_name"] or "bank")[:LONGEST_BRAND], bank["last4"])
    return None


def _asked(intent: Said) -> Money:
    return from_stripe(intent["amount"], intent["currency"])


def _event(
    said: Said, id: str, whose: About, kind: PaymentKind, amount: Money, *, at: int,
    card: KeptCard | None = None,
) -> PaymentEvent:
    return PaymentEvent(
        id=id, payment_id=whose.payment_id, kind=kind, amount=amount,
        at=datetime.fromtimestamp(at, UTC), reference=str(said["id"]), card=card,
    )
