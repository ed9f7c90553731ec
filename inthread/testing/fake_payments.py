"""A payment provider in memory, whose events are signed with a key of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from inthread.spi import (
    Checkout,
    KeptCard,
    Money,
    Payment,
    PaymentEvent,
    PaymentKind,
    PaymentMode,
    Rejected,
    Retry,
)
from inthread.testing.fake_office import Died

TOLERANCE = timedelta(seconds=300)
KEEPS = (PaymentMode.KEEP, PaymentMode.CARD)
OVER = (PaymentKind.PROCESSING, PaymentKind.SUCCEEDED, PaymentKind.CLOSED)


class FakePayments:
    """A PaymentProvider. `mode` of `start` and `charge`: ok, busy (Retry), refuse (Rejected), error
    (it broke, nothing done), timeout_before (nothing done, TimeoutError), timeout_after (done,
    TimeoutError), dies_before and dies_after (our own process ends, Died). `bank` of `charge`: ok
    or decline. `reach` of `fetch` and `close`: ok or away (TimeoutError). `charged`: each payment
    that it was asked to charge, as often as it was.

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
        self.bank = "ok"
        self.reach = "ok"
        self.checkouts: dict[str, Payment] = {}
        self.return_urls: dict[str, str] = {}
        self.events: list[PaymentEvent] = []
        self.charged: list[str] = []

    @property
    def key(self) -> str:
        return self._key

    @property
    def origin(self) -> str:
        return self._origin

    def start(self, payment: Payment, return_url: str) -> Checkout:
        self._take_in()
        self.checkouts.setdefault(payment.id, payment)
        self.return_urls.setdefault(payment.id, return_url)
        self._answer()
        reference = f"co-{payment.id}"
        customer = f"cus-{payment.case_id}" if payment.mode in KEEPS else ""
        return Checkout(f"{self._origin}/pay/{reference}", reference, payment.customer or customer)

    def charge(self, payment: Payment) -> Sequence[PaymentEvent]:
        self.charged.append(payment.id)
        self._take_in()
        if payment.method is None or payment.customer is None:
            raise Rejected("there is no such card")
        if payment.id not in self.checkouts:
            self.checkouts[payment.id] = payment
            declined = self.bank == "decline"
            self.settle(
                payment.id, PaymentKind.DECLINED if declined else PaymentKind.SUCCEEDED
            )
        self._answer()
        return self._of(payment)

    def _take_in(self) -> None:
        if self.mode == "dies_before":
            raise Died
        if self.mode == "busy":
            raise Retry("busy", after=5)
        if self.mode == "refuse":
            raise Rejected("payments are switched off")
        if self.mode == "error":
            raise RuntimeError("500: the provider broke")
        if self.mode == "timeout_before":
            raise TimeoutError("nothing was done, and no answer came")

    def _answer(self) -> None:
        if self.mode == "dies_after":
            raise Died
        if self.mode == "timeout_after":
            raise TimeoutError("it is done, and no answer came")

    def settle(
        self, payment_id: str, kind: PaymentKind = PaymentKind.SUCCEEDED,
        amount: Money | None = None, card: KeptCard | None = None,
    ) -> PaymentEvent:
        """The customer pays (or is declined, or gets it back). Amount: what was asked. Card: one
        of its own where one is to be kept."""
        payment = self.checkouts[payment_id]
        event = PaymentEvent(
            id=f"evt-{len(self.events) + 1}", payment_id=payment_id, kind=kind,
            amount=amount or payment.amount, at=self.now(), reference=f"co-{payment_id}",
            card=card or self._kept(payment, kind),
        )
        self.events.append(event)
        return event

    def _kept(self, payment: Payment, kind: PaymentKind) -> KeptCard | None:
        if kind is not PaymentKind.SUCCEEDED or payment.mode not in KEEPS:
            return None
        return KeptCard(f"pm-{payment.id}", "visa", "4242", "2029-04")

    def signed(self, event: PaymentEvent) -> tuple[bytes, dict[str, str]]:
        """Body and headers of the request that carries the event now."""
        body = json.dumps({
            "id": event.id, "payment_id": event.payment_id, "kind": event.kind.value,
            "amount": event.amount.as_json(), "at": event.at.isoformat(),
            "reference": event.reference, "card": asdict(event.card) if event.card else None,
        }).encode()
        sent = str(int(self.now().timestamp()))
        return body, {"fake-timestamp": sent, "fake-signature": self._sign(sent, body)}

    def parse(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Sequence[PaymentEvent]:
        sent_with = {name.lower(): value for name, value in headers.items()}
        sent = sent_with.get("fake-timestamp", "")
        signature = sent_with.get("fake-signature", "")
        expected = self._sign(sent, body)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise Rejected("the signature is wrong")
        if abs(now - datetime.fromtimestamp(int(sent), UTC)) > TOLERANCE:
            raise Rejected("the timestamp is too far from now")
        said = json.loads(body)
        return [PaymentEvent(
            id=said["id"], payment_id=said["payment_id"], kind=PaymentKind(said["kind"]),
            amount=Money(said["amount"]["minor"], said["amount"]["currency"]),
            at=datetime.fromisoformat(said["at"]), reference=said["reference"],
            card=KeptCard(**said["card"]) if said["card"] else None,
        )]

    def fetch(self, payment: Payment) -> Sequence[PaymentEvent]:
        if self.reach == "away":
            raise TimeoutError("no answer came")
        return self._of(payment)

    def close(self, payment: Payment) -> Sequence[PaymentEvent]:
        if self.reach == "away":
            raise TimeoutError("no answer came")
        self.checkouts.setdefault(payment.id, payment)
        if all(e.kind not in OVER for e in self._of(payment)):
            self.settle(payment.id, PaymentKind.CLOSED)
        return self._of(payment)

    def _of(self, payment: Payment) -> Sequence[PaymentEvent]:
        return [e for e in self.events if e.payment_id == payment.id]

    def _sign(self, sent: str, body: bytes) -> str:
        return hmac.new(self._secret, sent.encode() + b"." + body, hashlib.sha256).hexdigest()
