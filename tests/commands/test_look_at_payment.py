"""The customer comes back from the provider's page, or gives the payment up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inthread.commands.look_at_payment import look_at_payment
from inthread.commands.record_payment_event import record_payment_event
from inthread.domain.actor import CUSTOMER, WORKER, provider
from inthread.domain.case import CaseState
from inthread.domain.payment import PaymentKind, PaymentState
from inthread.domain.refusals import Forbidden, NotFound, ProviderDown, VisitEnded
from inthread.queries.receipt import payment as see_payment
from inthread.runtime import Runtime
from inthread.spi import Payment, PaymentEvent
from inthread.testing import FakePayments
from tests.build import (
    AVisit,
    Fakes,
    a_coded_visit,
    a_person,
    a_provider_event,
    a_started_payment,
    carry_all,
)
from tests.clock import Clock
from tests.look import events_of, money_of
from tests.races import at_once
from tests.rows import every_row, nothing_written


def look(rt: Runtime, visit: AVisit, payment: str, give_up: bool = False) -> PaymentState:
    return look_at_payment(
        rt, actor=CUSTOMER, token=visit.token, payment_id=payment, give_up=give_up
    )


def hook(rt: Runtime, event: PaymentEvent) -> PaymentState:
    return record_payment_event(rt, actor=provider("fake_pay"), provider="fake_pay", event=event)


def test_a45_the_page_of_success_proves_nothing(rt: Runtime, clock: Clock) -> None:
    """Back with success in the address, while the provider says that it was closed: not paid."""
    visit, payment = a_started_payment(rt=rt)
    assert look(rt, visit, payment) is PaymentState.STARTED
    assert money_of(rt, visit.case) == (CaseState.PENDING, 0, 184_20)
    hook(rt, a_provider_event(rt=rt, payment_id=payment, kind=PaymentKind.CLOSED))
    assert look(rt, visit, payment) is PaymentState.FAILED
    assert money_of(rt, visit.case) == (CaseState.OPEN, 0, 184_20)
    seen = see_payment(rt, visit.token, payment)
    assert (seen.outcome_id, seen.declined) == (None, True)


def test_a46_the_event_comes_before_the_customer(rt: Runtime, clock: Clock) -> None:
    visit, payment = a_started_payment(rt=rt)
    hook(rt, a_provider_event(rt=rt, payment_id=payment))
    clock.tick(seconds=5)
    with nothing_written(rt.db, but=("visits",)):
        assert look(rt, visit, payment) is PaymentState.SUCCEEDED
    [outcome] = every_row(rt.db)["outcomes"]
    assert see_payment(rt, visit.token, payment).outcome_id == outcome["id"]


def test_a46_the_customer_comes_before_the_event(rt: Runtime) -> None:
    """We ask, and what we hear is what the event says later: one outcome."""
    visit, payment = a_started_payment(rt=rt)
    event = a_provider_event(rt=rt, payment_id=payment)
    assert look(rt, visit, payment) is PaymentState.SUCCEEDED
    with nothing_written(rt.db):
        assert hook(rt, event) is PaymentState.SUCCEEDED
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)


def test_a46_the_customer_and_the_event_at_once(rt: Runtime) -> None:
    visit, payment = a_started_payment(rt=rt)
    event = a_provider_event(rt=rt, payment_id=payment)
    came = at_once([lambda: look(rt, visit, payment), lambda: hook(rt, event)] * 4)
    assert came == [PaymentState.SUCCEEDED] * 8
    assert len(every_row(rt.db)["outcomes"]) == 1


def test_a_decline_and_then_another_card(rt: Runtime) -> None:
    visit, payment = a_started_payment(rt=rt)
    a_provider_event(rt=rt, payment_id=payment, kind=PaymentKind.DECLINED)
    assert look(rt, visit, payment) is PaymentState.STARTED
    assert see_payment(rt, visit.token, payment).declined
    a_provider_event(rt=rt, payment_id=payment)
    assert look(rt, visit, payment) is PaymentState.SUCCEEDED
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)


def test_given_up_the_case_is_open_again(rt: Runtime, clock: Clock) -> None:
    visit, payment = a_started_payment(rt=rt)
    assert look(rt, visit, payment, give_up=True) is PaymentState.FAILED
    assert money_of(rt, visit.case) == (CaseState.OPEN, 0, 184_20)
    _, second = a_started_payment(rt=rt, visit=visit, nonce="nonce-2")
    assert second != payment


def test_given_up_while_the_money_moves(rt: Runtime) -> None:
    """It had moved: it counts, and the customer is told so."""
    visit, payment = a_started_payment(rt=rt)
    a_provider_event(rt=rt, payment_id=payment)
    assert look(rt, visit, payment, give_up=True) is PaymentState.SUCCEEDED
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)


def test_given_up_and_the_money_moves_all_the_same(rt: Runtime) -> None:
    """Said to be closed, and a moment later the money comes: counted, on the case that is open."""
    visit, payment = a_started_payment(rt=rt)
    look(rt, visit, payment, give_up=True)
    hook(rt, a_provider_event(rt=rt, payment_id=payment))
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)


class Away(FakePayments):
    """Does not answer."""

    def fetch(self, payment: Payment) -> list[PaymentEvent]:
        raise TimeoutError

    close = fetch


def test_a_provider_that_does_not_answer(rt: Runtime, clock: Clock) -> None:
    visit, payment = a_started_payment(rt=rt)
    away = replace(rt, registry=replace(rt.registry, payments={"fake_pay": Away(clock)}))
    with nothing_written(rt.db):
        assert look(away, visit, payment) is PaymentState.STARTED
        with pytest.raises(ProviderDown):
            look(away, visit, payment, give_up=True)
    assert money_of(rt, visit.case)[0] is CaseState.PENDING


def test_given_up_by_two_devices_at_once(rt: Runtime) -> None:
    visit, payment = a_started_payment(rt=rt)
    came = at_once([lambda: look(rt, visit, payment, give_up=True)] * 6)
    assert set(came) == {PaymentState.FAILED}
    assert events_of(rt, visit.case).count("payment.failed") == 1


def test_the_worker_and_the_customer_at_once(rt: Runtime, clock: Clock) -> None:
    visit, payment = a_started_payment(rt=rt)
    a_provider_event(rt=rt, payment_id=payment)
    clock.tick(seconds=20)
    at_once([lambda: look(rt, visit, payment), lambda: carry_all(rt, kinds=("payment",))])
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)


def test_a40_the_payment_of_somebody_else(rt: Runtime) -> None:
    _, payment = a_started_payment(rt=rt)
    other = a_coded_visit(rt=rt, person=a_person(rt=rt, reference="CUST-2"), number="INV-2")
    with nothing_written(rt.db), pytest.raises(NotFound):
        look(rt, other, payment)
    with pytest.raises(NotFound):
        see_payment(rt, other.token, payment)


def test_without_a_visit(rt: Runtime, fakes: Fakes) -> None:
    visit, payment = a_started_payment(rt=rt)
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        look(rt, AVisit(visit.case, "token-0"), payment, give_up=True)
    assert fakes.payments.events == []


def test_only_a_customer_looks(rt: Runtime) -> None:
    visit, payment = a_started_payment(rt=rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        look_at_payment(rt, actor=WORKER, token=visit.token, payment_id=payment)
