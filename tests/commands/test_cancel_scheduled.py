"""What was set for a day is called off from the same link, until the day comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inthread.commands.cancel_case import cancel_case
from inthread.commands.cancel_scheduled import cancel_scheduled
from inthread.commands.drain_outbox import drain_outbox
from inthread.commands.hand_over_case import hand_over_case
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.case import CaseState
from inthread.domain.payment import ScheduleState
from inthread.domain.refusals import AlreadySettled, Forbidden, NotFound, Refused, StepUpNeeded
from inthread.runtime import Runtime
from tests.build import AVisit, Fakes, a_coded_visit, an_open_visit, carry_all, the_case
from tests.clock import Clock
from tests.commands.later import AMOUNT, a_set_day, hasten, schedule_of
from tests.look import events_of, money_of, said_of, waiting_for
from tests.races import at_once
from tests.rows import every_row, nothing_written

MORNING = datetime(2026, 1, 8, 14, 0, tzinfo=UTC)


@pytest.fixture
def waiting(rt: Runtime) -> AVisit:
    return a_set_day(rt=rt)


def test_nothing_is_taken_any_more(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    done = cancel_scheduled(rt, actor=CUSTOMER, token=waiting.token)
    assert (done.amount.minor, done.due_on.isoformat()) == (AMOUNT, "2026-01-08")
    assert schedule_of(rt, waiting).state is ScheduleState.CANCELLED
    assert schedule_of(rt, waiting).ended_at == clock.at
    assert the_case(rt, waiting.case.id).state is CaseState.OPEN
    assert [kind for kind, _ in waiting_for(rt, waiting.case)] == ["contact"]
    assert said_of(rt, waiting.case)[-1] == ("payment.called_off", {
        "schedule": done.id, "amount": {"minor": AMOUNT, "currency": "USD"}, "on": "2026-01-08",
        "why": "the customer asked",
    })
    clock.at = MORNING + timedelta(days=1)
    carry_all(rt)
    assert fakes.payments.charged == []


def test_another_day_may_be_set_then(rt: Runtime, clock: Clock, waiting: AVisit) -> None:
    cancel_scheduled(rt, actor=CUSTOMER, token=waiting.token)
    clock.tick(minutes=1)
    a_set_day(rt=rt, visit=waiting, nonce="nonce-2")
    assert schedule_of(rt, waiting).state is ScheduleState.WAITING
    states = [row["state"] for row in every_row(rt.db)["scheduled_payments"]]
    assert sorted(states) == ["cancelled", "waiting"]


def test_from_another_device_that_came_by_the_same_link(
    rt: Runtime, clock: Clock, waiting: AVisit
) -> None:
    clock.tick(minutes=1)
    other = a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=waiting.case))
    cancel_scheduled(rt, actor=CUSTOMER, token=other.token)
    assert schedule_of(rt, waiting).state is ScheduleState.CANCELLED


def test_a_link_alone_is_not_enough(rt: Runtime, waiting: AVisit) -> None:
    visit = an_open_visit(rt=rt, case=waiting.case)
    with nothing_written(rt.db), pytest.raises(StepUpNeeded):
        cancel_scheduled(rt, actor=CUSTOMER, token=visit.token)


def test_twice_is_once(rt: Runtime, waiting: AVisit) -> None:
    cancel_scheduled(rt, actor=CUSTOMER, token=waiting.token)
    with nothing_written(rt.db), pytest.raises(NotFound):
        cancel_scheduled(rt, actor=CUSTOMER, token=waiting.token)


def test_while_it_is_taken_it_is_too_late(
    rt: Runtime, fakes: Fakes, waiting: AVisit
) -> None:
    fakes.payments.mode = "timeout_after"
    hasten(rt)
    drain_outbox(rt, actor=WORKER, kinds=("charge",))
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        cancel_scheduled(rt, actor=CUSTOMER, token=waiting.token)


def test_calling_off_and_taking_at_once_is_one_of_them(
    rt: Runtime, fakes: Fakes, waiting: AVisit
) -> None:
    hasten(rt)
    cancelled, _ = at_once([
        lambda: cancel_scheduled(rt, actor=CUSTOMER, token=waiting.token),
        lambda: drain_outbox(rt, actor=WORKER, kinds=("charge",)),
    ])
    taken = len([p for p in every_row(rt.db)["payments"] if p["mode"] == "charge"])
    assert taken == (1 if isinstance(cancelled, Refused) else 0)
    assert len(fakes.payments.charged) == taken
    assert money_of(rt, waiting.case)[1] == taken * AMOUNT


def test_the_source_takes_the_case_back(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    cancel_case(rt, actor=OPERATOR, case_id=waiting.case.id, reason="paid elsewhere")
    assert schedule_of(rt, waiting).state is ScheduleState.CANCELLED
    assert events_of(rt, waiting.case)[-2:] == ["payment.called_off", "case.withdrawn"]
    clock.at = MORNING
    carry_all(rt)
    assert fakes.payments.charged == []


def test_a_person_takes_the_case(rt: Runtime, waiting: AVisit) -> None:
    hand_over_case(rt, actor=OPERATOR, case_id=waiting.case.id, reason="hardship", note="called")
    assert schedule_of(rt, waiting).state is ScheduleState.CANCELLED
    assert waiting_for(rt, waiting.case) == []


def test_nothing_was_set(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(NotFound):
        cancel_scheduled(rt, actor=CUSTOMER, token=visit.token)


def test_only_the_customer_calls_it_off(rt: Runtime, waiting: AVisit) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        cancel_scheduled(rt, actor=WORKER, token=waiting.token)
