"""Whatever happens, in whatever order, as often as it likes: the promises hold after every step."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from inthread.commands.answer_fact import answer_fact
from inthread.commands.ask_for_help import REASONS, ask_for_help
from inthread.commands.cancel_case import cancel_case
from inthread.commands.cancel_scheduled import cancel_scheduled
from inthread.commands.leave_visit import leave_visit
from inthread.commands.look_at_payment import look_at_payment
from inthread.commands.open_checkout import open_checkout
from inthread.commands.pause_case import pause_case
from inthread.commands.record_payment_event import record_payment_event
from inthread.commands.renew_link import renew_link
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.commands.resume_case import resume_case
from inthread.commands.save_choice import save_choice
from inthread.commands.send_code import send_code
from inthread.commands.submit_action import submit_action
from inthread.commands.sweep import sweep
from inthread.commands.verify_code import verify_code
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER, provider
from inthread.domain.payment import PaymentKind
from inthread.queries.action import check
from inthread.spi import Form
from inthread.store import tables as t
from inthread.store.db import Database
from inthread.testing.fake_office import MODES, READ_MODES
from tests.build import carry_all
from tests.commands.loop import INVOICES, SECONDS, a_loop
from tests.commands.truths import check_all, check_histories
from tests.rows import empty

WHICH = st.integers(0, 5)
FORMS = {
    "pay": [{"how": "all"}, {"how": "part"}, {"how": "other", "amount": "50.00"},
            {"how": "other", "amount": "0"}, {"how": "part", "when": "later", "on": "2026-01-07"},
            {"how": "all", "when": "later", "on": "2026-01-12"}],
    "promise": [{"on": "2026-01-09", "how": "all"}],
    "plan": [{"option": "monthly-3"}, {"option": "weekly-2"}],
}
FUMBLES = [
    "give_a_wrong_code", "ask_for_a_code", "give_a_wrong_fact", "submit_what_was_shown_before",
    "leave", "ask_for_a_new_link",
]
ACTIONS = st.sampled_from(["pay", "pay", "pay", "pay", "promise", "plan"])
CHANNEL = ["ok", "ok", "busy", "refuse", "timeout_before", "timeout_after"]
KINDS = [*[PaymentKind.SUCCEEDED] * 6, *PaymentKind]
SELDOM = st.sampled_from([True, False, False, False, False, False, False, False])


class ClosedLoop(RuleBasedStateMachine):
    db: Database

    def __init__(self) -> None:
        super().__init__()
        empty(self.db)
        self.loop = a_loop(self.db)
        self.rt = self.loop.rt

    # --- the customer ------------------------------------------------------------------------

    @rule(link=WHICH, by=st.sampled_from(["code", "fact"]), action=ACTIONS, form=WHICH,
          nonce=st.integers(0, 30))
    def come_in_and_act(self, link, by, action, form, nonce):
        token = self.loop.come_in(link, by)
        if token is not None:
            self.act(token, action, form, f"nonce-{nonce}")

    @rule(which=WHICH, action=ACTIONS, form=WHICH, nonce=st.integers(0, 30))
    def act_where_one_is(self, which, action, form, nonce):
        self.act(self.loop.cookie(which), action, form, f"nonce-{nonce}")

    @rule(which=WHICH, what=st.sampled_from(FUMBLES), nonce=st.integers(0, 3))
    def fumble(self, which, what, nonce):
        getattr(self, what)(self.loop.cookie(which), which, f"nonce-{nonce}")

    def give_a_wrong_code(self, token, which, _nonce):
        typed = ["000000", "111111", *self.loop.heard_codes()[:1]][which % 3 - 1]
        self.loop.tried(lambda: verify_code(self.rt, actor=CUSTOMER, token=token, code=typed))

    def ask_for_a_code(self, token, _which, _nonce):
        self.loop.tried(lambda: send_code(self.rt, actor=CUSTOMER, token=token))

    def give_a_wrong_fact(self, token, _which, _nonce):
        self.loop.tried(lambda: answer_fact(self.rt, actor=CUSTOMER, token=token, answer="9"))

    def submit_what_was_shown_before(self, token, which, nonce):
        action = ["pay", "promise", "plan"][which % 3]
        self.submit_what_was_shown(token, action, self.loop.digests.get(action), nonce)

    def leave(self, token, which, _nonce):
        leave_visit(self.rt, actor=CUSTOMER, token=token)

    def ask_for_a_new_link(self, _token, which, _nonce):
        links = self.loop.links()
        token = links[which % len(links)]
        self.loop.tried(lambda: renew_link(self.rt, actor=CUSTOMER, token=token))

    def act(self, token, action, form, nonce):
        """Choose, look at the check page, submit; for a payment, go to the provider's page."""
        forms = FORMS[action]
        self.loop.tried(lambda: save_choice(
            self.rt, actor=CUSTOMER, token=token, action=action, form=Form(forms[form % len(forms)])
        ))
        seen = self.loop.tried(lambda: check(self.rt, token, action))
        shown = seen.chosen.digest if seen else self.loop.digests.get(action)
        self.submit_what_was_shown(token, action, shown, nonce)

    def submit_what_was_shown(self, token, action, shown, nonce):
        self.loop.digests[action] = shown
        done = self.loop.tried(lambda: submit_action(
            self.rt, actor=CUSTOMER, token=token, action=action, nonce=nonce, shown=shown
        ))
        if done and done.kind == "payment":
            self.loop.payments.append(done.ref)
            self.loop.tried(lambda: open_checkout(
                self.rt, actor=CUSTOMER, token=token, payment_id=done.ref
            ))

    @precondition(lambda self: self.loop.payments)
    @rule(which=WHICH, payment=WHICH, give_up=st.booleans())
    def look_at_a_payment(self, which, payment, give_up):
        token = self.loop.cookie(which)
        ref = self.loop.payments[payment % len(self.loop.payments)]
        self.loop.tried(lambda: look_at_payment(
            self.rt, actor=CUSTOMER, token=token, payment_id=ref, give_up=give_up
        ))

    @rule(which=WHICH, really=SELDOM)
    def call_off_what_is_set(self, which, really):
        if really:
            token = self.loop.cookie(which)
            self.loop.tried(lambda: cancel_scheduled(self.rt, actor=CUSTOMER, token=token))

    @rule(which=WHICH, reason=st.sampled_from(REASONS), really=SELDOM)
    def ask_for_help(self, which, reason, really):
        if not really:
            return
        token = self.loop.cookie(which)
        self.loop.tried(lambda: ask_for_help(
            self.rt, actor=CUSTOMER, token=token, reason=reason, words="it is not right"
        ))

    # --- the provider ------------------------------------------------------------------------

    @rule(which=WHICH, kind=st.sampled_from(KINDS), wrong=SELDOM, told=st.booleans())
    def something_happens_at_the_provider(self, which, kind, wrong, told):
        event = self.loop.happened(-1 - which // 3, kind, wrong)
        events = self.loop.fakes.payments.events
        if event and told:
            self.tell(event)
        elif events:
            self.tell(events[which % len(events)])

    def tell(self, event):
        key = self.loop.fakes.payments.key
        self.loop.tried(lambda: record_payment_event(
            self.rt, actor=provider(key), provider=key, event=event
        ))

    # --- the back office and staff -----------------------------------------------------------

    @rule(number=st.sampled_from(sorted(INVOICES)), takes_back=SELDOM,
          amount=st.sampled_from([None, None, "75.00", "320.00"]))
    def the_source_speaks(self, number, takes_back, amount):
        if not takes_back:
            self.loop.send(number, amount)
            return
        self.loop.tried(lambda: cancel_case(
            self.rt, actor=OPERATOR, workflow="overdue_invoice", reason="paid elsewhere",
            facts={"invoice_number": number},
        ))

    @rule(which=WHICH, result=st.sampled_from(["resume", "resume", "retry", "withdraw"]))
    def a_person_resolves(self, which, result):
        with self.db.read() as tx:
            items = tx.execute(
                select(t.work_items.c.id).where(t.work_items.c.resolved_at.is_(None))
                .order_by(t.work_items.c.id)
            ).scalars().all()
        if items:
            self.loop.tried(lambda: resolve_work_item(
                self.rt, actor=OPERATOR, item_id=items[which % len(items)], result=result
            ))

    @rule(which=WHICH, days=st.sampled_from([1, 2, 9]), early=st.booleans())
    def a_person_pauses(self, which, days, early):
        with self.db.read() as tx:
            ids = tx.execute(select(t.cases.c.id).order_by(t.cases.c.id)).scalars().all()
        if not ids:
            return
        case_id, until = ids[which % len(ids)], self.rt.now() + timedelta(days=days)
        self.loop.tried(
            (lambda: resume_case(self.rt, actor=OPERATOR, case_id=case_id)) if early else
            (lambda: pause_case(self.rt, actor=OPERATOR, case_id=case_id, until=until,
                                reason="ill"))
        )

    # --- the worker and the clock ------------------------------------------------------------

    @rule(office=st.sampled_from(MODES), reading=st.sampled_from(["ok", *READ_MODES]),
          channel=st.sampled_from(CHANNEL))
    def a_worker_takes_a_step(self, office, reading, channel):
        self.loop.work(office, reading, channel)

    @rule(seconds=st.sampled_from(SECONDS), catch_up=st.booleans(), swept=st.booleans())
    def time_goes_by(self, seconds, catch_up, swept):
        self.loop.clock.tick(seconds=seconds)
        if swept:
            sweep(self.rt, actor=WORKER)
        if catch_up:
            carry_all(self.rt, most=200)

    @invariant()
    def the_promises_hold(self):
        check_all(self.db, self.loop.fakes.billing)

    def teardown(self):
        check_histories(self.db)


def test_the_promises_hold_in_every_order(db: Database) -> None:
    most = settings.default.max_examples if db.sqlite else settings.default.max_examples // 3
    run_state_machine_as_test(
        type("ClosedLoopHere", (ClosedLoop,), {"db": db}),
        settings=settings(settings.default, max_examples=most),
    )


# What a long walk does next: the rule, how often, and what it is given.
WALK = {
    "come_in_and_act": (6, {
        "link": range(6), "by": ["code", "fact"], "action": ["pay"] * 5 + ["promise", "plan"],
        "form": range(6), "nonce": range(31),
    }),
    "act_where_one_is": (2, {
        "which": range(6), "action": ["pay"] * 5 + ["promise", "plan"], "form": range(6),
        "nonce": range(31),
    }),
    "fumble": (1, {"which": range(6), "what": FUMBLES, "nonce": range(4)}),
    "look_at_a_payment": (2, {
        "which": range(6), "payment": range(6), "give_up": [True, False, False]
    }),
    "call_off_what_is_set": (1, {"which": range(6), "really": [True, False]}),
    "ask_for_help": (2, {
        "which": range(6), "reason": REASONS[:2] + REASONS[3:], "really": [True, False, False]
    }),
    "something_happens_at_the_provider": (6, {
        "which": range(6), "kind": KINDS, "wrong": [True] + [False] * 11, "told": [True, False]
    }),
    "the_source_speaks": (2, {
        "number": sorted(INVOICES), "takes_back": [True] + [False] * 7,
        "amount": [None, None, "75.00", "320.00"],
    }),
    "a_person_resolves": (3, {
        "which": range(6), "result": ["resume", "resume", "retry", "withdraw"]
    }),
    "a_person_pauses": (1, {"which": range(6), "days": [1, 2, 9], "early": [True, False]}),
    "a_worker_takes_a_step": (6, {
        "office": MODES, "reading": ["ok", *READ_MODES], "channel": CHANNEL
    }),
    "time_goes_by": (6, {
        "seconds": SECONDS, "catch_up": [True, False], "swept": [True, False]
    }),
}


@pytest.mark.parametrize("seed", range(max(2, settings.default.max_examples // 12)))
def test_the_promises_hold_on_long_walks(db: Database, seed: int) -> None:
    """Two hundred steps each: deeper than a search goes that likes short stories. The same seeds
    every time; a new invoice is sent whenever the old ones have ended."""
    dice = random.Random(seed)
    machine = type("ClosedLoopHere", (ClosedLoop,), {"db": db})()
    names = list(WALK)
    weights = [WALK[name][0] for name in names]
    for _ in range(200):
        [name] = dice.choices(names, weights)
        if name == "look_at_a_payment" and not machine.loop.payments:
            continue
        given = {key: dice.choice(list(values)) for key, values in WALK[name][1].items()}
        getattr(machine, name)(**given)
        machine.the_promises_hold()
    machine.teardown()
