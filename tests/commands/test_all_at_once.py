"""Everybody at the same time: customers, provider, back office, staff, workers and the sweeper, in
threads, on the same few cases. Nobody waits for another in a ring, and the promises hold."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.cancel_case import cancel_case
from inthread.commands.drain_outbox import drain_outbox
from inthread.commands.look_at_payment import look_at_payment
from inthread.commands.open_checkout import open_checkout
from inthread.commands.receive_triggers import receive_triggers
from inthread.commands.record_payment_event import record_payment_event
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.commands.save_choice import save_choice
from inthread.commands.submit_action import submit_action
from inthread.commands.sweep import sweep
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER, provider
from inthread.domain.payment import PaymentKind
from inthread.queries.action import check
from inthread.spi import Form
from inthread.store import tables as t
from inthread.store.db import Database
from tests.build import (
    AVisit,
    a_coded_visit,
    a_person,
    a_runtime,
    an_asked_case,
    an_open_visit,
    carry_all,
    fakes_of,
)
from tests.clock import Clock
from tests.commands.loop import Loop
from tests.commands.truths import check_all, check_histories
from tests.races import at_once
from tests.triggers import a_trigger

ROUNDS = 10
Who = Callable[["Crowd", random.Random], None]


@dataclass
class Crowd:
    """Six invoices of two people, and on each two devices at work."""

    loop: Loop
    visits: list[AVisit]
    taking: threading.Lock


def a_crowd(db: Database) -> Crowd:
    clock = Clock()
    rt = a_runtime(db, clock=clock)
    made = [
        an_asked_case(rt=rt, person=a_person(rt=rt, reference=f"CUST-{n}"), number=f"INV-{n}")
        for n in range(6)
    ]
    visits = []
    for _ in range(2):
        visits += [a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=c)) for c in made]
        clock.tick(seconds=31)
    return Crowd(Loop(rt, fakes_of(rt), clock), visits, threading.Lock())


def acting(crowd: Crowd, dice: random.Random) -> None:
    loop, token = crowd.loop, dice.choice(crowd.visits).token
    action, form = dice.choice([
        ("pay", {"how": "all"}), ("pay", {"how": "part"}), ("pay", {"how": "part"}),
        ("promise", {"on": "2026-01-09", "how": "all"}),
    ])
    loop.tried(lambda: save_choice(
        loop.rt, actor=CUSTOMER, token=token, action=action, form=Form(form)
    ))
    seen = loop.tried(lambda: check(loop.rt, token, action))
    made = seen and loop.tried(lambda: submit_action(
        loop.rt, actor=CUSTOMER, token=token, action=action, shown=seen.chosen.digest,
        nonce=str(dice.random()),
    ))
    if made and made.kind == "payment":
        loop.tried(lambda: open_checkout(
            loop.rt, actor=CUSTOMER, token=token, payment_id=made.ref
        ))
        with crowd.taking:
            loop.happened(-1, dice.choice([PaymentKind.SUCCEEDED, PaymentKind.DECLINED]), False)
        loop.tried(lambda: look_at_payment(
            loop.rt, actor=CUSTOMER, token=token, payment_id=made.ref,
            give_up=dice.random() < 0.3,
        ))


def asking(crowd: Crowd, dice: random.Random) -> None:
    if dice.random() < 0.7:
        return
    token = dice.choice(crowd.visits).token
    crowd.loop.tried(lambda: ask_for_help(
        crowd.loop.rt, actor=CUSTOMER, token=token, reason="question", words="?"
    ))


def telling(crowd: Crowd, dice: random.Random) -> None:
    loop = crowd.loop
    with crowd.taking:
        loop.happened(dice.randrange(9), dice.choice([
            PaymentKind.SUCCEEDED, PaymentKind.SUCCEEDED, PaymentKind.REFUNDED
        ]), wrong=False)
        events = list(loop.fakes.payments.events)
    for event in dice.sample(events, min(3, len(events))):
        loop.tried(lambda e=event: record_payment_event(
            loop.rt, actor=provider("fake_pay"), provider="fake_pay", event=e
        ))


def working(crowd: Crowd, dice: random.Random) -> None:
    drain_outbox(crowd.loop.rt, actor=WORKER, most=dice.randrange(1, 4))


def sweeping(crowd: Crowd, dice: random.Random) -> None:
    crowd.loop.clock.tick(seconds=dice.choice([1, 5, 9]))
    sweep(crowd.loop.rt, actor=WORKER)


def sending(crowd: Crowd, dice: random.Random) -> None:
    """Three invoices at once, so that several cases are held together."""
    rt, numbers = crowd.loop.rt, dice.sample(range(6), 3)
    receive_triggers(rt, actor=OPERATOR, triggers=[
        a_trigger(number=f"INV-{n}", customer=f"CUST-{n}", amount=dice.choice(["184.20", "90"]),
                  person={"name": dice.choice(["Maya Okafor", "M. Okafor"])})
        for n in numbers
    ])
    if dice.random() < 0.1:
        crowd.loop.tried(lambda: cancel_case(
            rt, actor=OPERATOR, workflow="overdue_invoice", reason="paid elsewhere",
            facts={"invoice_number": f"INV-{numbers[0]}"},
        ))


def resolving(crowd: Crowd, dice: random.Random) -> None:
    rt = crowd.loop.rt
    with rt.db.read() as tx:
        items = tx.execute(
            select(t.work_items.c.id).where(t.work_items.c.resolved_at.is_(None))
        ).scalars().all()
    for item in items:
        crowd.loop.tried(lambda i=item: resolve_work_item(
            rt, actor=OPERATOR, item_id=i, result=dice.choice(["resume", "resume", "retry"])
        ))


EVERYBODY: list[Who] = [
    *[acting] * 4, asking, telling, telling, *[working] * 3, sweeping, sending, resolving,
]


@pytest.mark.parametrize("seed", range(2))
def test_everybody_at_once(db: Database, seed: int) -> None:
    crowd = a_crowd(db)
    office = crowd.loop.fakes.billing

    def thread(who: Who, dice: random.Random) -> Callable[[], None]:
        def run() -> None:
            for _ in range(ROUNDS):
                who(crowd, dice)

        return run

    at_once([
        thread(who, random.Random(seed * 100 + n)) for n, who in enumerate(EVERYBODY)
    ])
    check_all(db, office)
    for _ in range(30):
        carry_all(crowd.loop.rt, most=500)
        sweep(crowd.loop.rt, actor=WORKER)
        crowd.loop.clock.tick(minutes=3)
    check_all(db, office)
    check_histories(db)
