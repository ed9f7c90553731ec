"""A hosted payment page: the customer pays at the provider's own origin and comes back.

    POST {api}/v1/checkouts  {"id", "mode", "amount_minor", ...}       201 {"reference", "url"}
    POST {api}/v1/charges    {"id", "method", "amount_minor", ...}     200 {"events": [...]}
    GET  {api}/v1/checkouts/{id}                                       200 {"events": [...]}
    POST {api}/v1/checkouts/{id}/close  {"amount_minor", "currency"}   200 {"events": [...]}
    event, signed: {"id", "type": "payment.succeeded", "created_at", "data": {...}}

`data.card`, where one is kept: {"token", "brand", "last_four", "expires"}.

Coming back proves nothing; a signed event or a fetch does (security R3.4).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from integrations.answers import Unclear, demand, read_object
from integrations.safe_http import TIMEOUT, Answer, Resolve, SafeClient, resolve
from integrations.signatures import Signatures
from integrations.url_guard import check_url
from inthread.spi import (
    Checkout,
    KeptCard,
    Money,
    Payment,
    PaymentEvent,
    PaymentKind,
    Rejected,
)

MOST_EVENT = 256 * 1024


class HostedPayments:
    """`api_url` is called by us; `origin` is where the customer's browser goes. `webhook_url` is
    our own address for its events. `secret` signs them, `api_key` is our bearer key.

    Raises ValueError at construction when an address may not be used or the secret is short.
    """

    def __init__(
        self, *, api_url: str, origin: str, api_key: str, secret: str, webhook_url: str,
        brand: str, now: Callable[[], datetime], key: str = "sandbox_pay",
        timeout: float = TIMEOUT, allow_loopback: bool = False, resolver: Resolve = resolve,
    ) -> None:
        self._key = key
        self._origin = check_url(origin, allow_loopback=allow_loopback).origin
        target = check_url(api_url, allow_loopback=allow_loopback)
        self._client = SafeClient(target, timeout=timeout, resolver=resolver)
        self._headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
        self._signatures = Signatures(secret)
        self._webhook_url = webhook_url
        self._brand = brand
        self._now = now

    @property
    def key(self) -> str:
        return self._key

    @property
    def origin(self) -> str:
        return self._origin

    def start(self, payment: Payment, return_url: str) -> Checkout:
        """Raises Retry, Rejected, or anything else when it is not known whether a checkout was
        made: starting again with the same payment gives that one."""
        answer = self._post("/v1/checkouts", {
            **self._asked(payment), "mode": payment.mode.value, "return_url": return_url,
            "methods": list(payment.methods),
        })
        demand(answer, {200, 201}.__contains__, self._now())
        said = read_object(answer)
        url, reference = said.get("url"), said.get("reference")
        if not isinstance(url, str) or not isinstance(reference, str) or not reference:
            raise Unclear("the provider gave no checkout")
        if not url.startswith(f"{self._origin}/"):
            raise Rejected("the provider sent us to a page that is not its own")
        customer = said.get("customer")
        return Checkout(url, reference, customer if isinstance(customer, str) else "")

    def charge(self, payment: Payment) -> Sequence[PaymentEvent]:
        return self._events(self._post("/v1/charges", {
            **self._asked(payment), "method": payment.method,
        }))

    def _asked(self, payment: Payment) -> dict[str, object]:
        return {
            "id": payment.id, "amount_minor": payment.amount.minor,
            "currency": payment.amount.currency, "brand": self._brand,
            "description": str(payment.values.get("description", "")),
            "customer": payment.customer, "webhook_url": self._webhook_url,
        }

    def _post(self, path: str, body: Mapping[str, object]) -> Answer:
        return self._client.call(
            "POST", path, body=json.dumps(body).encode(), headers=self._headers
        )

    def parse(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Sequence[PaymentEvent]:
        """Raises Rejected when the signature or the time is wrong, or it cannot be read."""
        if len(body) > MOST_EVENT:
            raise Rejected("the event is longer than 256 KiB")
        id = self._signatures.verify(body, headers, now)
        try:
            event = _event(json.loads(body))
        except (ValueError, TypeError, KeyError, RecursionError) as trouble:
            raise Rejected(f"not an event: {type(trouble).__name__}") from trouble
        if event.id != id:
            raise Rejected("the event's id is not the one that was signed for")
        return [event]

    def fetch(self, payment: Payment) -> Sequence[PaymentEvent]:
        answer = self._client.call("GET", f"/v1/checkouts/{payment.id}", headers=self._headers)
        if answer.status == 404:
            return []
        return self._events(answer)

    def close(self, payment: Payment) -> Sequence[PaymentEvent]:
        """Also closes a checkout that was never made: a start that arrives later finds it shut."""
        return self._events(self._post(f"/v1/checkouts/{payment.id}/close", {
            "amount_minor": payment.amount.minor, "currency": payment.amount.currency,
        }))

    def _events(self, answer: Answer) -> Sequence[PaymentEvent]:
        demand(answer, {200}.__contains__, self._now())
        events = read_object(answer).get("events")
        if not isinstance(events, list):
            raise Unclear("the provider listed no events")
        try:
            return [_event(event) for event in events]
        except (ValueError, TypeError, KeyError) as trouble:
            raise Unclear(f"not an event: {type(trouble).__name__}") from trouble


def _event(said: Mapping[str, object]) -> PaymentEvent:
    """Raises ValueError, TypeError or KeyError when it is not an event of a payment."""
    data, type_, created = said["data"], said["type"], said["created_at"]
    if not isinstance(data, Mapping) or not isinstance(type_, str) or not isinstance(created, str):
        raise TypeError("an event is an object")
    at = datetime.fromisoformat(created)
    if at.tzinfo is None:
        raise ValueError("a time without zone")
    return PaymentEvent(
        id=_text(said["id"]), payment_id=_text(data["payment_id"]),
        kind=PaymentKind(type_.removeprefix("payment.")),
        amount=Money(data["amount_minor"], _text(data["currency"])), at=at,
        reference=_text(data["reference"]), card=_card(data.get("card")),
    )


def _card(said: object) -> KeptCard | None:
    if said is None:
        return None
    if not isinstance(said, Mapping):
        raise TypeError("a card is an object")
    four, expires = said["last_four"], said.get("expires", "")
    if not isinstance(four, str) or not re.fullmatch("[0-9]{4}", four):
        raise ValueError("not the last four digits")
    if not isinstance(expires, str) or not re.fullmatch("([0-9]{4}-(0[1-9]|1[0-2]))?", expires):
        raise ValueError("not a month")
    return KeptCard(_text(said["token"]), _text(said["brand"])[:20], four, expires)


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise TypeError("not a text")
    return value
