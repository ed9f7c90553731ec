"""The way to the provider's own page, for a payment that was written down before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inthread.commands.open_checkout import open_checkout
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.case import CaseState
from inthread.domain.payment import PaymentKind
from inthread.domain.refusals import (
    AlreadySettled,
    Forbidden,
    NotFound,
    ProviderDown,
    VisitEnded,
)
from inthread.queries.receipt import returned
from inthread.runtime import Runtime
from inthread.spi import Checkout, Payment
from inthread.testing import FakePayments
from tests.build import (
    AVisit,
    Fakes,
    a_coded_visit,
    a_person,
    a_started_payment,
    a_submission,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.look import state_of
from tests.races import at_once
from tests.rows import every_row, nothing_written


@pytest.fixture
def asked(rt: Runtime) -> tuple[AVisit, str]:
    """A payment that was written down; nobody has been to the provider."""
    visit = a_coded_visit(rt=rt)
    return visit, a_submission(rt=rt, visit=visit, action="pay").ref


def go(rt: Runtime, visit: AVisit, payment_id: str) -> str:
    return open_checkout(rt, actor=CUSTOMER, token=visit.token, payment_id=payment_id)


def test_the_customer_goes_to_the_providers_page(
    rt: Runtime, fakes: Fakes, asked: tuple[AVisit, str]
) -> None:
    visit, payment = asked
    url = go(rt, visit, payment)
    [row] = every_row(rt.db)["payments"]
    assert url == f"https://pay.test/pay/co-{payment}"
    assert (row["checkout_url"], row["reference"]) == (url, f"co-{payment}")
    way_back = fakes.payments.return_urls[payment]
    assert way_back == f"https://pay.test/return/{row['return_ref']}"
    assert returned(rt, row["return_ref"]).id == payment
    assert visit.token not in way_back


def test_asked_again_it_is_the_same_page_and_nothing_new(
    rt: Runtime, fakes: Fakes, asked: tuple[AVisit, str]
) -> None:
    first = go(rt, *asked)
    fakes.payments.mode = "refuse"
    with nothing_written(rt.db):
        assert go(rt, *asked) == first


def test_eight_at_once_open_one_checkout(
    rt: Runtime, fakes: Fakes, asked: tuple[AVisit, str]
) -> None:
    came = at_once([lambda: go(rt, *asked)] * 8)
    assert came == [came[0]] * 8
    assert len(fakes.payments.checkouts) == 1


@pytest.mark.parametrize("mode", ["busy", "refuse", "timeout_after"])
def test_a_provider_that_gives_no_page(
    rt: Runtime, fakes: Fakes, asked: tuple[AVisit, str], mode: str
) -> None:
    """Nothing was taken; it may be tried again, and comes to the same checkout."""
    fakes.payments.mode = mode
    with nothing_written(rt.db), pytest.raises(ProviderDown):
        go(rt, *asked)
    fakes.payments.mode = "ok"
    go(rt, *asked)
    assert len(fakes.payments.checkouts) == 1


def test_a_crash_between_the_payments_row_and_the_providers_start(
    rt: Runtime, clock: Clock, asked: tuple[AVisit, str]
) -> None:
    """The worker closes what nobody opened, and the case is as before."""
    visit, payment = asked
    for _ in range(40):
        carry_all(rt)
        clock.tick(minutes=1)
    [row] = every_row(rt.db)["payments"]
    assert (row["id"], row["state"], state_of(rt, visit.case)) == (
        payment, "failed", CaseState.OPEN
    )


def test_a_crash_after_the_providers_start(
    rt: Runtime, fakes: Fakes, asked: tuple[AVisit, str]
) -> None:
    """The page was made and we died before we kept its address: the same page again."""

    class Death(BaseException):
        pass

    class Dying(FakePayments):
        def start(self, payment: Payment, return_url: str) -> Checkout:
            fakes.payments.start(payment, return_url)
            raise Death

    dying = replace(rt, registry=replace(
        rt.registry, payments={"fake_pay": Dying(rt.now)}
    ))
    with nothing_written(rt.db), pytest.raises(Death):
        go(dying, *asked)
    go(rt, *asked)
    assert len(fakes.payments.checkouts) == 1


@pytest.mark.parametrize("kind", [PaymentKind.SUCCEEDED, PaymentKind.CLOSED])
def test_what_is_settled_is_not_opened_again(
    rt: Runtime, clock: Clock, fakes: Fakes, kind: PaymentKind
) -> None:
    visit, payment = a_started_payment(rt=rt)
    fakes.payments.settle(payment, kind)
    clock.tick(seconds=20)
    carry_all(rt, kinds=("payment",))
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        go(rt, visit, payment)


def test_a40_the_payment_of_somebody_else(rt: Runtime, asked: tuple[AVisit, str]) -> None:
    other = a_coded_visit(rt=rt, person=a_person(rt=rt, reference="CUST-2"), number="INV-2")
    with nothing_written(rt.db), pytest.raises(NotFound):
        go(rt, other, asked[1])
    with nothing_written(rt.db), pytest.raises(NotFound):
        go(rt, asked[0], "pay_0")


def test_without_a_visit(rt: Runtime, asked: tuple[AVisit, str]) -> None:
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        go(rt, AVisit(asked[0].case, "token-0"), asked[1])


def test_the_case_waits_for_the_answer(rt: Runtime, asked: tuple[AVisit, str]) -> None:
    case = the_case(rt, asked[0].case.id)
    assert case.next is not None
    assert (case.state, case.next.what, case.next.owner) == (
        CaseState.PENDING, "payment", "fake_pay"
    )


def test_only_a_customer_goes(rt: Runtime, asked: tuple[AVisit, str]) -> None:
    with nothing_written(rt.db), pytest.raises(Forbidden):
        open_checkout(rt, actor=WORKER, token=asked[0].token, payment_id=asked[1])
