"""A debit of an account takes days to arrive: nobody is asked to act meanwhile."""

from __future__ import annotations

import pytest

from inthread.domain.case import CaseState
from inthread.domain.payment import PaymentKind
from inthread.runtime import Runtime
from tests.build import AVisit, Fakes, a_provider_event, a_started_payment, carry_all
from tests.clock import Clock
from tests.look import item_of, money_of, waiting_for

CARRY = ("payment",)


@pytest.fixture
def sending(rt: Runtime) -> tuple[AVisit, str]:
    visit, payment = a_started_payment(rt=rt)
    a_provider_event(rt=rt, payment_id=payment, kind=PaymentKind.PROCESSING)
    return visit, payment


def hours(rt: Runtime, clock: Clock, many: int) -> None:
    for _ in range(many):
        clock.tick(hours=1)
        carry_all(rt, kinds=CARRY)


def test_it_is_neither_closed_nor_a_persons_for_days(
    rt: Runtime, clock: Clock, fakes: Fakes, sending: tuple[AVisit, str]
) -> None:
    visit, payment = sending
    hours(rt, clock, 24 * 4)
    assert money_of(rt, visit.case) == (CaseState.PENDING, 0, 184_20)
    assert [e.kind for e in fakes.payments.events] == [PaymentKind.PROCESSING]
    a_provider_event(rt=rt, payment_id=payment)
    hours(rt, clock, 1)
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)


def test_it_is_asked_about_once_an_hour(
    rt: Runtime, clock: Clock, sending: tuple[AVisit, str]
) -> None:
    visit, _ = sending
    hours(rt, clock, 2)
    [(kind, due)] = [w for w in waiting_for(rt, visit.case) if w[0] == "payment"]
    assert (kind, (due - clock.at).total_seconds()) == ("payment", 3600)


def test_one_that_comes_back_opens_the_case(
    rt: Runtime, clock: Clock, sending: tuple[AVisit, str]
) -> None:
    visit, payment = sending
    hours(rt, clock, 24 * 3)
    a_provider_event(rt=rt, payment_id=payment, kind=PaymentKind.DECLINED)
    a_provider_event(rt=rt, payment_id=payment, kind=PaymentKind.CLOSED)
    hours(rt, clock, 1)
    assert money_of(rt, visit.case) == (CaseState.OPEN, 0, 184_20)


def test_after_twelve_days_it_is_a_persons(
    rt: Runtime, clock: Clock, sending: tuple[AVisit, str]
) -> None:
    visit, payment = sending
    hours(rt, clock, 24 * 12 + 2)
    assert item_of(rt, visit.case).packet["why"] == f"no answer about payment {payment} for 12 days"
