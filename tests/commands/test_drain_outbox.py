"""A job is carried by one worker at a time, in its lane, and a fault in one stops no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.drain_outbox import (
    CARRIERS,
    EVERY_KIND,
    LANES,
    carry_job,
    claim_jobs,
    drain_outbox,
)
from inthread.commands.send_code import send_code
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.case import Case, CaseState
from inthread.domain.refusals import Forbidden
from inthread.domain.writeback import WritebackState
from inthread.runtime import Runtime
from inthread.spi import Applied, Writeback
from inthread.store import outbox, writebacks
from inthread.testing import FakeOffice
from inthread.worker import HANDS, Worker
from tests.build import (
    AVisit,
    Fakes,
    a_case,
    a_coded_visit,
    a_person,
    a_submission,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.look import writeback_of
from tests.races import at_once
from tests.rows import every_row, nothing_written

LEASE = timedelta(seconds=60)


def another(rt: Runtime, number: int) -> Case:
    person = a_person(rt=rt, reference=f"CUST-{number}")
    return a_case(rt=rt, number=f"INV-{number}", person=person)


def a_visit(rt: Runtime, number: int) -> AVisit:
    """At CODE, and nothing is due."""
    person = a_person(rt=rt, reference=f"CUST-{number}")
    visit = a_coded_visit(rt=rt, number=f"INV-{number}", person=person)
    carry_all(rt)
    return visit


def a_promise(rt: Runtime, visit: AVisit | None = None) -> Case:
    """Submitted; its writeback and its receipt are due."""
    visit = visit or a_visit(rt, 1)
    a_submission(rt=rt, visit=visit)
    return visit.case


def claimed(rt: Runtime, **how: object) -> list[outbox.Job]:
    return claim_jobs(rt, actor=WORKER, **how)  # type: ignore[arg-type]


# --- claiming --------------------------------------------------------------------------------


def test_every_kind_has_one_carrier_and_one_lane() -> None:
    assert sorted(kind for kinds in LANES.values() for kind in kinds) == sorted(CARRIERS)
    assert (set(EVERY_KIND), set(HANDS)) == (set(CARRIERS), set(LANES))
    assert LANES["code"] == ("code",)


def test_the_kinds_asked_for_are_all_that_is_claimed(rt: Runtime, clock: Clock) -> None:
    """A code never waits behind a back office, however long that has been due."""
    first, other = a_visit(rt, 1), a_visit(rt, 2)
    a_promise(rt, first)
    clock.tick(minutes=1)
    send_code(rt, actor=CUSTOMER, token=other.token)
    another(rt, 3)
    lanes = [[(j.kind, j.case_id) for j in claimed(rt, kinds=LANES[lane], most=1)]
             for lane in ("code", "carry", "contact", "contact", "code", "carry", "contact")]
    third = every_row(rt.db)["cases"][-1]["id"]
    assert lanes == [
        [("code", other.case.id)], [("writeback", first.case.id)], [("message", first.case.id)],
        [("contact", third)], [], [], [],
    ]


def test_due_first_and_no_more_than_asked_for(rt: Runtime, clock: Clock) -> None:
    late = [another(rt, 1), another(rt, 2)]
    clock.tick(minutes=1)
    late.append(another(rt, 3))
    assert {j.case_id for j in claimed(rt, most=2)} == {late[0].id, late[1].id}
    assert [j.case_id for j in claimed(rt, most=2)] == [late[2].id]


def test_what_is_not_due_yet_is_left(rt: Runtime, clock: Clock) -> None:
    case = another(rt, 1)
    assert carry_all(rt) == 2  # the contact and its message
    step = the_case(rt, case.id).next
    assert step is not None
    clock.at = step.due - timedelta(seconds=1)
    with nothing_written(rt.db):
        assert claimed(rt) == []
    clock.tick(seconds=1)
    assert [j.kind for j in claimed(rt)] == ["contact"]


def test_a_lease_that_is_over_is_another_workers(rt: Runtime, clock: Clock) -> None:
    another(rt, 1)
    [first] = claimed(rt)
    clock.at += LEASE
    with nothing_written(rt.db):
        assert claimed(rt) == []
    clock.tick(seconds=1)
    [second] = claimed(rt)
    assert (second.id, second.lease != first.lease) == (first.id, True)


def test_how_many_there_were(rt: Runtime) -> None:
    for number in (1, 2, 3):
        another(rt, number)
    assert [drain_outbox(rt, actor=WORKER, most=2) for _ in range(2)] == [2, 2]
    assert drain_outbox(rt, actor=WORKER, most=10) == 2  # messages: one went with the second round
    with nothing_written(rt.db):
        assert drain_outbox(rt, actor=WORKER) == 0


def test_who_may_not_carry_claims_nothing(rt: Runtime) -> None:
    another(rt, 1)
    with nothing_written(rt.db), pytest.raises(Forbidden) as refusal:
        drain_outbox(rt, actor=CUSTOMER)
    assert refusal.value.code == "forbidden"
    assert drain_outbox(rt, actor=OPERATOR) == 1


# --- two workers -----------------------------------------------------------------------------


def test_a52_a_job_is_claimed_by_one_of_eight(rt: Runtime) -> None:
    cases = [another(rt, number) for number in range(5)]
    came = at_once([lambda: claimed(rt)] * 8)
    jobs = [job for got in came if isinstance(got, list) for job in got]
    assert sorted(j.case_id for j in jobs) == [c.id for c in cases]
    assert len({j.lease for j in jobs}) == 5


def test_a52_eight_workers_send_one_message_to_each(rt: Runtime, fakes: Fakes) -> None:
    cases = [another(rt, number) for number in range(4)]
    for _ in range(3):
        at_once([lambda: drain_outbox(rt, actor=WORKER)] * 8)
    assert carry_all(rt) == 0
    sent = [m["case_id"] for m in every_row(rt.db)["messages"] if m["state"] == "sent"]
    assert sorted(sent) == [c.id for c in cases]
    assert len(fakes.sms.calls) == len(fakes.sms.sent) == 4


def test_a52_the_first_to_record_wins(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    """The second worker takes the job while the first's call is on its way, and looks."""
    case = a_promise(rt)
    [slow] = claimed(rt, kinds=("writeback",))
    kept: list[WritebackState] = []

    def second() -> None:
        fakes.billing.during = lambda: None
        clock.at += LEASE + timedelta(seconds=1)
        [fast] = claimed(rt, kinds=("writeback",))
        assert fast.id == slow.id
        carry_job(rt, actor=WORKER, job=fast)
        kept.append(writeback_of(rt, case).state)

    fakes.billing.during = second
    fakes.billing.script.append("slow")
    carry_job(rt, actor=WORKER, job=slow)
    assert kept == [writeback_of(rt, case).state] == [WritebackState.UNKNOWN]
    with rt.db.read() as tx:
        assert len(writebacks.attempts(tx, writeback_of(rt, case).id)) == 1
    clock.tick(minutes=1)
    carry_all(rt)
    assert (len(fakes.billing.effects), the_case(rt, case.id).state) == (1, CaseState.CLOSED)


