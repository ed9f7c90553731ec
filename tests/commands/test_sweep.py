"""What could be stuck gets its next step again, once, and nobody is stepped upon."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.drain_outbox import claim_jobs
from inthread.commands.open_link import open_link
from inthread.commands.sweep import sweep
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.refusals import Forbidden, LinkGone
from inthread.queries.visit import bare_visit
from inthread.runtime import Runtime
from inthread.store import cases
from inthread.store import tables as t
from tests.build import (
    Fakes,
    a_case,
    a_coded_visit,
    a_person,
    a_started_payment,
    a_submission,
    an_asked_case,
    an_open_visit,
    carry_all,
    link_token,
    the_case,
)
from tests.clock import Clock
from tests.look import events_of, item_of, state_of, waiting_for
from tests.races import at_once
from tests.rows import every_row, nothing_written


def go(rt: Runtime) -> int:
    return sweep(rt, actor=WORKER)


def nothing_to_do(rt: Runtime) -> None:
    with nothing_written(rt.db):
        assert go(rt) == 0


def lose_jobs(rt: Runtime, case: Case, kind: str) -> None:
    """As when a database was restored: the case waits for a job that is not there."""
    with rt.db.begin() as tx:
        tx.execute(t.outbox.delete().where(t.outbox.c.case_id == case.id, t.outbox.c.kind == kind))


def another(rt: Runtime, number: str) -> Case:
    return a_case(rt=rt, number=number, person=a_person(rt=rt, reference=f"CUST-{number}"))


# --- an open case ----------------------------------------------------------------------------


def test_open_without_its_job(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    case = a_case(rt=rt)
    lose_jobs(rt, case, "contact")
    clock.tick(minutes=5)
    nothing_to_do(rt)  # not late for more than the grace
    clock.tick(seconds=1)
    with nothing_written(rt.db, but=("outbox",)):
        assert go(rt) == 1
    assert waiting_for(rt, case) == [("contact", clock.at)]
    nothing_to_do(rt)
    carry_all(rt)
    assert len(fakes.sms.sent) == 1


def test_open_with_its_job_is_left_to_the_worker(rt: Runtime, clock: Clock) -> None:
    """However late the worker is, and whether it holds the job just now or not."""
    a_case(rt=rt)
    clock.tick(hours=3)
    nothing_to_do(rt)
    assert len(claim_jobs(rt, actor=WORKER)) == 1
    nothing_to_do(rt)


# --- a payment on its way --------------------------------------------------------------------


def test_pending_without_its_job_looks_again(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    visit, payment = a_started_payment(rt=rt)
    lose_jobs(rt, visit.case, "payment")
    clock.tick(minutes=6)
    with nothing_written(rt.db, but=("outbox",)):
        assert go(rt) == 1
    assert waiting_for(rt, visit.case)[-1] == ("payment", clock.at)
    assert every_row(rt.db)["outbox"][-1]["ref"] == payment
    nothing_to_do(rt)


def test_pending_without_a_payment_becomes_work(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    with rt.db.begin() as tx:
        held = cases.lock(tx, case.id)
        cases.save(tx, held, held.await_payment(NextStep("payment", "fake_pay", clock.at)))
    clock.tick(minutes=5, seconds=1)
    assert go(rt) == 1
    item = item_of(rt, case)
    assert (state_of(rt, case), item.reason, item.queue, item.packet["why"]) == (
        CaseState.EXCEPTION, "payment_unclear", "billing_operations",
        "waits for a payment that is not there",
    )
    clock.tick(days=10)
    nothing_to_do(rt)


# --- a proof that is late --------------------------------------------------------------------


def a_late_proof(rt: Runtime, clock: Clock, fakes: Fakes) -> Case:
    """The office took it and does not show it; its four hours are over."""
    visit = a_coded_visit(rt=rt)
    fakes.billing.mode, fakes.billing.lateness = "late", timedelta(hours=4, minutes=30)
    a_submission(rt=rt, visit=visit)
    while clock.at < the_due(rt, visit.case) + timedelta(minutes=5):
        carry_all(rt)
        clock.tick(minutes=1)
    return visit.case


def the_due(rt: Runtime, case: Case) -> datetime:
    step = the_case(rt, case.id).next
    assert step is not None
    return step.due


def test_a_late_proof_is_looked_at_while_the_worker_goes_on(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    """And when the proof comes it closes the case and answers the person's item."""
    case = a_late_proof(rt, clock, fakes)
    nothing_to_do(rt)
    clock.tick(seconds=1)
    [job] = [due for kind, due in waiting_for(rt, case) if kind == "writeback"]
    assert go(rt) == 1
    item = item_of(rt, case)
    assert (state_of(rt, case), item.reason, item.packet["why"]) == (
        CaseState.EXCEPTION, "writeback_failed", "not proved in time"
    )
    assert [due for kind, due in waiting_for(rt, case) if kind == "writeback"] == [job]
    nothing_to_do(rt)
    for _ in range(100):  # it looks for the eighth time after seven hours and three quarters
        carry_all(rt)
        clock.tick(minutes=5)
    [resolved] = every_row(rt.db)["work_items"]
    assert (state_of(rt, case), resolved["resolution"]) == (CaseState.CLOSED, "proved_later")
    assert (len(fakes.billing.calls), len(fakes.billing.effects)) == (1, 1)


