"""Our provider for the local Stripe, payments to try it with, and requests as Stripe signs them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from integrations.stripe_checkout import StripeCheckout
from integrations.stripe_client import StripeAccount
from integrations.stripe_signatures import HEADER, StripeSignatures
from inthread.spi import Money, Payment, PaymentEvent, PaymentKind
from inthread.testing import a_payment
from tests.sandbox.stripe_peer import API_KEY, HOOK_SECRET

RETURNS = "http://localhost:8400/return/"
BACK = f"{RETURNS}conformance"


def now() -> datetime:
    return datetime.now(UTC)


def provider_at(url: str, *, timeout: float = 5, key: str = API_KEY) -> StripeCheckout:
    account = StripeAccount(key, now=now, base_url=url, timeout=timeout, allow_loopback=True)
    return StripeCheckout(
        account, webhook_secret=HOOK_SECRET, returns=RETURNS, brand="Alderway", now=now
    )


def payment(number: int = 1, **more: object) -> Payment:
    """61.40 USD, asked for a moment ago."""
    given = {"return_ref": "conformance", "started_at": now(), **more}
    return replace(a_payment(number, provider="stripe"), **given)  # type: ignore[arg-type]


def zero(currency: str = "USD") -> Money:
    return Money(0, currency)


def signed(event: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the request that carries the event now."""
    body = json.dumps(event).encode()
    return body, {HEADER.title(): StripeSignatures(HOOK_SECRET).sign(body, now())}


def brief(events: object) -> list[tuple[PaymentKind, int]]:
    """Kinds and amounts."""
    return [(event.kind, event.amount.minor) for event in _events(events)]


def ids(events: object) -> list[str]:
    return [event.id for event in _events(events)]


def _events(events: object) -> list[PaymentEvent]:
    assert isinstance(events, list)
    return events
