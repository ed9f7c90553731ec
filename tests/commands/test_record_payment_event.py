"""What the provider says counts once, in whatever order, and no money is lost or made."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.record_payment_event import record_payment_event
from inthread.domain.actor import CUSTOMER, provider
from inthread.domain.case import CaseState, NextStep
from inthread.domain.money import Money
from inthread.domain.payment import PaymentEvent, PaymentKind, PaymentState
from inthread.domain.refusals import Forbidden, NotFound
from inthread.runtime import Runtime
from tests.build import (
    Fakes,
    a_provider_event,
    a_started_payment,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.look import events_of, money_of
from tests.races import at_once
from tests.rows import every_row, nothing_written

PAY = provider("fake_pay")


def tell(rt: Runtime, event: PaymentEvent) -> PaymentState:
    return record_payment_event(rt, actor=PAY, provider="fake_pay", event=event)


def happens(
    rt: Runtime, payment: str, kind: PaymentKind = PaymentKind.SUCCEEDED,
    amount: Money | None = None,
) -> PaymentEvent:
    return a_provider_event(rt=rt, payment_id=payment, kind=kind, amount=amount)


def payment_states(rt: Runtime) -> list[str]:
    return [p["state"] for p in every_row(rt.db)["payments"]]


def test_money_that_moved_is_an_outcome(rt: Runtime, clock: Clock) -> None:
    visit, payment = a_started_payment(rt=rt)
    clock.tick(seconds=30)
    assert tell(rt, happens(rt, payment)) is PaymentState.SUCCEEDED
    [outcome] = every_row(rt.db)["outcomes"]
    assert (outcome["action"], outcome["kind"], outcome["amount_minor"], outcome["completes"]) == (
        "pay", "paid", 62_00, False
    )
    assert outcome["values"] == {
        "minor": 62_00, "currency": "USD", "payment": payment, "provider": "fake_pay",
        "amount": {"minor": 62_00, "currency": "USD"}, "provider_reference": f"co-{payment}",
        "paid_on": "2026-01-05",
    }
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)
    assert the_case(rt, visit.case.id).next == NextStep(
        "prove", "billing", clock.at + timedelta(hours=4)
    )
    assert events_of(rt, visit.case)[-3:] == [
        "payment.succeeded", "outcome.recorded", "message.queued"
    ]


def test_the_receipt_goes_the_way_the_customer_came(rt: Runtime, fakes: Fakes) -> None:
    _, payment = a_started_payment(rt=rt)
    tell(rt, happens(rt, payment))
    carry_all(rt)
    assert "done, thank you. Your reference is INV-1." in fakes.sms.sent[-1].body


def test_a60_the_same_event_twice_is_one(rt: Runtime) -> None:
    _, payment = a_started_payment(rt=rt)
    event = happens(rt, payment)
    tell(rt, event)
    with nothing_written(rt.db):
        assert tell(rt, event) is PaymentState.SUCCEEDED


def test_a60_the_same_event_eight_times_at_once(rt: Runtime) -> None:
    visit, payment = a_started_payment(rt=rt)
    event = happens(rt, payment)
    assert at_once([lambda: tell(rt, event)] * 8) == [PaymentState.SUCCEEDED] * 8
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)
    assert len(every_row(rt.db)["payment_events"]) == 1


def test_two_events_of_one_success_settle_once(rt: Runtime) -> None:
    """A provider that says the same thing under two ids."""
    _, payment = a_started_payment(rt=rt)
    tell(rt, happens(rt, payment))
    with nothing_written(rt.db, but=("payment_events",)):
        assert tell(rt, happens(rt, payment)) is PaymentState.SUCCEEDED


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a60_a_decline_and_a_success_in_any_order(rt: Runtime, order: tuple[int, ...]) -> None:
    visit, payment = a_started_payment(rt=rt)
    happened = [happens(rt, payment, PaymentKind.DECLINED), happens(rt, payment)]
    for n in order:
        tell(rt, happened[n])
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)


def test_a_decline_is_not_an_end(rt: Runtime) -> None:
    visit, payment = a_started_payment(rt=rt)
    with nothing_written(rt.db, but=("payment_events",)):
        assert tell(rt, happens(rt, payment, PaymentKind.DECLINED)) is PaymentState.STARTED
    assert the_case(rt, visit.case.id).state is CaseState.PENDING


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_closed_and_paid_in_any_order_is_paid(rt: Runtime, order: tuple[int, ...]) -> None:
    """Money that moved counts although the checkout is said to be closed."""
    visit, payment = a_started_payment(rt=rt)
    happened = [happens(rt, payment, PaymentKind.CLOSED), happens(rt, payment)]
    for n in order:
        tell(rt, happened[n])
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)
    assert payment_states(rt) == ["succeeded"]


def test_closed_without_money_opens_the_case_quietly(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    visit, payment = a_started_payment(rt=rt)
    assert tell(rt, happens(rt, payment, PaymentKind.CLOSED)) is PaymentState.FAILED
    assert money_of(rt, visit.case) == (CaseState.OPEN, 0, 184_20)
    assert the_case(rt, visit.case.id).next == NextStep(
        "contact", "cadence", clock.at + timedelta(days=3)
    )
    carry_all(rt)
    assert len([m for m in fakes.sms.sent if "there is something" in m.body]) == 1


def test_r3_4_a_payment_of_another_provider_is_none(rt: Runtime) -> None:
    _, payment = a_started_payment(rt=rt)
    event = happens(rt, payment)
    with nothing_written(rt.db), pytest.raises(NotFound):
        record_payment_event(rt, actor=provider("other"), provider="other", event=event)


def test_a_payment_nobody_asked_for_is_none(rt: Runtime) -> None:
    _, payment = a_started_payment(rt=rt)
    event = replace(happens(rt, payment), payment_id="pay_0")
    with nothing_written(rt.db), pytest.raises(NotFound):
        tell(rt, event)


def test_only_a_provider_tells(rt: Runtime) -> None:
    _, payment = a_started_payment(rt=rt)
    event = happens(rt, payment)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        record_payment_event(rt, actor=CUSTOMER, provider="fake_pay", event=event)