def test_a_late_proof_whose_job_was_lost(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    lose_jobs(rt, visit.case, "writeback")
    clock.tick(hours=4, minutes=6)
    assert go(rt) == 1
    assert [kind for kind, _ in waiting_for(rt, visit.case) if kind == "writeback"] == ["writeback"]
    nothing_to_do(rt)
    carry_all(rt)
    [resolved] = every_row(rt.db)["work_items"]
    assert (state_of(rt, visit.case), resolved["resolution"]) == (CaseState.CLOSED, "proved_later")
    assert len(fakes.billing.effects) == 1


# --- a case whose time is over ---------------------------------------------------------------


def test_its_time_is_over(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    """Exactly at its end; its link and visits die, and nothing more is sent."""
    case = an_asked_case(rt=rt)
    with rt.db.begin() as tx:
        held = cases.lock(tx, case.id)
        soon = replace(held, expires_at=clock.at + timedelta(minutes=10), version=held.version + 1)
        cases.save(tx, held, soon)
    visit, token = an_open_visit(rt=rt, case=case), link_token(rt, case)
    clock.tick(minutes=10, seconds=-1)
    nothing_to_do(rt)
    clock.tick(seconds=1)
    assert go(rt) == 1
    after = the_case(rt, case.id)
    assert (after.state, after.next, after.ended_at) == (CaseState.EXPIRED, None, clock.at)
    assert (events_of(rt, case)[-1], waiting_for(rt, case)) == ("case.expired", [])
    with nothing_written(rt.db), pytest.raises(LinkGone):
        open_link(rt, actor=CUSTOMER, token=token)
    with pytest.raises(LinkGone):
        bare_visit(rt, visit.token)
    nothing_to_do(rt)


def test_what_a_person_has_is_theirs_to_end(rt: Runtime, clock: Clock) -> None:
    visit = an_open_visit(rt=rt)
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason="question")
    clock.at = visit.case.expires_at + timedelta(days=1)
    nothing_to_do(rt)
    assert state_of(rt, visit.case) is CaseState.EXCEPTION


def test_money_on_its_way_is_awaited_past_the_end(rt: Runtime, clock: Clock) -> None:
    visit, _ = a_started_payment(rt=rt)
    clock.at = visit.case.expires_at + timedelta(days=1)
    nothing_to_do(rt)
    assert state_of(rt, visit.case) is CaseState.PENDING


# --- beside others ---------------------------------------------------------------------------


@contextmanager
def somebody_holds(rt: Runtime, case: Case, most: float = 20) -> Iterator[threading.Event]:
    """Another transaction has the case, until the event is set."""
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with rt.db.begin() as tx:
            cases.lock(tx, case.id)
            held.set()
            let_go.wait(most)

    with ThreadPoolExecutor() as pool:
        holding = pool.submit(hold)
        assert held.wait(most)
        try:
            yield let_go
        finally:
            let_go.set()
            holding.result()


def test_a_case_that_somebody_holds_is_skipped(rt: Runtime, clock: Clock) -> None:
    """SQLite has one writer at a time, so there the sweep waits for it instead."""
    case, other = a_case(rt=rt), another(rt, "INV-2")
    for each in (case, other):
        lose_jobs(rt, each, "contact")
    clock.tick(minutes=6)
    with somebody_holds(rt, case) as let_go, ThreadPoolExecutor() as pool:
        swept = pool.submit(go, rt)
        if rt.db.sqlite:
            let_go.set()
        moved = swept.result(10)
    assert moved == (2 if rt.db.sqlite else 1)
    assert [kind for kind, _ in waiting_for(rt, other)] == ["contact"]
    assert moved + go(rt) == 2
    assert [kind for kind, _ in waiting_for(rt, case)] == ["contact"]


def test_four_sweeps_at_once_do_it_once(rt: Runtime, clock: Clock) -> None:
    lost = [a_case(rt=rt), another(rt, "INV-2"), another(rt, "INV-3")]
    for case in lost:
        lose_jobs(rt, case, "contact")
    clock.tick(minutes=6)
    came = at_once([lambda: go(rt)] * 4)
    assert sum(n for n in came if isinstance(n, int)) == 3
    assert [waiting_for(rt, case) for case in lost] == [[("contact", clock.at)]] * 3


def test_a_case_that_cannot_be_moved_stops_no_other(rt: Runtime, clock: Clock) -> None:
    """Its workflow is no longer here: the others are moved, and the fault is told."""
    person = a_person(rt=rt, reference="CUST-9")
    odd = an_asked_case(rt=rt, person=person, workflow="document_refresh", number="DOC-1")
    with rt.db.begin() as tx:
        held = cases.lock(tx, odd.id)
        cases.save(tx, held, held.await_payment(NextStep("payment", "fake_pay", clock.at)))
    clock.tick(minutes=1)
    case = a_case(rt=rt)
    lose_jobs(rt, case, "contact")
    clock.tick(minutes=6)
    left = {key: w for key, w in rt.workflows.items() if key != "document_refresh"}
    with pytest.raises(ExceptionGroup) as faults:
        go(replace(rt, workflows=left))
    [fault] = faults.value.exceptions
    assert (type(fault), fault.__notes__) == (KeyError, [odd.id])
    assert waiting_for(rt, case) == [("contact", clock.at)]
    assert state_of(rt, odd) is CaseState.PENDING


def test_only_a_worker_sweeps(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden) as refusal:
        sweep(rt, actor=CUSTOMER)
    assert refusal.value.code == "forbidden"
    assert sweep(rt, actor=OPERATOR) == 0
