"""The state of a payment is a fold over what the provider said, in whatever order it came."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.money import Money
from inthread.domain.payment import PaymentEvent, PaymentKind, PaymentState, fold

NOW = datetime(2026, 1, 5, tzinfo=UTC)
ASKED = Money(62_00, "USD")
SUCCEEDED, DECLINED, CLOSED, REFUNDED = PaymentKind


def said(kind: PaymentKind, n: int = 1, amount: Money = ASKED) -> PaymentEvent:
    return PaymentEvent(f"evt_{n}", "pay_1", kind, amount, NOW, "ref")


@pytest.mark.parametrize(("kinds", "state"), [
    ([], PaymentState.STARTED),
    ([DECLINED], PaymentState.STARTED),
    ([DECLINED, DECLINED], PaymentState.STARTED),
    ([CLOSED], PaymentState.FAILED),
    ([DECLINED, CLOSED], PaymentState.FAILED),
    ([SUCCEEDED], PaymentState.SUCCEEDED),
    ([DECLINED, SUCCEEDED], PaymentState.SUCCEEDED),
    ([SUCCEEDED, CLOSED], PaymentState.SUCCEEDED),
    ([SUCCEEDED, REFUNDED], PaymentState.REFUNDED),
    ([SUCCEEDED, CLOSED, REFUNDED], PaymentState.REFUNDED),
    ([REFUNDED], PaymentState.UNKNOWN),
    ([REFUNDED, CLOSED], PaymentState.UNKNOWN),
])
def test_the_state_whatever_the_order(kinds: list[PaymentKind], state: PaymentState) -> None:
    for order in itertools.permutations(kinds):
        assert fold(ASKED, [said(kind, n) for n, kind in enumerate(order)]) is state


@pytest.mark.parametrize("other", [
    Money(61_99, "USD"), Money(62_01, "USD"), Money(62_00, "EUR"), Money(0, "USD"),
])
@pytest.mark.parametrize("kinds", [[], [SUCCEEDED], [CLOSED], [REFUNDED]])
def test_another_amount_than_was_asked_is_not_believed(
    kinds: list[PaymentKind], other: Money
) -> None:
    events = [said(SUCCEEDED, 0, other), *[said(kind, n + 1) for n, kind in enumerate(kinds)]]
    for order in itertools.permutations(events):
        assert fold(ASKED, order) is PaymentState.UNKNOWN


@given(st.lists(st.sampled_from(PaymentKind), max_size=6), st.randoms())
def test_neither_order_nor_repetition_matters(kinds, dice) -> None:  # type: ignore[no-untyped-def]
    events = [said(kind, n) for n, kind in enumerate(kinds)]
    shuffled = [*events, *events]
    dice.shuffle(shuffled)
    assert fold(ASKED, shuffled) is fold(ASKED, events)


@given(st.lists(st.sampled_from(PaymentKind), max_size=6), st.sampled_from(PaymentKind))
def test_money_that_moved_is_never_forgotten(kinds, then) -> None:  # type: ignore[no-untyped-def]
    """Whatever is heard next, a success does not become a failure."""
    events = [said(SUCCEEDED, 0), *[said(kind, n + 1) for n, kind in enumerate(kinds)]]
    assert fold(ASKED, [*events, said(then, 99)]) in (
        PaymentState.SUCCEEDED, PaymentState.REFUNDED
    )
