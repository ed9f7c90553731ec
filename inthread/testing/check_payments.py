"""The conformance kit for payment providers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from inthread.spi import Checkout, Payment, PaymentEvent, PaymentKind, PaymentProvider, Rejected
from inthread.testing.findings import Finding, Notebook

Signed = tuple[bytes, dict[str, str]]
RETURN_URL = "http://localhost:8400/return/conformance"


def check_payment_provider(
    provider: PaymentProvider, make_payment: Callable[[int], Payment], *, now: datetime,
    pay: Callable[[Checkout], Signed] | None = None, return_url: str = RETURN_URL,
    charge: Callable[[int], Payment] | None = None,
) -> list[Finding]:
    """`pay(checkout)` plays the customer and gives body and headers of the event sent at `now`;
    without it, what needs a genuine event is not checked. `charge(number)` gives a payment in mode
    `charge` of a card that was kept and works; without it, nothing is charged."""
    book = Notebook()
    book.note("key", provider.key.isidentifier(), repr(provider.key))
    origin = provider.origin
    book.note("origin", "://" in origin and origin.count("/") == 2, origin)
    payment = make_payment(1)
    nothing = book.attempt("knows nothing before", lambda: list(provider.fetch(payment)))
    book.equal("knows nothing before", [], nothing)
    checkout = book.attempt("starts", lambda: provider.start(payment, return_url))
    if checkout is None:
        return book.findings
    book.note("the page is at the origin", checkout.url.startswith(f"{origin}/"), checkout.url)
    again = book.attempt("starts once", lambda: provider.start(payment, return_url))
    book.equal("the same payment is the same checkout", checkout, again)
    unpaid = book.attempt("nothing is paid by starting", lambda: list(provider.fetch(payment)))
    book.equal("nothing is paid by starting", [], unpaid)
    _rubbish(book, provider, now)
    if pay:
        _genuine(book, provider, payment, now, pay(checkout))
    _closes(book, provider, make_payment, return_url)
    if charge:
        _charges(book, provider, charge(4))
    return book.findings


def _charges(book: Notebook, provider: PaymentProvider, payment: Payment) -> None:
    took = book.attempt("charges a kept card", lambda: list(provider.charge(payment))) or []
    book.equal("charges a kept card", [(PaymentKind.SUCCEEDED, payment.amount)],
               [(event.kind, event.amount) for event in took])
    again = book.attempt("charging twice is one", lambda: list(provider.charge(payment)))
    book.equal("charging twice is one", took, again)
    fetched = book.attempt("fetches a charge", lambda: list(provider.fetch(payment)))
    book.equal("fetches a charge", took, fetched)


def _closes(
    book: Notebook, provider: PaymentProvider, make_payment: Callable[[int], Payment],
    return_url: str,
) -> None:
    started, never_started = make_payment(2), make_payment(3)
    book.attempt("starts another", lambda: provider.start(started, return_url))
    for name, payment in (
        ("closes a checkout", started), ("closing twice is one", started),
        ("closes what was never started", never_started),
    ):
        events = book.attempt(name, lambda p=payment: provider.close(p)) or []  # type: ignore[misc]
        book.equal(name, [PaymentKind.CLOSED], [event.kind for event in events])


def _rubbish(book: Notebook, provider: PaymentProvider, now: datetime) -> None:
    torn = {"webhook-id": "e", "webhook-timestamp": "0", "webhook-signature": "v1,=,,"}
    for name, body, headers in (
        ("an unsigned event is Rejected", b"{}", {}),
        ("a torn signature is Rejected", b"{}", torn),
        ("bytes that are no text are Rejected", b"\xff\xfe\x00", torn),
    ):
        book.raises(name, Rejected, lambda b=body, h=headers: provider.parse(b, h, now))  # type: ignore[misc]


def _genuine(
    book: Notebook, provider: PaymentProvider, payment: Payment, now: datetime, sent: Signed
) -> None:
    body, headers = sent
    events = book.attempt("reads its event", lambda: list(provider.parse(body, headers, now)))
    if not events:
        book.note("reads its event", events is None, "nothing was read in it")
        return
    event = events[-1]
    book.equal("the event names the payment", payment.id, event.payment_id)
    book.equal("the event names the amount", payment.amount, event.amount)
    fetched = book.attempt("fetches it", lambda: list(provider.fetch(payment))) or []
    book.note("fetch knows the same event", _knows(fetched, event), fetched)
    book.raises("a changed body is Rejected", Rejected,
                lambda: provider.parse(body + b" ", headers, now))
    # Past 300 s, with room for the time between the signing and `now`.
    for name, shift in (("an old", 330), ("a future", -330)):
        book.raises(f"{name} timestamp is Rejected", Rejected,
                    lambda s=shift: provider.parse(body, headers, now + timedelta(seconds=s)))  # type: ignore[misc]


def _knows(events: list[PaymentEvent], event: PaymentEvent) -> bool:
    return any((e.id, e.kind, e.amount) == (event.id, event.kind, event.amount) for e in events)
