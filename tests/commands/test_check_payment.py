"""An event may never come, so the provider is asked, until it is known what became of the money."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.cancel_case import cancel_case
from inthread.commands.check_payment import check_payment
from inthread.commands.drain_outbox import claim_jobs, drain_outbox
from inthread.commands.receive_triggers import receive_triggers
from inthread.commands.record_payment_event import record_payment_event
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER, provider
from inthread.domain.case import CaseState, NextStep
from inthread.domain.payment import PaymentKind
from inthread.domain.refusals import Forbidden
from inthread.runtime import Runtime
from inthread.spi import Payment, PaymentEvent
from inthread.store import cases
from inthread.testing import FakePayments
from tests.build import (
    AVisit,
    Fakes,
    a_provider_event,
    a_started_payment,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.look import item_of, money_of, waiting_for
from tests.races import at_once
from tests.rows import every_row, nothing_written
from tests.triggers import a_trigger

CARRY = ("payment",)


class Away(FakePayments):
    """Does not answer."""

    asked = 0

    def fetch(self, payment: Payment) -> list[PaymentEvent]:
        self.asked += 1
        raise TimeoutError

    close = fetch


@pytest.fixture
def paying(rt: Runtime) -> tuple[AVisit, str]:
    return a_started_payment(rt=rt)


def away(rt: Runtime) -> Runtime:
    return replace(rt, registry=replace(rt.registry, payments={"fake_pay": Away(rt.now)}))


def go(rt: Runtime, clock: Clock, minutes: int) -> None:
    for _ in range(minutes):
        clock.tick(minutes=1)
        carry_all(rt, kinds=CARRY)


def test_money_that_nobody_told_us_of(
    rt: Runtime, clock: Clock, paying: tuple[AVisit, str]
) -> None:
    visit, payment = paying
    a_provider_event(rt=rt, payment_id=payment)
    clock.tick(seconds=19)
    assert carry_all(rt, kinds=CARRY) == 0
    clock.tick(seconds=1)
    assert carry_all(rt, kinds=CARRY) == 1
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)
    assert [kind for kind, _ in waiting_for(rt, visit.case)].count("payment") == 0


def test_while_there_is_no_answer_it_is_asked_again(
    rt: Runtime, clock: Clock, paying: tuple[AVisit, str]
) -> None:
    visit, _ = paying
    clock.tick(seconds=20)
    carry_all(rt, kinds=CARRY)
    again = clock.at + timedelta(seconds=20)
    assert the_case(rt, visit.case.id).next == NextStep("payment", "fake_pay", again)
    assert [due for kind, due in waiting_for(rt, visit.case) if kind == "payment"] == [again]


def test_the_older_the_seldomer(rt: Runtime, clock: Clock, paying: tuple[AVisit, str]) -> None:
    gone = away(rt)
    waits = []
    for _ in range(12):
        [due] = [due for kind, due in waiting_for(rt, paying[0].case) if kind == "payment"]
        waits.append(int((due - clock.at).total_seconds()))
        clock.at = due
        carry_all(gone, kinds=CARRY)
    assert waits == [20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 22]


def test_half_an_hour_closes_what_nobody_paid(
    rt: Runtime, clock: Clock, fakes: Fakes, paying: tuple[AVisit, str]
) -> None:
    visit, _ = paying
    go(rt, clock, 29)
    assert money_of(rt, visit.case)[0] is CaseState.PENDING
    go(rt, clock, 4)
    assert money_of(rt, visit.case) == (CaseState.OPEN, 0, 184_20)
    assert [e.kind for e in fakes.payments.events] == [PaymentKind.CLOSED]


def test_half_an_hour_is_too_late_to_close_what_was_paid(
    rt: Runtime, clock: Clock, paying: tuple[AVisit, str]
) -> None:
    visit, payment = paying
    clock.tick(minutes=31)
    a_provider_event(rt=rt, payment_id=payment)
    carry_all(rt, kinds=CARRY)
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)


def silent_for_a_day(rt: Runtime, clock: Clock, visit: AVisit) -> None:
    gone = away(rt)
    for _ in range(60 * 26):
        clock.tick(minutes=1)
        carry_all(gone, kinds=CARRY)
        if not [k for k, _ in waiting_for(rt, visit.case) if k == "payment"]:
            return
    raise AssertionError("asked for ever")


def test_a_day_without_an_answer_is_a_persons(
    rt: Runtime, clock: Clock, paying: tuple[AVisit, str]
) -> None:
    visit, payment = paying
    silent_for_a_day(rt, clock, visit)
    item = item_of(rt, visit.case)
    assert (item.reason, item.packet["why"]) == (
        "payment_unclear", f"no answer about payment {payment} for a day"
    )
    assert money_of(rt, visit.case) == (CaseState.EXCEPTION, 0, 184_20)


def test_given_back_by_the_person_it_is_asked_again(
    rt: Runtime, clock: Clock, paying: tuple[AVisit, str]
) -> None:
    visit, payment = paying
    silent_for_a_day(rt, clock, visit)
    a_provider_event(rt=rt, payment_id=payment)
    resolve_work_item(rt, actor=OPERATOR, item_id=item_of(rt, visit.case).id, result="resume")
    assert the_case(rt, visit.case.id).next == NextStep("payment", "fake_pay", clock.at)
    carry_all(rt, kinds=CARRY)
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)


def test_a_day_of_silence_about_a_case_that_was_taken_back_and_sent_again(
    rt: Runtime, clock: Clock, paying: tuple[AVisit, str]
) -> None:
    """The newer case for the obligation lives, so that is where the person finds it."""
    visit, payment = paying
    cancel_case(rt, actor=OPERATOR, case_id=visit.case.id, reason="paid elsewhere")
    clock.tick(hours=1)
    [answer] = receive_triggers(rt, actor=OPERATOR, triggers=[
        a_trigger(number="INV-1", amount="184.20")
    ])
    silent_for_a_day(rt, clock, visit)
    newer = the_case(rt, answer.case_id or "")
    assert newer.id != visit.case.id
    assert item_of(rt, newer).packet["why"] == f"no answer about payment {payment} for a day"


def test_an_answer_that_comes_while_this_worker_waits_for_the_case(
    rt: Runtime, clock: Clock, paying: tuple[AVisit, str]
) -> None:
    """A day old, and the money comes in the very moment of giving up: it counts."""
    visit, payment = paying
    clock.tick(days=1)
    event = a_provider_event(rt=rt, payment_id=payment)
    [job] = claim_jobs(rt, actor=WORKER, kinds=CARRY)
    gone = away(rt)
    checker = threading.Thread(target=lambda: check_payment(gone, actor=WORKER, job=job))
    with rt.db.begin() as tx:
        cases.lock(tx, visit.case.id)
        checker.start()
        checker.join(0.5)
        tx.exec_driver_sql("UPDATE payments SET state = 'succeeded'")
    checker.join()
    assert event.payment_id == payment
    assert every_row(rt.db)["work_items"] == []
    assert [k for k, _ in waiting_for(rt, visit.case) if k == "payment"] == []


def test_two_workers_ask_and_count_once(
    rt: Runtime, clock: Clock, paying: tuple[AVisit, str]
) -> None:
    visit, payment = paying
    a_provider_event(rt=rt, payment_id=payment)
    clock.tick(seconds=20)
    [job] = claim_jobs(rt, actor=WORKER, kinds=CARRY)
    at_once([lambda: check_payment(rt, actor=WORKER, job=job)] * 6)
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)


def test_a_job_of_a_settled_payment_does_nothing(
    rt: Runtime, clock: Clock, paying: tuple[AVisit, str]
) -> None:
    _, payment = paying
    record_payment_event(
        rt, actor=provider("fake_pay"), provider="fake_pay",
        event=a_provider_event(rt=rt, payment_id=payment),
    )
    clock.tick(seconds=20)
    [job] = claim_jobs(rt, actor=WORKER, kinds=CARRY)
    with nothing_written(rt.db, but=("outbox",)):
        check_payment(rt, actor=WORKER, job=job)
    assert drain_outbox(rt, actor=WORKER, kinds=CARRY) == 0


def test_only_the_worker_asks(rt: Runtime, clock: Clock, paying: tuple[AVisit, str]) -> None:
    clock.tick(seconds=20)
    [job] = claim_jobs(rt, actor=WORKER, kinds=CARRY)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        check_payment(rt, actor=CUSTOMER, job=job)
