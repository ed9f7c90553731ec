"""Two who pay, or the payer and the customer, at once and in turn: it is paid once."""

from __future__ import annotations

from typing import Any

import pytest

from inthread.commands.look_at_payment import look_at_payment
from inthread.commands.open_checkout import open_checkout
from inthread.commands.record_payment_event import record_payment_event
from inthread.domain.actor import CUSTOMER, provider
from inthread.domain.case import CaseState
from inthread.domain.payment import PaymentKind, PaymentState
from inthread.domain.refusals import (
    AlreadySettled,
    LinkGone,
    NotFound,
    Refused,
)
from inthread.queries.payer_page import payer_page
from inthread.runtime import Runtime
from inthread.store.db import Database
from tests.build import (
    Fakes,
    a_provider_event,
    a_runtime,
    a_started_payment,
)
from tests.clock import Clock
from tests.look import money_of
from tests.payers import (
    a_shared_payment,
    go_to_pay,
    kept,
    payment_of,
    shared_workflows,
    token_of,
)
from tests.races import at_once
from tests.rows import every_row, nothing_written


@pytest.fixture
def rt(db: Database, clock: Clock) -> Runtime:
    return a_runtime(db, clock=clock, workflows=shared_workflows())


def paid(rt: Runtime, payment_id: str, kind: PaymentKind = PaymentKind.SUCCEEDED) -> PaymentState:
    event = a_provider_event(rt=rt, payment_id=payment_id, kind=kind)
    return record_payment_event(rt, actor=provider("fake_pay"), provider="fake_pay", event=event)


def standing(rt: Runtime, made: Any) -> str:
    return payer_page(rt, token_of(made)).standing.value


def test_a43_pressed_twice_is_one_payment_and_two_opens(rt: Runtime, fakes: Fakes) -> None:
    _, made = a_shared_payment(rt=rt)
    assert go_to_pay(rt, made) == go_to_pay(rt, made)
    assert len(fakes.payments.checkouts) == 1
    assert kept(rt, made).opens == 2


def test_a44_two_payers_at_once_are_led_to_the_same_page(rt: Runtime, fakes: Fakes) -> None:
    _visit, made = a_shared_payment(rt=rt)
    came = at_once([lambda: go_to_pay(rt, made)] * 5)
    assert came == [came[0]] * 5
    assert len(every_row(rt.db)["payments"]) == len(fakes.payments.checkouts) == 1
    paid(rt, payment_of(rt, made))
    assert len(every_row(rt.db)["outcomes"]) == 1


def test_a44_two_links_at_once_begin_one_payment(rt: Runtime) -> None:
    visit, one = a_shared_payment(rt=rt)
    _, other = a_shared_payment(rt=rt, visit=visit, nonce="share-nonce-2")
    came = at_once([lambda: go_to_pay(rt, one), lambda: go_to_pay(rt, other)] * 2)
    refused = [c for c in came if isinstance(c, Refused)]
    assert [type(c) for c in refused] == [AlreadySettled] * 2
    assert len(every_row(rt.db)["payments"]) == 1


def test_a44_the_payer_and_the_customer_at_once(rt: Runtime) -> None:
    """The case decides between them; who is second is told, and nothing of theirs is begun."""
    visit, made = a_shared_payment(rt=rt)
    came = at_once([
        lambda: go_to_pay(rt, made), lambda: a_started_payment(rt=rt, visit=visit)[1],
    ])
    assert sum(isinstance(c, AlreadySettled) for c in came) == 1
    [row] = every_row(rt.db)["payments"]
    paid(rt, row["id"])
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)


def test_while_the_customer_pays(rt: Runtime) -> None:
    visit, made = a_shared_payment(rt=rt)
    _, own = a_started_payment(rt=rt, visit=visit)
    assert standing(rt, made) == "busy"
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        go_to_pay(rt, made)
    paid(rt, own, PaymentKind.CLOSED)
    assert standing(rt, made) == "open"
    go_to_pay(rt, made)


def test_the_customer_cannot_go_on_with_it_and_may_end_it(rt: Runtime) -> None:
    visit, made = a_shared_payment(rt=rt)
    go_to_pay(rt, made)
    begun = payment_of(rt, made)
    with nothing_written(rt.db), pytest.raises(NotFound):
        open_checkout(rt, actor=CUSTOMER, token=visit.token, payment_id=begun)
    state = look_at_payment(
        rt, actor=CUSTOMER, token=visit.token, payment_id=begun, give_up=True
    )
    assert state is PaymentState.FAILED
    assert standing(rt, made) == "open"


def test_after_five_opens_it_is_used_up(rt: Runtime) -> None:
    _visit, made = a_shared_payment(rt=rt)
    for _ in range(5):
        go_to_pay(rt, made)
    assert standing(rt, made) == "used_up"
    with nothing_written(rt.db), pytest.raises(LinkGone, match="used_up"):
        go_to_pay(rt, made)
    paid(rt, payment_of(rt, made))
    assert standing(rt, made) == "paid"


def test_eight_at_once_at_the_last_open(rt: Runtime) -> None:
    _, made = a_shared_payment(rt=rt)
    for _ in range(4):
        go_to_pay(rt, made)
    came = at_once([lambda: go_to_pay(rt, made)] * 8)
    assert sum(isinstance(c, LinkGone) for c in came) == 7
    assert kept(rt, made).opens == 5


def test_declined_and_closed_it_can_be_tried_again(rt: Runtime) -> None:
    visit, made = a_shared_payment(rt=rt)
    go_to_pay(rt, made)
    first = payment_of(rt, made)
    paid(rt, first, PaymentKind.CLOSED)
    assert money_of(rt, visit.case) == (CaseState.OPEN, 0, 184_20)
    go_to_pay(rt, made)
    assert payment_of(rt, made) != first
    assert kept(rt, made).opens == 2


def test_late_money_of_a_link_that_ended_counts(rt: Runtime, clock: Clock) -> None:
    visit, made = a_shared_payment(rt=rt, days=1)
    go_to_pay(rt, made)
    clock.tick(days=2)
    paid(rt, payment_of(rt, made))
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)
    assert standing(rt, made) == "paid"
