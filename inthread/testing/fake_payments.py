"""A payment provider in memory, whose events are signed with a key of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from inthread.spi import Checkout, Money, Payment, PaymentEvent, PaymentKind, Rejected, Retry

TOLERANCE = timedelta(seconds=300)


class FakePayments:
    """A PaymentProvider. `mode` of `start`: ok, busy (Retry), refuse (Rejected), timeout_after
    (the checkout exists, TimeoutError).

    The test plays the customer: `settle(payment_id)` makes an event and `signed(event)` the
    request that would carry it. An event that is never carried is still found by `fetch`.
    """

    def __init__(
        self, now: Callable[[], datetime], *, key: str = "fake_pay",
        origin: str = "https://pay.test", secret: bytes = b"a key of the fake provider, 32 bytes",
    ) -> None:
        self.now = now
        self._key = key
        self._origin = origin
        self._secret = secret
        self.mode = "ok"
        self.checkouts: dict[str, Payment] = {}
        self.return_urls: dict[str, str] = {}
        self.events: list[PaymentEvent] = []

    @property
    def key(self) -> str:
        return self._key

    @property
    def origin(self) -> str:
        return self._origin

    def start(self, payment: Payment, return_url: str) -> Checkout:
        if self.mode == "busy":
            raise Retry("busy", after=5)
        if self.mode == "refuse":
            raise Rejected("payments are switched off")
        self.checkouts.setdefault(payment.id, payment)
        self.return_urls.setdefault(payment.id, return_url)
        if self.mode == "timeout_after":
            raise TimeoutError("the checkout is there, and no answer came")
        reference = f"co-{payment.id}"
        return Checkout(url=f"{self._origin}/pay/{reference}", reference=reference)

    def settle(
        self, payment_id: str, kind: PaymentKind = PaymentKind.SUCCEEDED,
        amount: Money | None = None,
    ) -> PaymentEvent:
        """The customer pays (or is declined, or gets it back). Amount: what was asked."""
        payment = self.checkouts[payment_id]
        event = PaymentEvent(
            id=f"evt-{len(self.events) + 1}", payment_id=payment_id, kind=kind,
            amount=amount or payment.amount, at=self.now(), reference=f"co-{payment_id}",
        )
        self.events.append(event)
        return event

    def signed(self, event: PaymentEvent) -> tuple[bytes, dict[str, str]]:
        """Body and headers of the request that carries the event now."""
        body = json.dumps({
            "id": event.id, "payment_id": event.payment_id, "kind": event.kind.value,
            "amount": event.amount.as_json(), "at": event.at.isoformat(),
            "reference": event.reference,
        }).encode()
        sent = str(int(self.now().timestamp()))
        return body, {"fake-timestamp": sent, "fake-signature": self._sign(sent, body)}

    def parse(self, body: bytes, headers: Mapping[str, str], now: datetime) -> PaymentEvent:
        sent_with = {name.lower(): value for name, value in headers.items()}
        sent = sent_with.get("fake-timestamp", "")
        signature = sent_with.get("fake-signature", "")
        expected = self._sign(sent, body)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise Rejected("the signature is wrong")
        if abs(now - datetime.fromtimestamp(int(sent), UTC)) > TOLERANCE:
            raise Rejected("the timestamp is too far from now")
        said = json.loads(body)
        return PaymentEvent(
            id=said["id"], payment_id=said["payment_id"], kind=PaymentKind(said["kind"]),
            amount=Money(said["amount"]["minor"], said["amount"]["currency"]),
            at=datetime.fromisoformat(said["at"]), reference=said["reference"],
        )

    def fetch(self, payment: Payment) -> Sequence[PaymentEvent]:
        return [e for e in self.events if e.payment_id == payment.id]

    def close(self, payment: Payment) -> Sequence[PaymentEvent]:
        self.checkouts.setdefault(payment.id, payment)
        over = (PaymentKind.SUCCEEDED, PaymentKind.CLOSED)
        if all(e.kind not in over for e in self.fetch(payment)):
            self.settle(payment.id, PaymentKind.CLOSED)
        return self.fetch(payment)

    def _sign(self, sent: str, body: bytes) -> str:
        return hmac.new(self._secret, sent.encode() + b"." + body, hashlib.sha256).hexdigest()
