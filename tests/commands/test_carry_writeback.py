"""One effect and a proved close, whatever the office and the worker do. Named interleavings,
because a random search seldom finds four exact steps in a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.carry_writeback import carry_writeback
from inthread.commands.drain_outbox import claim_jobs, drain_outbox
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.commands.sweep import sweep
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.money import Money
from inthread.domain.refusals import Forbidden
from inthread.domain.work_item import WorkItem
from inthread.domain.writeback import LOOK_AFTER, RETRY_AFTER, Writeback
from inthread.runtime import Runtime
from inthread.spi import Applied
from inthread.store import audit, work_items, writebacks
from inthread.testing import Died, FakeOffice
from tests.build import (
    AVisit,
    Fakes,
    a_coded_visit,
    a_person,
    a_provider_event,
    a_started_payment,
    a_submission,
    an_open_visit,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.look import item_of, waiting_for, writeback_of
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


# --- late, silent, wrong ---------------------------------------------------------------------


def test_silent_and_late_to_show_is_not_sent_again(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    office.script.append("late_timeout")
    go(rt, clock)
    assert (len(office.calls), state(rt, case)) == (1, CLOSED)


@pytest.mark.parametrize("lateness", [100, 400])  # sooner and later than promised
def test_accepted_is_never_sent_again(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case, lateness: int
) -> None:
    office.lateness = timedelta(seconds=lateness)
    office.script.append("late")
    go(rt, clock)
    assert (len(office.calls), state(rt, case)) == (1, CLOSED)


def test_accepted_and_never_shown_becomes_work(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    """200 and nothing stored: looked for on a schedule, never sent again, and then a person."""
    office.mode = "silent"
    looked = 0
    while the_case(rt, case.id).state is CaseState.RESOLVED:
        looked += work(rt)
        clock.tick(seconds=1 if looked < 4 else 600)
    assert len(office.calls) == 1
    assert len(office.looks) == len(LOOK_AFTER) + 1
    assert state(rt, case) == (CaseState.EXCEPTION, "failed")
    assert item_of(rt, case).packet["why"] == "given up: not shown yet"


def test_a_read_back_that_disagrees_becomes_work(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    office.script.append("wrong")
    work(rt)
    item = item_of(rt, case)
    assert state(rt, case) == (CaseState.EXCEPTION, "failed")
    assert (item.reason, item.queue, item.packet["why"]) == (
        "writeback_failed", "billing_operations", "differs in invoice, amount_minor, currency, on"
    )
    assert the_case(rt, case.id).next == NextStep(
        "work", "billing_operations", clock.at + timedelta(hours=4)
    )
    assert waiting_for(rt, case) == []


def test_a_refusal_becomes_work_at_once(rt: Runtime, office: FakeOffice, case: Case) -> None:
    office.script.append("refuse")
    work(rt)
    assert (len(office.calls), len(office.looks), state(rt, case)) == (
        1, 0, (CaseState.EXCEPTION, "failed")
    )
    packet = item_of(rt, case).packet
    assert packet["why"] == "refused: the period is closed"
    assert packet["writeback"] == {
        "id": writeback_of(rt, case).id, "state": "failed",
        "trouble": "refused: the period is closed",
    }


class Poisoned(FakeOffice):
    """Busy for ever with one write."""

    poison = ""

    def apply(self, writeback: Writeback) -> Applied:
        self.mode = "busy" if writeback.id == self.poison else "ok"
        return super().apply(writeback)


def test_a54_retries_follow_the_schedule_and_then_raise_a_hand(
    rt: Runtime, clock: Clock, case: Case
) -> None:
    """One poisoned write does not hold up another case's."""
    office = Poisoned(clock)
    office.poison = writeback_of(rt, case).id
    rt = replace(rt, registry=replace(rt.registry, connectors={"billing": office}))
    steady = a_coded_visit(rt=rt, person=a_person(rt=rt, reference="CUST-2"), number="INV-2")
    a_submission(rt=rt, visit=steady)
    carry_all(rt, kinds=CARRY)
    assert state(rt, steady.case) == CLOSED
    for _ in range(24 * 6):
        carry_all(rt, kinds=CARRY)
        clock.tick(hours=1)
    assert state(rt, case) == (CaseState.EXCEPTION, "failed")
    assert office.calls.count(office.poison) == len(RETRY_AFTER) + 1
    assert item_of(rt, case).packet["why"] == "given up: busy"
    assert office.effects_of(office.poison) == []


