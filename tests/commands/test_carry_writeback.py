"""One effect and a proved close, whatever the office and the worker do. Named interleavings,
because a random search seldom finds four exact steps in a row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.carry_writeback import carry_writeback
from inthread.commands.drain_outbox import claim_jobs, drain_outbox
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.money import Money
from inthread.domain.refusals import Forbidden
from inthread.runtime import Runtime
from inthread.store import audit, writebacks
from inthread.testing import Died, FakeOffice
from tests.build import (
    AVisit,
    Fakes,
    a_coded_visit,
    a_provider_event,
    a_started_payment,
    a_submission,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.look import waiting_for, writeback_of
from tests.races import at_once
from tests.rows import nothing_written

CARRY = ("writeback",)


@pytest.fixture
def office(fakes: Fakes) -> FakeOffice:
    return fakes.billing


@pytest.fixture
def visit(rt: Runtime) -> AVisit:
    """A promise was submitted; its writeback is due. Nothing else is waiting to be carried."""
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    carry_all(rt, kinds=("code", "message"))
    return visit


@pytest.fixture
def case(visit: AVisit) -> Case:
    return visit.case


def work(rt: Runtime) -> int:
    return drain_outbox(rt, actor=WORKER, kinds=CARRY)


def go(rt: Runtime, clock: Clock, minutes: int = 180) -> None:
    for _ in range(minutes):
        carry_all(rt, kinds=CARRY)
        clock.tick(minutes=1)


def events(rt: Runtime, case: Case) -> list[str]:
    with rt.db.read() as tx:
        names = [e.event for e in audit.of_subject(tx, case.id)]
    return names[names.index("outcome.recorded") :]


def state(rt: Runtime, case: Case) -> tuple[CaseState, str]:
    return the_case(rt, case.id).state, writeback_of(rt, case).state.value


CLOSED = (CaseState.CLOSED, "proved")


def test_submit_to_close(rt: Runtime, office: FakeOffice, case: Case) -> None:
    assert [work(rt), work(rt)] == [1, 0]
    assert state(rt, case) == CLOSED
    assert [dict(e.fields) for e in office.effects] == [{
        "case": "INV-1", "account": "CUST-1", "invoice": "INV-1", "amount_minor": 184_20,
        "currency": "USD", "on": "2026-01-08",
    }]
    assert events(rt, case) == [
        "outcome.recorded", "message.queued", "message.cancelled", "message.sent",
        "writeback.proved", "case.closed",
    ]
    assert the_case(rt, case.id).next is None


def test_a_proof_and_its_close_are_kept_together(rt: Runtime, clock: Clock, case: Case) -> None:
    work(rt)
    writeback = writeback_of(rt, case)
    with rt.db.read() as tx:
        tries = writebacks.attempts(tx, writeback.id)
    assert [(a.did, a.state, a.trouble) for a in tries] == [("sent", "proved", None)]
    assert writeback.observed == writeback.fields
    assert the_case(rt, case.id).ended_at == clock.at


# --- A49-A52: timeouts, errors, deaths, two workers ------------------------------------------


def test_a49_applied_and_then_timed_out(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    office.script.append("timeout_after")
    work(rt)
    assert state(rt, case) == (CaseState.RESOLVED, "unknown")
    assert waiting_for(rt, case) == [("writeback", clock.at + timedelta(seconds=5))]
    clock.tick(seconds=5)
    work(rt)
    assert (len(office.calls), len(office.effects), state(rt, case)) == (1, 1, CLOSED)


def test_timed_out_before_it_was_applied(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    """An absence is believed only after `visible_after`; then it is sent again."""
    office.script.append("timeout_before")
    go(rt, clock)
    assert (len(office.calls), len(office.effects), state(rt, case)) == (2, 1, CLOSED)


def test_a50_busy_three_times(rt: Runtime, clock: Clock, office: FakeOffice, case: Case) -> None:
    office.script.extend(["busy"] * 3)
    go(rt, clock)
    writeback = writeback_of(rt, case)
    with rt.db.read() as tx:
        tries = writebacks.attempts(tx, writeback.id)
    assert office.calls == [writeback.id] * 4
    assert [(a.did, a.state, a.trouble) for a in tries] == [
        ("sent", "due", "busy"), ("sent", "due", "busy"), ("sent", "due", "busy"),
        ("sent", "proved", None),
    ]
    assert [round((b.at - tries[0].at).total_seconds() / 60) for b in tries] == [0, 2, 7, 37]
    assert (len(office.effects), state(rt, case)) == (1, CLOSED)


@pytest.mark.parametrize("mode", ["die_before", "die_after"])
def test_a51_the_worker_dies_mid_delivery(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case, mode: str
) -> None:
    office.script.append(mode)
    with pytest.raises(Died):
        work(rt)
    assert state(rt, case) == (CaseState.RESOLVED, "unknown")
    assert work(rt) == 0  # still leased
    clock.tick(seconds=61)
    go(rt, clock)
    assert (len(office.effects), state(rt, case)) == (1, CLOSED)
    assert len(office.calls) == {"die_before": 2, "die_after": 1}[mode]


def test_a51_the_worker_dies_while_it_looks(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    office.read_mode = "die"
    with pytest.raises(Died):
        work(rt)
    office.read_mode = "ok"
    clock.tick(seconds=61)
    work(rt)
    assert (len(office.calls), state(rt, case)) == (1, CLOSED)


def test_a52_a_lost_lease_records_nothing(rt: Runtime, clock: Clock, case: Case) -> None:
    [slow] = claim_jobs(rt, actor=WORKER, kinds=CARRY)
    clock.tick(seconds=61)
    [fast] = claim_jobs(rt, actor=WORKER, kinds=CARRY)
    with nothing_written(rt.db):
        carry_writeback(rt, actor=WORKER, job=slow)
    carry_writeback(rt, actor=WORKER, job=fast)
    assert state(rt, case) == CLOSED


def test_a52_a_call_that_outlives_its_lease_records_nothing(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    seen = []

    def another() -> None:
        clock.tick(seconds=61)
        work(rt)  # it looks, finds nothing yet, and waits
        seen.append(writeback_of(rt, case))

    office.during = another
    office.script.append("slow")
    work(rt)  # the slow one comes back: its lease is gone
    assert [writeback_of(rt, case)] == seen
    go(rt, clock)
    assert (len(office.calls), len(office.effects), state(rt, case)) == (1, 1, CLOSED)


def test_a52_two_workers_with_one_job_make_one_effect(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    """The first call is still on its way when the second worker looks for it."""
    office.during = lambda: (clock.tick(seconds=61), work(rt))  # type: ignore[assignment, return-value]
    office.script.append("slow")
    at_once([lambda: work(rt)] * 2)
    go(rt, clock)
    assert (len(office.effects), state(rt, case)) == (1, CLOSED)


# --- a part payment --------------------------------------------------------------------------


def test_a_part_payment_opens_the_case_again(rt: Runtime, clock: Clock, office: FakeOffice) -> None:
    visit, payment = a_started_payment(rt=rt)
    a_provider_event(rt=rt, payment_id=payment)
    clock.tick(seconds=20)
    carry_all(rt)
    case = the_case(rt, visit.case.id)
    again = clock.at + timedelta(days=3)
    assert (case.state, case.attempt, case.next) == (
        CaseState.OPEN, 1, NextStep("contact", "cadence", again)
    )
    assert (case.owed, case.settled, case.remaining) == (
        Money(184_20, "USD"), Money(62_00, "USD"), Money(122_20, "USD")
    )
    assert waiting_for(rt, case) == [("contact", again)]
    assert [e.fields["amount_minor"] for e in office.effects] == [62_00]


def test_only_the_worker_carries(rt: Runtime, case: Case) -> None:
    [job] = claim_jobs(rt, actor=WORKER, kinds=CARRY)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        carry_writeback(rt, actor=CUSTOMER, job=job)
