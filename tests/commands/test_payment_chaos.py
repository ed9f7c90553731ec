"""Two of anything pay once (A43, A44, A45, A60): one capture, one posting, one receipt."""

from __future__ import annotations

import itertools

import pytest

from inthread.domain.case import CaseState
from inthread.domain.payment import PaymentKind
from inthread.runtime import Runtime
from tests.build import a_runtime, carry_all, fakes_of
from tests.clock import Clock
from tests.commands.chaos import DEVICES, FAULTS, OFFICE, TIMINGS, Chaos, unruly
from tests.commands.later import AMOUNT, a_set_day, hasten
from tests.commands.truths import check_all, check_histories
from tests.look import money_of
from tests.rows import every_row

# Every device at every time with every fault; how often and in what order it is told takes turns,
# so that both meet every device, time and fault.
TABLE = [
    (device, timing, fault, 1 + n % 2, bool(n // 2 % 2))
    for n, (device, timing, fault) in enumerate(itertools.product(DEVICES, TIMINGS, FAULTS))
]


@pytest.fixture
def rt(db, clock: Clock) -> Runtime:  # type: ignore[no-untyped-def]
    return unruly(a_runtime(db, clock=clock))


def test_the_table_is_whole() -> None:
    assert len(TABLE) == 75
    for column in range(3):
        for value in {row[column] for row in TABLE}:
            met = {(row[3], row[4]) for row in TABLE if row[column] == value}
            assert met == {(1, False), (1, True), (2, False), (2, True)}, value


@pytest.mark.parametrize(("device", "timing", "fault", "copies", "backwards"), TABLE)
def test_a43_a44_whatever_happens_it_is_paid_once(
    rt: Runtime, clock: Clock, device: str, timing: str, fault: str, copies: int, backwards: bool
) -> None:
    chaos = Chaos(rt, clock, device, timing, fault, copies, backwards)
    case = chaos.run()
    took = [e for e in chaos.pay.events if e.kind is PaymentKind.SUCCEEDED]
    assert [e.amount.minor for e in took] == [184_20], "one capture"
    assert [e.fields["amount_minor"] for e in chaos.fakes.billing.effects] == [184_20], "one post"
    receipts = [m for m in chaos.fakes.sms.sent if "done, thank you" in m.body]
    assert len(receipts) == 1, "one receipt"
    assert money_of(rt, case) == (CaseState.CLOSED, 184_20, 0)
    rows = every_row(rt.db)
    assert len(rows["outcomes"]) == 1
    assert {p["state"] for p in rows["payments"]} == {"succeeded"}
    assert {w["state"] for w in rows["writebacks"]} == {"proved"}
    assert rows["work_items"] == []
    check_all(rt.db, chaos.fakes.billing)
    check_histories(rt.db)


@pytest.mark.parametrize(("timing", "fault", "copies"), list(
    itertools.product(TIMINGS, FAULTS, (1, 3))
))
def test_a43_a_debit_on_its_day_is_taken_once(
    rt: Runtime, clock: Clock, timing: str, fault: str, copies: int
) -> None:
    """Nobody is present; the provider's answer, its events and our own question race."""
    visit, fakes = a_set_day(rt=rt), fakes_of(rt)
    chaos = Chaos(rt, clock, "nobody", timing, fault, copies, copies == 3)
    chaos.pay.mode = fault
    if timing == "before":
        chaos.pay.during = lambda _: chaos.tells()
    hasten(rt)
    carry_all(rt, kinds=("charge",))
    chaos.pay.mode = "ok"
    fakes.billing.script.append(OFFICE[fault])
    if timing == "after":
        chaos.tells()
    chaos.works()
    charges = [e for e in chaos.pay.events if e.kind is PaymentKind.SUCCEEDED and e.card is None]
    assert [e.amount.minor for e in charges] == [AMOUNT]
    assert [e.fields["amount_minor"] for e in fakes.billing.effects] == [AMOUNT]
    assert len([m for m in fakes.sms.sent if "done, thank you" in m.body]) == 1
    assert money_of(rt, visit.case) == (CaseState.OPEN, AMOUNT, 184_20 - AMOUNT)
    assert every_row(rt.db)["work_items"] == []
    check_all(rt.db, fakes.billing)
    check_histories(rt.db)
