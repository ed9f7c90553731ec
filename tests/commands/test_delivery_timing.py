"""Late, silent, wrong, busy: what a writeback does about it. Named interleavings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.drain_outbox import drain_outbox
from inthread.domain.actor import WORKER
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.writeback import LOOK_AFTER, RETRY_AFTER, Writeback
from inthread.runtime import Runtime
from inthread.spi import Applied
from inthread.testing import FakeOffice
from tests.build import (
    AVisit,
    Fakes,
    a_coded_visit,
    a_person,
    a_submission,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.look import item_of, waiting_for, writeback_of

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


def state(rt: Runtime, case: Case) -> tuple[CaseState, str]:
    return the_case(rt, case.id).state, writeback_of(rt, case).state.value


CLOSED = (CaseState.CLOSED, "proved")


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
        "work", "billing_operations", clock.at + timedelta(hours=4, minutes=30)
    ), "four hours of work, with half an hour off at noon"
    assert waiting_for(rt, case) == []


def test_a_refusal_becomes_work_at_once(rt: Runtime, office: FakeOffice, case: Case) -> None:
    office.script.append("refuse")
    work(rt)
    assert (len(office.calls), len(office.looks), state(rt, case)) == (
        1, 0, (CaseState.EXCEPTION, "failed")
    )
    item = item_of(rt, case)
    said = "refused: the period is closed"
    assert (item.cause, item.packet["why"]) == (f"writeback_failed|overdue_invoice|{said}", said)
    assert item.packet["failed"] == [f"billing: {said}"]
    assert item.packet["writeback"] == {
        "id": writeback_of(rt, case).id, "connector": "billing", "operation": "promises",
        "state": "failed", "trouble": said, "tries": 1,
        "last": {"at": "2026-01-05T15:00:00+00:00", "did": "sent", "state": "failed",
                 "trouble": said, "took_ms": 0},
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
    office.script.extend(["timeout_before", "busy", "busy"])
    go(rt, clock, 10)
    assert len(office.calls) == 3
    clock.tick(days=1)
    go(rt, clock, 30)
    assert (len(office.calls), state(rt, case)) == (3, (CaseState.EXCEPTION, "failed"))


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
