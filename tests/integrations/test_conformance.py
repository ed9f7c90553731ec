"""The conformance kit: everything shipped passes it, and each broken plugin is found out."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from integrations.hosted_payments import HostedPayments
from inthread.spi import (
    Applied,
    Checkout,
    Money,
    Payment,
    PaymentEvent,
    PaymentKind,
    PaymentMode,
    Rejected,
    Writeback,
)
from inthread.testing import (
    FakeBlobs,
    FakeChannel,
    FakeOffice,
    FakePayments,
    Levers,
    a_payment,
    a_writeback,
    an_outgoing,
    check_blobs,
    check_channel,
    check_connector,
    check_payment_provider,
)
from tests.integrations.conftest import Office, now
from tests.integrations.findings import failed
from tests.sandbox.inthread_stub import Stub
from tests.sandbox.processes import KEY, SECRET

Numbers = Callable[[], int]
NOW = datetime(2026, 11, 21, 14, 3, 9, tzinfo=UTC)


def a_fake(**more: object) -> FakeOffice:
    """An office with keys, for which time passes when it is waited for."""
    return FakeOffice(lambda: NOW, forgetful=False, **more)  # type: ignore[arg-type]


def levers(office: FakeOffice) -> Levers:
    return Levers(
        busy=lambda: office.script.append("busy"), refuse=lambda: office.script.append("refuse"),
        hang=lambda: office.script.append("timeout_after"),
        effects=lambda writeback: len(office.effects_of(writeback.id)),
    )


def test_the_http_connector_conforms(office: Office, numbers: Numbers) -> None:
    first = numbers()
    for _ in range(9):
        numbers()
    pull = Levers(
        busy=lambda: office.fault("busy", times=1), refuse=lambda: office.fault("refuse", times=1),
        hang=lambda: office.fault("timeout_after", times=1, seconds=2),
        effects=lambda writeback: len(office.effects(writeback.id)),
    )
    findings = check_connector(
        office.connector(timeout=0.5), lambda n: a_writeback(first + n), levers=pull
    )
    assert failed(findings) == []
    assert "no answer is unknown" in [finding.name for finding in findings]


def test_the_hosted_payments_conform(payments_url: str, stub: Stub, numbers: Numbers) -> None:
    provider = HostedPayments(
        api_url=payments_url, origin=payments_url, api_key=KEY, secret=SECRET, brand="Alderway",
        webhook_url=f"{stub.url}/hooks", now=now, allow_loopback=True,
    )
    first = numbers()
    for _ in range(9):
        numbers()

    def pay(checkout: Checkout) -> tuple[bytes, dict[str, str]]:
        requests.post(checkout.url, data={"test_card": "works"}, timeout=5, allow_redirects=False)
        while not stub.webhooks:
            time.sleep(0.02)
        headers, body = stub.webhooks[0]
        return body, headers

    def charge(number: int) -> Payment:
        left = replace(a_payment(first + number + 4, minor=0), mode=PaymentMode.CARD)
        checkout = provider.start(left, "http://localhost:8400/return/r1")
        requests.post(checkout.url, data={"test_card": "works"}, timeout=5, allow_redirects=False)
        [event] = provider.fetch(left)
        assert event.card is not None
        return replace(
            a_payment(first + number), mode=PaymentMode.CHARGE, method=event.card.token,
            customer=checkout.customer,
        )

    findings = check_payment_provider(
        provider, lambda n: a_payment(first + n), now=now(), pay=pay, charge=charge
    )
    assert failed(findings) == []


def test_the_fakes_conform() -> None:
    office = a_fake()
    assert failed(check_connector(office, a_writeback, levers=levers(office))) == []
    assert failed(check_channel(FakeChannel(), an_outgoing)) == []
    assert failed(check_blobs(FakeBlobs())) == []
    provider = FakePayments(lambda: NOW)

    def pay(checkout: Checkout) -> tuple[bytes, dict[str, str]]:
        return provider.signed(provider.settle(checkout.reference.removeprefix("co-")))

    assert failed(
        check_payment_provider(provider, a_payment, now=NOW, pay=pay, charge=a_charge)
    ) == []


def a_charge(number: int) -> Payment:
    return replace(
        a_payment(number), mode=PaymentMode.CHARGE, method="pm_1", customer="cus_1"
    )


def test_a_provider_that_charges_twice_is_found() -> None:
    findings = check_payment_provider(
        ChargesAgain(lambda: NOW), a_payment, now=NOW, charge=a_charge
    )
    assert failed(findings) == ["charging twice is one", "fetches a charge"]


class Wrapped(FakeOffice):
    def __init__(self) -> None:
        super().__init__(lambda: NOW, forgetful=False)


class SaysYesToSilence(Wrapped):
    def apply(self, writeback: Writeback) -> Applied:
        try:
            return super().apply(writeback)
        except TimeoutError:
            return Applied("hoped for")


class TakesSilenceForNo(Wrapped):
    def apply(self, writeback: Writeback) -> Applied:
        try:
            return super().apply(writeback)
        except TimeoutError:
            raise Rejected("no answer") from None


class RetriesByItself(Wrapped):
    """Sends again at once when the other side is busy, and then says that it was busy."""

    def apply(self, writeback: Writeback) -> Applied:
        try:
            return super().apply(writeback)
        except Exception:
            super().apply(writeback)
            raise


class ShowsAnything(Wrapped):
    def read_back(self, writeback: Writeback) -> Mapping[str, object] | None:
        return dict(self.effects[-1].fields) if self.effects else None


class GivesNoReference(Wrapped):
    def apply(self, writeback: Writeback) -> Applied:
        super().apply(writeback)
        return Applied("")


@pytest.mark.parametrize(
    ("office", "found"),
    [
        (SaysYesToSilence(), ["no answer is unknown"]),
        (TakesSilenceForNo(), ["no answer is unknown"]),
        (RetriesByItself(), ["Retry means not done", "Retry means not done: effects",
                             "Rejected means not done", "Rejected means not done: effects"]),
        (ShowsAnything(), ["shows nothing for another writeback", "Retry means not done",
                           "Rejected means not done"]),
        (GivesNoReference(), ["applies", "takes the same id again"]),
        (FakeOffice(lambda: NOW), ["the same id is one effect"]),
        (FakeOffice(lambda: NOW, forgetful=False, key="Not A Key"), ["key"]),
    ],
)
def test_a_connector_that_breaks_a_promise_is_found(office: FakeOffice, found: list[str]) -> None:
    assert failed(check_connector(office, a_writeback, levers=levers(office))) == found


def test_a_connector_that_shows_nothing_is_found_after_the_promised_time() -> None:
    office, slept = a_fake(visible_after=timedelta(seconds=2.5)), []
    office.mode = "silent"
    findings = check_connector(office, a_writeback, sleep=slept.append)
    assert failed(findings) == ["shows what it wrote within visible_after", "still shows it"]
    assert slept == [1.0, 1.0, 0.5, 1.0, 1.0, 0.5]


def test_a_connector_that_breaks_is_a_finding_and_not_the_end() -> None:
    office = a_fake()
    office.mode, office.read_mode = "timeout_before", "timeout"
    findings = check_connector(office, a_writeback)
    assert "applies" in failed(findings)
    assert "raised TimeoutError: not done, and no answer came" in [f.seen for f in findings]


class TrustsAnyone(FakePayments):
    def parse(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Sequence[PaymentEvent]:
        return [PaymentEvent("e", "p", PaymentKind.SUCCEEDED, Money(1, "USD"), now, "r")]


class ChargesAgain(FakePayments):
    def charge(self, payment: Payment) -> Sequence[PaymentEvent]:
        super().charge(payment)
        return [self.settle(payment.id)]


class SendsElsewhere(FakePayments):
    numbers = itertools.count()

    def start(self, payment: Payment, return_url: str) -> Checkout:
        return replace(super().start(payment, return_url),
                       url=f"https://evil.example/{next(self.numbers)}")


class TrustsTheStart(FakePayments):
    def start(self, payment: Payment, return_url: str) -> Checkout:
        checkout = super().start(payment, return_url)
        self.settle(payment.id)
        return checkout


@pytest.mark.parametrize(
    ("provider", "found"),
    [
        (TrustsAnyone, ["an unsigned event is Rejected", "a torn signature is Rejected",
                        "bytes that are no text are Rejected"]),
        (SendsElsewhere, ["the page is at the origin", "the same payment is the same checkout"]),
        (TrustsTheStart, ["nothing is paid by starting", "closes a checkout",
                          "closing twice is one"]),
    ],
)
def test_a_provider_that_breaks_a_promise_is_found(
    provider: type[FakePayments], found: list[str]
) -> None:
    findings = check_payment_provider(provider(lambda: NOW), a_payment, now=NOW)
    assert failed(findings) == found
