"""Whoever writes what, whatever gets lost, whenever: nobody is asked who may not be, and every case
keeps its owner."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Select, select

from inthread.commands.ask_for_help import REASONS, ask_for_help
from inthread.commands.cancel_case import cancel_case
from inthread.commands.drain_outbox import drain_outbox
from inthread.commands.opt_out import opt_out
from inthread.commands.record_payment_event import record_payment_event
from inthread.commands.renew_link import renew_link
from inthread.commands.resolve_reply import RESULTS, resolve_reply
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.commands.sweep import sweep
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER, provider
from inthread.domain.person import address_kind
from inthread.spi import DeliveryReceipt, DeliveryStatus
from inthread.store import tables as t
from inthread.store.db import Database
from inthread.testing.fake_office import MODES
from tests.build import AVisit, a_started_payment, a_submission, carry_all
from tests.commands.contact_loop import a_contact_loop, next_at
from tests.commands.contact_truths import check_chains
from tests.commands.contact_world import (
    CASES,
    EDGES,
    FROM,
    MEANWHILE,
    SENDS,
    SPANS,
    START,
    STARTS,
    WORDS,
)
from tests.rows import empty

WHICH = range(8)
SELDOM = [True, *[False] * 11]
HOW = ["pay", "pay", "pay later", "promise"]
RESOLVED = [*["resume"] * 4, "retry", "withdraw"]
READ = ["read", "read", "read", "read", *RESULTS]
# What happens next: the rule, how often on a long walk, and what it is given.
GIVEN = {
    "a_worker_takes_a_job": (8, {"mode": SENDS, "meanwhile": MEANWHILE, "office": MODES}),
    "a_worker_claims_and_pauses": (2, {}),
    "a_paused_worker_goes_on": (2, {"which": WHICH, "mode": SENDS, "meanwhile": MEANWHILE}),
    "time_goes_by": (5, {"seconds": SPANS, "catch_up": [True, False], "swept": [True, False]}),
    "the_clock_strikes": (4, {"edge": EDGES, "catch_up": [True, False]}),
    "somebody_writes": (5, {"origin": FROM, "words": WORDS, "answers": SELDOM, "which": WHICH}),
    "whoever_stopped_starts_again": (4, {"which": WHICH}),
    "a_reply_comes_again": (1, {"which": WHICH}),
    "a_receipt_comes": (3, {"which": WHICH, "status": list(DeliveryStatus), "marks": range(6)}),
    "a_receipt_comes_again": (1, {"which": WHICH}),
    "a_person_reads": (4, {"which": WHICH, "result": READ, "case": WHICH}),
    "a_person_resolves": (4, {"which": WHICH, "result": RESOLVED}),
    "the_source_speaks": (5, {"number": sorted(CASES), "takes_back": [True, False, False]}),
    "a_customer_comes_and_acts": (3, {"link": WHICH, "by": ["fact", "code"], "how": HOW}),
    "a_customer_asks_for_help": (1, {"link": WHICH, "reason": REASONS}),
    "a_customer_asks_for_a_link": (1, {"link": WHICH}),
    "somebody_opts_out_on_a_page": (1, {"which": WHICH, "really": SELDOM}),
}


def given(name: str) -> dict[str, st.SearchStrategy]:
    return {key: st.sampled_from(list(values)) for key, values in GIVEN[name][1].items()}


class Contact(RuleBasedStateMachine):
    db: Database

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start):
        empty(self.db)
        self.loop = a_contact_loop(self.db, start)
        self.rt, self.book = self.loop.rt, self.loop.book

    # --- the worker and the clock ------------------------------------------------------------

    @rule(**given("a_worker_takes_a_job"))
    def a_worker_takes_a_job(self, mode, meanwhile, office):
        billing = self.loop.fakes.billing
        billing.mode = office
        self.loop.faulty(lambda: drain_outbox(self.rt, actor=WORKER), mode, meanwhile)
        billing.mode = "ok"

    @rule()
    def a_worker_claims_and_pauses(self):
        self.loop.claim()

    @precondition(lambda self: self.loop.claimed)
    @rule(**given("a_paused_worker_goes_on"))
    def a_paused_worker_goes_on(self, which, mode, meanwhile):
        self.loop.faulty(lambda: self.loop.carry_claimed(which), mode, meanwhile)

    @rule(**given("time_goes_by"))
    def time_goes_by(self, seconds, catch_up, swept):
        self.loop.clock.tick(seconds=seconds)
        if swept:
            sweep(self.rt, actor=WORKER)
        if catch_up:
            carry_all(self.rt, most=300)

    @rule(**given("the_clock_strikes"))
    def the_clock_strikes(self, edge, catch_up):
        self.loop.clock.at = next_at(self.loop.clock.at, *edge)
        if catch_up:
            carry_all(self.rt, most=300)

    # --- what comes in -----------------------------------------------------------------------

    @rule(**given("somebody_writes"))
    def somebody_writes(self, origin, words, answers, which):
        left = list(self.book.left)
        answered = left[which % len(left)] if left and answers else ""
        for said in words:
            self.loop.writes(*origin, said, answered)

    @precondition(lambda self: self.book.stops)
    @rule(**given("whoever_stopped_starts_again"))
    def whoever_stopped_starts_again(self, which):
        stops = sorted(self.book.stops)
        kind, address = stops[which % len(stops)]
        self.loop.writes("email" if kind == "email" else "sms", address, START)

    @precondition(lambda self: self.loop.written)
    @rule(**given("a_reply_comes_again"))
    def a_reply_comes_again(self, which):
        assert self.loop.hears(*self.loop.written[-1 - which % len(self.loop.written)]) is None

    @precondition(lambda self: self.book.left)
    @rule(**given("a_receipt_comes"))
    def a_receipt_comes(self, which, status, marks):
        left = list(self.book.left.values())[-8:]
        message = left[which % len(left)]
        strange = marks == 5
        self.loop.told("email" if strange else message.channel, DeliveryReceipt(
            f"re-{len(self.loop.receipts)}", status, for_good=marks == 1, stopped=marks == 2,
            message_id="" if marks == 3 else "msg_unknown" if marks == 4 else message.id,
            reference=f"{message.channel}-{message.id}",
        ))

    @precondition(lambda self: self.loop.receipts)
    @rule(**given("a_receipt_comes_again"))
    def a_receipt_comes_again(self, which):
        self.loop.told(*self.loop.receipts[-1 - which % len(self.loop.receipts)])

    # --- the back office and staff -----------------------------------------------------------

    @rule(**given("a_person_reads"))
    def a_person_reads(self, which, result, case):
        r, c = t.replies.c, t.cases.c
        reply = self.pick(select(r.id, r.channel, r.address).where(r.state == "waiting"), which)
        if reply is None:
            return
        about = self.pick(select(c.id), case) if result in ("assign", "wrong_person") else None
        self.loop.clock.tick(seconds=1)
        done = self.loop.tried(lambda: resolve_reply(
            self.rt, actor=OPERATOR, reply_id=reply.id, result=result,
            case_id=about.id if about else None,
        ))
        if done and result == "stop":
            self.book.stop(address_kind(reply.channel), reply.address)

    @rule(**given("a_person_resolves"))
    def a_person_resolves(self, which, result):
        w = t.work_items.c
        item = self.pick(select(w.id).where(w.resolved_at.is_(None)), which)
        if item is not None:
            self.loop.tried(lambda: resolve_work_item(
                self.rt, actor=OPERATOR, item_id=item.id, result=result
            ))

    @rule(**given("the_source_speaks"))
    def the_source_speaks(self, number, takes_back):
        if not takes_back:
            self.loop.states(number)
            return
        workflow = CASES[number][0]
        key = "invoice_number" if workflow == "overdue_invoice" else "document_reference"
        self.loop.tried(lambda: cancel_case(
            self.rt, actor=OPERATOR, workflow=workflow, reason="done elsewhere",
            facts={key: number},
        ))

    # --- the customer ------------------------------------------------------------------------

    @precondition(lambda self: self.loop.links())
    @rule(**given("a_customer_comes_and_acts"))
    def a_customer_comes_and_acts(self, link, by, how):
        token = self.loop.come_in(link, by)
        if token is not None:
            self.loop.tried(lambda: self.act(AVisit(None, token), how))

    def act(self, visit, how):
        nonce = f"nonce-{self.loop.clock.at.timestamp():.0f}"
        if how == "promise":
            day = (self.loop.clock.at + timedelta(days=3)).date().isoformat()
            form = {"on": day, "how": "all"}
            a_submission(rt=self.rt, visit=visit, action=how, nonce=nonce, form=form)
            return
        _, payment = a_started_payment(rt=self.rt, visit=visit, nonce=nonce)
        paid = self.loop.fakes.payments
        event = paid.settle(payment)
        if how == "pay":
            record_payment_event(
                self.rt, actor=provider(paid.key), provider=paid.key, event=event
            )

    @precondition(lambda self: self.loop.links())
    @rule(**given("a_customer_asks_for_help"))
    def a_customer_asks_for_help(self, link, reason):
        self.loop.open(-1 - link)
        if self.loop.cookies:
            self.loop.tried(lambda: ask_for_help(
                self.rt, actor=CUSTOMER, token=self.loop.cookies[-1], reason=reason
            ))

    @precondition(lambda self: self.loop.links())
    @rule(**given("a_customer_asks_for_a_link"))
    def a_customer_asks_for_a_link(self, link):
        links = self.loop.links()
        token = links[-1 - link % len(links)]
        self.loop.tried(lambda: renew_link(self.rt, actor=CUSTOMER, token=token))

    @rule(**given("somebody_opts_out_on_a_page"))
    def somebody_opts_out_on_a_page(self, which, really):
        if not really:
            return
        k = t.contacts.c
        contact = self.pick(select(k.id, k.channel, k.address), which)
        self.loop.clock.tick(seconds=1)
        opt_out(self.rt, actor=CUSTOMER, contact_id=contact.id, source="page")
        self.book.stop(address_kind(contact.channel), contact.address)

    def pick(self, query: Select, which: int):
        with self.db.read() as tx:
            rows = tx.execute(query.order_by(query.selected_columns[0])).all()
        return rows[which % len(rows)] if rows else None

    @invariant()
    def the_promises_hold(self):
        if hasattr(self, "loop"):
            self.book.check()

    def teardown(self):
        check_chains(self.db)


def test_no_message_leaves_that_may_not_in_any_order(db: Database) -> None:
    most = settings.default.max_examples if db.sqlite else settings.default.max_examples // 3
    run_state_machine_as_test(
        type("ContactHere", (Contact,), {"db": db}),
        settings=settings(settings.default, max_examples=most),
    )


@pytest.mark.parametrize("seed", range(max(4, settings.default.max_examples // 8)))
def test_no_message_leaves_that_may_not_on_long_walks(db: Database, seed: int) -> None:
    """Weeks of contact: deeper than a search goes that likes short stories. The same seeds every
    time."""
    dice = random.Random(seed)
    machine = type("ContactHere", (Contact,), {"db": db})()
    machine.begin(STARTS[seed % len(STARTS)])
    names = list(GIVEN)
    weights = [often for often, _ in GIVEN.values()]
    for _ in range(100):
        [name] = dice.choices(names, weights)
        if _needs(machine, name):
            chosen = {key: dice.choice(list(v)) for key, v in GIVEN[name][1].items()}
            getattr(machine, name)(**chosen)
            machine.the_promises_hold()
    machine.teardown()


def _needs(machine: Contact, name: str) -> bool:
    """Whether there is something that the rule is about."""
    loop = machine.loop
    return bool({
        "a_paused_worker_goes_on": loop.claimed, "a_reply_comes_again": loop.written,
        "whoever_stopped_starts_again": loop.book.stops,
        "a_receipt_comes": loop.book.left, "a_receipt_comes_again": loop.receipts,
        "a_customer_comes_and_acts": loop.links(), "a_customer_asks_for_help": loop.links(),
        "a_customer_asks_for_a_link": loop.links(),
    }.get(name, True))
