"""What the SDK's errors mean for us: try again, never, declined, or nobody knows.

Stripe's error reference and its page on idempotent requests, read 2026-11: 429 and 409 are answered
before anything is done; the first answer to a key is kept and said again, a 500 included, so a 500
stays unknown until we look.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from integrations.answers import Unclear, refusal, retry_after
from integrations.safe_http import Answer
from inthread.spi import Rejected, Retry


class Declined(Rejected):
    """The bank said no. `intent`: the PaymentIntent that it was said of, empty when none is."""

    def __init__(self, reason: str, intent: str) -> None:
        super().__init__(reason)
        self.intent = intent


class OtherWords(Rejected):
    """This key was used for another request: that one stands, and this one did nothing."""


class Meaning(StrEnum):
    RETRY = "retry"
    REJECTED = "rejected"
    OTHER_WORDS = "other_words"
    DECLINED = "declined"
    UNKNOWN = "unknown"


# A status that says more than the SDK's class.
BY_STATUS: Mapping[int, Meaning] = MappingProxyType({
    409: Meaning.RETRY,  # the same key is being worked on
    429: Meaning.RETRY,
})
BY_ERROR: Mapping[str, Meaning] = MappingProxyType({
    "RateLimitError": Meaning.RETRY,
    "CardError": Meaning.DECLINED,
    "IdempotencyError": Meaning.OTHER_WORDS,
    "InvalidRequestError": Meaning.REJECTED,
    "AuthenticationError": Meaning.REJECTED,
    "PermissionError": Meaning.REJECTED,
    "APIConnectionError": Meaning.UNKNOWN,
    "APIError": Meaning.UNKNOWN,
    "StripeError": Meaning.UNKNOWN,
})
_ADVICE: Mapping[str, str] = MappingProxyType({
    "AuthenticationError": ": check INTHREAD_STRIPE_KEY",
    "PermissionError": ": INTHREAD_STRIPE_KEY may not do this (docs/stripe.md lists what it needs)",
})


def meaning(error: Any) -> Meaning:
    """Of an error of the SDK."""
    if error.http_status in BY_STATUS:
        return BY_STATUS[error.http_status]
    names = (kind.__name__ for kind in type(error).__mro__)
    return next((BY_ERROR[name] for name in names if name in BY_ERROR), Meaning.UNKNOWN)


def translated(error: Any, now: datetime) -> Exception:
    """What is raised instead of an error of the SDK."""
    said = _words(error) + _ADVICE.get(type(error).__name__, "")
    match meaning(error):
        case Meaning.RETRY:
            headers = {str(n).lower(): str(v) for n, v in dict(error.headers or {}).items()}
            return Retry(said, after=retry_after(Answer(429, headers, b""), now))
        case Meaning.DECLINED:
            return Declined(said, _intent(error))
        case Meaning.OTHER_WORDS:
            return OtherWords(said)
        case Meaning.REJECTED:
            return Rejected(said)
    return Unclear(said)


def _words(error: Any) -> str:
    """Status, code and at most 200 characters of Stripe's own words, without card numbers."""
    body = json.dumps({"message": str(error.user_message or type(error).__name__)}).encode()
    said = refusal(Answer(error.http_status or 0, {}, body))
    return f"{said} ({error.code})" if error.code else said


def _intent(error: Any) -> str:
    body = error.json_body if isinstance(error.json_body, Mapping) else {}
    given = body.get("error")
    intent = given.get("payment_intent") if isinstance(given, Mapping) else None
    id = intent.get("id") if isinstance(intent, Mapping) else None
    return id if isinstance(id, str) else ""
