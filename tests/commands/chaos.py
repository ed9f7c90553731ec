"""One payment, and all that may go wrong around it: who presses where, when the provider's events
come, how it fails, how often and in what order it tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import select

from inthread.commands.drain_outbox import drain_outbox
from inthread.commands.open_checkout import open_checkout
from inthread.commands.record_payment_event import record_payment_event
from inthread.commands.replay_writeback import replay_writeback
from inthread.commands.submit_action import submit_action
from inthread.commands.sweep import sweep
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER, provider
from inthread.domain.case import Case
from inthread.domain.refusals import ProviderDown, Refused
from inthread.runtime import Runtime
from inthread.spi import Payment, PaymentEvent, PaymentKind
from inthread.store import tables as t
from inthread.testing import FakePayments
from tests.build import (
    ALL,
    AVisit,
    Fakes,
    a_choice,
    a_coded_visit,
    an_open_visit,
    carry_all,
    fakes_of,
    the_case,
)
from tests.clock import Clock
from tests.races import at_once
from tests.rows import every_row

DEVICES = ("double_tap", "two_tabs", "two_devices", "back_button", "staff_replay")
TIMINGS = ("before", "after", "never")
FAULTS = ("ok", "timeout_before", "timeout_after", "busy", "error")
# How the office misbehaves at the same time: what it was asked may be done or not.
OFFICE = {"ok": "ok", "timeout_before": "timeout_before", "timeout_after": "timeout_after",
          "busy": "busy", "error": "late_timeout"}
# A payment is asked about at least this often, as check_payment says, and a worker comes by.
RECONCILE = timedelta(minutes=10, seconds=30)


class Unruly(FakePayments):
    """Does what `during` says once a checkout or charge is there and before anybody has the
    answer; tells of its events backwards if it likes."""

    during: Callable[[str], None] | None = None
    backwards = False

    def start(self, payment: Payment, return_url: str):  # type: ignore[no-untyped-def]
        self.meant = payment.id
        return super().start(payment, return_url)

    def charge(self, payment: Payment) -> Sequence[PaymentEvent]:
        self.meant = payment.id
        return super().charge(payment)

    def fetch(self, payment: Payment) -> Sequence[PaymentEvent]:
        heard = super().fetch(payment)
        return list(reversed(heard)) if self.backwards else heard

    def _answer(self) -> None:
        during, self.during = self.during, None
        if during is not None:
            during(self.meant)
        super()._answer()


def unruly(rt: Runtime) -> Runtime:
    pay = Unruly(rt.now)
    return replace(rt, registry=replace(rt.registry, payments={pay.key: pay}))


@dataclass
class Chaos:
    rt: Runtime
    clock: Clock
    device: str
    timing: str
    fault: str
    copies: int
    backwards: bool
    payments: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fakes: Fakes = fakes_of(self.rt)
        self.pay: Unruly = self.fakes.payments  # type: ignore[assignment]
        self.pay.backwards = self.backwards

    # --- the customer ------------------------------------------------------------------------

    def tried(self, work: Callable[[], object]) -> object:
        """None when a rule said no, or the provider gave no page. Whatever else is a fault."""
        try:
            return work()
        except Refused:
            return None

    def press(self, visit: AVisit, shown: str, nonce: str) -> None:
        """The button on the check page, and on to the provider."""
        made = submit_action(
            self.rt, actor=CUSTOMER, token=visit.token, action="pay", nonce=nonce, shown=shown
        )
        self.payments.append(made.ref)
        open_checkout(self.rt, actor=CUSTOMER, token=visit.token, payment_id=made.ref)

    def presses(self, visit: AVisit, shown: str) -> None:
        once, again = "nonce-1", "nonce-2"
        if self.device == "double_tap":
            works = [lambda: self.press(visit, shown, once)] * 2
        elif self.device == "two_tabs":
            works = [lambda: self.press(visit, shown, once),
                     lambda: self.press(visit, shown, again)]
        elif self.device == "two_devices":
            self.clock.tick(minutes=1)
            other = a_coded_visit(rt=self.rt, visit=an_open_visit(rt=self.rt, case=visit.case))
            works = [lambda: self.press(visit, shown, once),
                     lambda: self.press(other, shown, again)]
        else:
            works = [lambda: self.press(visit, shown, once)]
        at_once(works)

    def go_back(self, visit: AVisit, shown: str) -> None:
        """Back, and all the buttons again: the old page, a page opened anew, the payment page."""
        for nonce in ("nonce-1", "nonce-3"):
            self.tried(lambda n=nonce: self.press(visit, shown, n))
        self.tried(lambda: open_checkout(
            self.rt, actor=CUSTOMER, token=visit.token, payment_id=self.payments[0]
        ))

    def pays_wherever_asked(self) -> None:
        """At every checkout there is, after a card that was declined."""
        for payment_id in list(self.pay.checkouts):
            self.pays(payment_id)

    def pays(self, payment_id: str) -> None:
        kinds = {e.kind for e in self.pay.events if e.payment_id == payment_id}
        if kinds & {PaymentKind.SUCCEEDED, PaymentKind.CLOSED}:
            return
        self.pay.settle(payment_id, PaymentKind.DECLINED)
        self.clock.tick(seconds=1)
        self.pay.settle(payment_id, PaymentKind.SUCCEEDED)

    # --- the provider ------------------------------------------------------------------------

    def tells(self) -> None:
        """Each event, so many times, signed and read as it would be."""
        heard = [e for e in self.pay.events if e.payment_id not in self.untold()]
        for event in reversed(heard) if self.backwards else heard:
            for _ in range(self.copies):
                body, headers = self.pay.signed(event)
                for read in self.pay.parse(body, headers, self.rt.now()):
                    record_payment_event(
                        self.rt, actor=provider(self.pay.key), provider=self.pay.key, event=read
                    )

    def untold(self) -> set[str]:
        known = {row["id"] for row in every_row(self.rt.db)["payments"]}
        return {e.payment_id for e in self.pay.events} - known

    def pays_and_is_told(self, payment_id: str) -> None:
        """While our own call is still under way."""
        self.pays(payment_id)
        self.tells()

    # --- staff and the worker ----------------------------------------------------------------

    def replay(self) -> None:
        """A day later somebody has everything again: events, writes, the sweep."""
        self.clock.tick(days=1)
        self.tells()
        for row in every_row(self.rt.db)["writebacks"]:
            self.tried(lambda w=row["id"]: replay_writeback(
                self.rt, actor=OPERATOR, writeback_id=w
            ))
        sweep(self.rt, actor=WORKER)
        carry_all(self.rt, most=200)

    def works(self, minutes: int = 10) -> None:
        """A worker comes by every half minute; nothing is unsure for longer than it may be."""
        for _ in range(minutes * 2):
            self.clock.tick(seconds=30)
            while drain_outbox(self.rt, actor=WORKER):
                pass
            self.nothing_unsure_for_long()

    def nothing_unsure_for_long(self) -> None:
        now, p, o = self.rt.now(), t.payments.c, t.outbox.c
        with self.rt.db.read() as tx:
            unsure = tx.execute(
                select(p.id, p.started_at).where(p.state.in_(("started", "unknown")))
            ).all()
            jobs = tx.execute(select(o.kind, o.due_at, o.done_at)).all() if unsure else []
        for payment in unsure:
            asked = [j for j in jobs if j.kind in ("payment", "charge")]
            last = max([payment.started_at, *(j.done_at for j in asked if j.done_at)])
            assert now - last <= RECONCILE, "nobody asked the provider"
            soonest = min(j.due_at for j in asked if j.done_at is None)
            assert soonest - now <= RECONCILE, "nobody will ask"

    # --- all of it ---------------------------------------------------------------------------

    def run(self) -> Case:
        visit = a_coded_visit(rt=self.rt)
        carry_all(self.rt, kinds=("code",))
        shown = a_choice(rt=self.rt, visit=visit, action="pay", form=ALL)
        self.pay.mode = self.fault
        if self.timing == "before":
            self.pay.during = self.pays_and_is_told
        self.presses(visit, shown)
        self.pay.mode = "ok"
        if self.device == "back_button":
            self.go_back(visit, shown)
        self.tries_again(visit)
        if self.timing != "before":
            self.pays_wherever_asked()
        self.fakes.billing.script.append(OFFICE[self.fault])
        if self.timing == "after":
            self.tells()
        if self.device == "back_button":
            self.go_back(visit, shown)
        self.works()
        if self.device == "staff_replay":
            self.replay()
        return the_case(self.rt, visit.case.id)

    def tries_again(self, visit: AVisit) -> None:
        """The provider gave no page: the customer asks for it once more, which does no harm."""
        for payment_id in dict.fromkeys(self.payments):
            try:
                open_checkout(self.rt, actor=CUSTOMER, token=visit.token, payment_id=payment_id)
            except ProviderDown:
                raise
            except Refused:
                continue