@pytest.mark.parametrize("kind", ["contact", "message"])
def test_a_job_carried_twice_is_done_once(rt: Runtime, fakes: Fakes, kind: str) -> None:
    another(rt, 1)
    if kind == "message":
        drain_outbox(rt, actor=WORKER)
    [job] = claimed(rt, kinds=(kind,))
    carry_job(rt, actor=WORKER, job=job)
    with nothing_written(rt.db):
        carry_job(rt, actor=WORKER, job=job)
    carry_all(rt)
    assert len(fakes.sms.sent) == 1


# --- the worker ------------------------------------------------------------------------------


@contextmanager
def working(rt: Runtime) -> Iterator[None]:
    worker = Worker(rt, poll=0.02)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def until(what: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def test_an_unknown_fault_in_one_job_stops_no_other(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    """A workflow that is not here: its job is left to its lease, again and again; the others go."""
    odd = a_case(
        rt=rt, workflow="document_refresh", number="DOC-1", person=a_person(rt=rt, reference="X")
    )
    clock.tick(seconds=1)
    others = [another(rt, number) for number in range(6)]
    left = {key: w for key, w in rt.workflows.items() if key != "document_refresh"}
    with working(replace(rt, workflows=left)):
        until(lambda: len(fakes.sms.sent) == len(others))
    due = {j["case_id"]: j["due_at"] for j in every_row(rt.db)["outbox"] if j["kind"] == "contact"}
    assert due[odd.id] <= clock.at
    assert all(due[case.id] > clock.at for case in others)
    clock.at += LEASE + timedelta(seconds=1)
    with working(rt):
        until(lambda: len(fakes.sms.sent) == len(others) + 1)


class Stuck(FakeOffice):
    """Every call waits until it is let go."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.waiting = threading.Semaphore(0)
        self.let_go = threading.Event()

    def apply(self, writeback: Writeback) -> Applied:
        self.waiting.release()
        self.let_go.wait(20)
        return super().apply(writeback)


def test_an_office_that_hangs_holds_up_no_code(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    first, visit = a_visit(rt, 1), a_visit(rt, 2)
    case = a_promise(rt, first)
    clock.tick(minutes=1)
    stuck = Stuck(clock)
    registry = replace(rt.registry, connectors={**rt.registry.connectors, "billing": stuck})
    with working(replace(rt, registry=registry)):
        try:
            assert stuck.waiting.acquire(timeout=15)
            before = len(fakes.sms.sent)
            send_code(rt, actor=CUSTOMER, token=visit.token)
            until(lambda: any("is your code" in m.body for m in fakes.sms.sent[before:]))
            assert the_case(rt, case.id).state is CaseState.RESOLVED
        finally:
            stuck.let_go.set()
        until(lambda: the_case(rt, case.id).state is CaseState.CLOSED)
    assert len(stuck.effects) == 1
