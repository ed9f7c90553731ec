"""The closed loop in one place: three invoices of two people, and all that can happen to them.

`Loop` is what the property machine plays with; it keeps what a person outside would know (links and
codes from the messages, cookies, what the provider did) and never looks into the database for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from inthread.commands.answer_fact import answer_fact
from inthread.commands.drain_outbox import drain_outbox
from inthread.commands.open_link import open_link
from inthread.commands.receive_triggers import receive_triggers
from inthread.commands.send_code import send_code
from inthread.commands.verify_code import Verified, verify_code
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.payment import PaymentEvent, PaymentKind
from inthread.domain.refusals import Refused
from inthread.runtime import Runtime
from inthread.spi import Invalid, Outgoing, Sent
from inthread.store.db import Database
from inthread.testing import Died, FakeChannel
from tests.build import PHONE, Fakes, a_runtime, carry_all, fakes_of
from tests.clock import Clock
from tests.commands.truths import check_leaving

LINK = re.compile(r"/l/(\S{46})")
CODE = re.compile(r"#(\d{6})$")
INVOICES = {
    "INV-1": ("184.20", "CUST-1"), "INV-2": ("950.00", "CUST-2"), "INV-3": ("75.00", "CUST-1"),
}
PHONES = {"CUST-1": PHONE, "CUST-2": "+15550100483"}


@dataclass
class Loop:
    rt: Runtime
    fakes: Fakes
    clock: Clock
    cookies: list[str] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)
    payments: list[str] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)

    def tried(self, work: Callable[[], Any]) -> Any:
        """What it came to; None when a rule said no. Whatever else is raised is a fault."""
        try:
            return work()
        except (Refused, Invalid):
            return None

    def links(self) -> list[str]:
        sent = [*self.fakes.sms.sent, *self.fakes.email.sent]
        return [found.group(1) for m in sent if (found := LINK.search(m.body))]

    def heard_codes(self) -> list[str]:
        return [found.group(1) for m in self.fakes.sms.sent if (found := CODE.search(m.body))]

    def open(self, which: int) -> None:
        links = self.links()
        token = links[which % len(links)]
        opened = self.tried(lambda: open_link(self.rt, actor=CUSTOMER, token=token))
        if opened:
            self.cookies.append(opened.token)

    def come_in(self, which: int, by: str) -> str | None:
        """Through a link that somebody holds, confirmed by the code on their phone or the fact they
        know, or else the other way: the cookie, or None when rules said no."""
        before = len(self.cookies)
        self.open(-1 - which)
        if len(self.cookies) == before:
            return None
        token = self.cookies[-1]
        first, second = (self._by_code, self._by_fact)[:: 1 if by == "code" else -1]
        passed = self.tried(lambda: first(token)) or self.tried(lambda: second(token))
        if passed is None:
            return None
        self.cookies.append(passed.token)
        self.signed.append(passed.token)
        return self.signed[-1]

    def _by_fact(self, token: str) -> Verified:
        return answer_fact(self.rt, actor=CUSTOMER, token=token, answer="10001")

    def _by_code(self, token: str) -> Verified:
        send_code(self.rt, actor=CUSTOMER, token=token)
        carry_all(self.rt, kinds=("code",))
        code = (self.heard_codes() or ["000000"])[-1]
        return verify_code(self.rt, actor=CUSTOMER, token=token, code=code)

    def cookie(self, which: int) -> str:
        """One of the newest: the old ones are mostly dead. Most have shown who they are."""
        some = self.signed if self.signed and which % 3 else self.cookies
        return some[-1 - which % min(3, len(some))]

    def send(self, number: str, amount: str | None = None) -> None:
        usual, reference = INVOICES[number]
        trigger = {
            "workflow": "overdue_invoice",
            "facts": {"invoice_number": number, "amount_due": amount or usual,
                      "due_date": "2025-12-20", "postcode": "10001"},
            "person": {"reference": reference, "name": "Maya Okafor", "zone": "America/New_York",
                       "contacts": [{"channel": "sms", "address": PHONES[reference]},
                                    {"channel": "email", "address": "maya@example.com"}]},
        }
        [answer] = receive_triggers(self.rt, actor=OPERATOR, triggers=[trigger])
        assert answer.problems == ()

    def happened(self, which: int, kind: PaymentKind, wrong: bool) -> PaymentEvent | None:
        """At the provider. It takes the money of a checkout once, and gives back what it took."""
        if not self.fakes.payments.checkouts:
            return None
        ids = list(self.fakes.payments.checkouts)
        payment = self.fakes.payments.checkouts[ids[which % len(ids)]]
        if not may_happen(kind, [e.kind for e in self.fakes.payments.fetch(payment)]):
            return None
        amount = replace(payment.amount, minor=payment.amount.minor + 1) if wrong else None
        return self.fakes.payments.settle(payment.id, kind, amount)

    def work(self, office: str, reading: str, channel: str) -> None:
        """One step of a worker, with these faults; it may die on the way."""
        billing = self.fakes.billing
        billing.mode, billing.read_mode, self.fakes.sms.mode = office, reading, channel

        def another_steps_in() -> None:
            self.clock.tick(seconds=61)
            billing.mode = "ok"
            drain_outbox(self.rt, actor=WORKER)

        billing.during = another_steps_in
        try:
            drain_outbox(self.rt, actor=WORKER)
        except Died:
            pass
        finally:
            billing.mode, billing.read_mode, self.fakes.sms.mode = "ok", "ok", "ok"


def may_happen(kind: PaymentKind, before: list[PaymentKind]) -> bool:
    """Money sets out once, moves once and goes back once; a dispute is about money that moved, one
    at a time."""
    took, over = PaymentKind.SUCCEEDED in before, PaymentKind.CLOSED in before
    ended = before.count(PaymentKind.DISPUTE_WON) + before.count(PaymentKind.DISPUTE_LOST)
    disputed = before.count(PaymentKind.DISPUTED) > ended
    return {
        PaymentKind.PROCESSING: not (took or over or kind in before),
        PaymentKind.SUCCEEDED: not took,
        PaymentKind.DECLINED: True,
        PaymentKind.CLOSED: not over,
        PaymentKind.REFUNDED: took and kind not in before,
        PaymentKind.DISPUTED: took and not disputed,
        PaymentKind.DISPUTE_WON: disputed,
        PaymentKind.DISPUTE_LOST: disputed,
    }[kind]


@contextmanager
def heard_by_the_test() -> Iterator[None]:
    """Inside a call of a plugin: whatever is raised ends the test. The product would take it for a
    fault of the plugin and go on."""
    try:
        yield
    except Exception as fault:  # noqa: BLE001 - the product must not see it
        pytest.fail(f"{type(fault).__name__}: {fault}")


class Watched(FakeChannel):
    """A channel that asks, for every message that arrives, whether it may."""

    def __init__(self, key: str, db: Database, clock: Clock) -> None:
        super().__init__(key)
        self.db, self.clock = db, clock

    def send(self, message: Outgoing) -> Sent:
        with heard_by_the_test():
            self.db.assert_closed()
            check_leaving(self.db, message.id, self.clock())
        return super().send(message)


def a_loop(db: Database) -> Loop:
    """All three open, two asked about, their customers at work on them."""
    clock = Clock()
    rt = a_runtime(db, clock=clock)
    watched = {key: Watched(key, db, clock) for key in ("sms", "email", "whatsapp")}
    rt = replace(rt, registry=replace(rt.registry, providers=watched))
    loop = Loop(rt, fakes_of(rt), clock)
    for number in INVOICES:
        loop.send(number)
    carry_all(rt)
    loop.come_in(0, "code")
    loop.come_in(1, "code")
    return loop


SECONDS = (1, 20, 30, 61, 61, 130, 300, 3600, 4 * 3600 + 400, 86400, 3 * 86400)
