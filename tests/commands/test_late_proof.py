"""Proofs that come late, and people in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.drain_outbox import drain_outbox
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.commands.sweep import sweep
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.case import Case, CaseState
from inthread.domain.work_item import WorkItem
from inthread.runtime import Runtime
from inthread.store import audit, work_items
from inthread.testing import FakeOffice
from tests.build import (
    AVisit,
    Fakes,
    a_coded_visit,
    a_submission,
    an_open_visit,
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


def events(rt: Runtime, case: Case) -> list[str]:
    with rt.db.read() as tx:
        names = [e.event for e in audit.of_subject(tx, case.id)]
    return names[names.index("outcome.recorded") :]


def state(rt: Runtime, case: Case) -> tuple[CaseState, str]:
    return the_case(rt, case.id).state, writeback_of(rt, case).state.value


CLOSED = (CaseState.CLOSED, "proved")


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