def test_a57_the_other_sides_own_wait_is_honoured(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    office.script.append("busy")  # says Retry-After: 120
    work(rt)
    assert waiting_for(rt, case) == [("writeback", clock.at + timedelta(seconds=120))]


def test_a_blind_resend_past_what_is_remembered_is_refused(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    """It may have been done, and a day later nobody could tell one effect from two."""
    office.script.append("timeout_before")
    work(rt)
    clock.tick(days=1, seconds=1)
    go(rt, clock, 30)
    assert (len(office.calls), state(rt, case)) == (1, (CaseState.EXCEPTION, "failed"))
    assert item_of(rt, case).packet["why"] == (
        "not sent again: the other side no longer remembers the first try"
    )


def test_busy_after_a_silence_does_not_make_it_forget(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    office.script.extend(["timeout_before", "busy"])
    go(rt, clock, 10)
    assert len(office.calls) == 2
    clock.tick(days=1)
    go(rt, clock, 30)
    assert (len(office.calls), state(rt, case)) == (2, (CaseState.EXCEPTION, "failed"))


def test_a_look_that_fails_tells_nothing(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    office.read_mode = "timeout"
    work(rt)
    assert state(rt, case) == (CaseState.RESOLVED, "applied")
    assert writeback_of(rt, case).trouble == "could not look: TimeoutError"
    office.read_mode = "ok"
    go(rt, clock, 5)
    assert (len(office.calls), state(rt, case)) == (1, CLOSED)


def test_jitter_spreads_what_failed_together(rt: Runtime, clock: Clock, office: FakeOffice) -> None:
    spread = replace(rt, jitter=lambda within: within)
    visit = a_coded_visit(rt=spread)
    a_submission(rt=spread, visit=visit)
    office.script.append("timeout_after")
    carry_all(spread, kinds=CARRY)
    due = [at for kind, at in waiting_for(rt, visit.case) if kind == "writeback"]
    assert due == [clock.at + timedelta(seconds=5.5)]


# --- late proof, and people in between -------------------------------------------------------


def late_for_the_sweeper(rt: Runtime, clock: Clock, office: FakeOffice, case: Case) -> WorkItem:
    """Accepted and not shown for four hours: a person was asked to look."""
    office.lateness = timedelta(hours=5)
    office.script.append("late")
    for _ in range(5 * 12):
        carry_all(rt, kinds=CARRY)
        sweep(rt, actor=WORKER)
        clock.tick(minutes=5)
        if the_case(rt, case.id).state is CaseState.EXCEPTION:
            return item_of(rt, case)
    raise AssertionError("nobody was asked")


def test_a_proof_after_the_sweeper_handed_it_over_closes_and_answers_the_item(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    item = late_for_the_sweeper(rt, clock, office, case)
    assert (item.reason, item.packet["why"]) == ("writeback_failed", "not proved in time")
    assert [kind for kind, _ in waiting_for(rt, case)] == ["writeback"]
    go(rt, clock, 600)
    with rt.db.read() as tx:
        answered = work_items.get(tx, item.id)
    assert answered is not None
    assert (answered.resolution, state(rt, case), len(office.calls)) == ("proved_later", CLOSED, 1)
    assert events(rt, case)[-2:] == ["writeback.proved", "case.closed"]


def test_a_late_proof_answers_no_other_item(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    """The customer disputes while the write is on its way: proved, and still theirs to settle."""
    other = an_open_visit(rt=rt, case=case)
    ask_for_help(rt, actor=CUSTOMER, token=other.token, reason="dispute", words="not mine")
    work(rt)
    assert state(rt, case) == (CaseState.EXCEPTION, "proved")
    resolve_work_item(rt, actor=OPERATOR, item_id=item_of(rt, case).id, result="resume")
    assert state(rt, case) == CLOSED
    assert events(rt, case)[-3:] == ["work.resolved", "case.resumed", "case.closed"]


def test_resumed_while_the_proof_is_on_its_way(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    item = late_for_the_sweeper(rt, clock, office, case)
    resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result="resume")
    assert the_case(rt, case.id).state is CaseState.RESOLVED
    go(rt, clock, 600)
    assert (state(rt, case), len(office.calls)) == (CLOSED, 1)


def test_written_again_by_a_person_is_looked_for_first(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    """It was there all the time: proved, not sent again."""
    office.lateness = timedelta(days=10)
    office.script.append("late")
    while the_case(rt, case.id).state is CaseState.RESOLVED:
        carry_all(rt, kinds=CARRY)
        clock.tick(hours=1)
    item = item_of(rt, case)
    clock.tick(days=10)
    resolve_work_item(rt, actor=OPERATOR, item_id=item.id, result="retry")
    work(rt)
    assert (len(office.calls), state(rt, case)) == (1, CLOSED)


def test_written_again_after_a_refusal(
    rt: Runtime, clock: Clock, office: FakeOffice, case: Case
) -> None:
    office.script.append("refuse")
    work(rt)
    clock.tick(days=3)
    resolve_work_item(rt, actor=OPERATOR, item_id=item_of(rt, case).id, result="retry")
    go(rt, clock, 30)
    assert (len(office.calls), len(office.effects), state(rt, case)) == (2, 1, CLOSED)


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
