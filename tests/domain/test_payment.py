"""The state of a payment is a fold over what the provider said, in whatever order it came."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.money import Money
from inthread.domain.payment import (
    QUIET,
    KeptCard,
    PaymentEvent,
    PaymentKind,
    PaymentMode,
    PaymentState,
    card_of,
    fold,
)

NOW = datetime(2026, 1, 5, tzinfo=UTC)
ASKED = Money(62_00, "USD")
PROCESSING, SUCCEEDED, DECLINED, CLOSED, REFUNDED, DISPUTED, WON, LOST = PaymentKind
VISA = KeptCard("pm_1", "visa", "4242", "2029-04")


def said(
    kind: PaymentKind, n: int = 1, amount: Money = ASKED, card: KeptCard | None = None
) -> PaymentEvent:
    return PaymentEvent(f"evt_{n}", "pay_1", kind, amount, NOW, "ref", card)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


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
    ([SUCCEEDED, REFUNDED, REFUNDED], PaymentState.UNKNOWN),
    ([DISPUTED], PaymentState.UNKNOWN),
    ([WON, CLOSED], PaymentState.UNKNOWN),
    ([SUCCEEDED, DISPUTED], PaymentState.DISPUTED),
    ([SUCCEEDED, DISPUTED, WON], PaymentState.SUCCEEDED),
    ([SUCCEEDED, WON], PaymentState.SUCCEEDED),
    ([SUCCEEDED, DISPUTED, LOST], PaymentState.LOST),
    ([SUCCEEDED, LOST], PaymentState.LOST),
    ([SUCCEEDED, DISPUTED, DISPUTED, WON], PaymentState.DISPUTED),
    ([SUCCEEDED, DISPUTED, DISPUTED, WON, LOST], PaymentState.LOST),
    ([SUCCEEDED, DISPUTED, WON, LOST], PaymentState.UNKNOWN),
    ([SUCCEEDED, REFUNDED, DISPUTED], PaymentState.DISPUTED),
    ([SUCCEEDED, REFUNDED, DISPUTED, WON], PaymentState.REFUNDED),
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


@pytest.mark.parametrize(("back", "state"), [
    ([1], PaymentState.PART_REFUND), ([61_99], PaymentState.PART_REFUND),
    ([31_00, 30_99], PaymentState.PART_REFUND), ([31_00, 31_00], PaymentState.REFUNDED),
    ([62_00], PaymentState.REFUNDED), ([62_01], PaymentState.UNKNOWN),
    ([62_00, 1], PaymentState.UNKNOWN), ([0], PaymentState.UNKNOWN),
])
def test_what_was_given_back_adds_up(back: list[int], state: PaymentState) -> None:
    events = [said(SUCCEEDED, 0), *[said(REFUNDED, n + 1, usd(m)) for n, m in enumerate(back)]]
    for order in itertools.permutations(events):
        assert fold(ASKED, order) is state


def test_money_of_another_currency_was_not_given_back() -> None:
    events = [said(SUCCEEDED, 0), said(REFUNDED, 1, Money(62_00, "EUR"))]
    assert fold(ASKED, events) is PaymentState.UNKNOWN


def test_a_part_that_was_captured_is_not_the_payment() -> None:
    """Whatever is given back of it afterwards."""
    events = [said(SUCCEEDED, 0, usd(50_00)), said(REFUNDED, 1, usd(50_00))]
    for order in itertools.permutations(events):
        assert fold(ASKED, order) is PaymentState.UNKNOWN


@pytest.mark.parametrize("mode", [PaymentMode.KEEP, PaymentMode.CARD])
def test_without_the_card_that_was_to_be_kept_it_is_not_believed(mode: PaymentMode) -> None:
    amount = usd(0) if mode is PaymentMode.CARD else ASKED
    bare, whole = said(SUCCEEDED, 1, amount), said(SUCCEEDED, 2, amount, VISA)
    assert fold(amount, [bare], mode) is PaymentState.UNKNOWN
    assert fold(amount, [bare, whole], mode) is PaymentState.SUCCEEDED
    assert fold(amount, [whole, bare], mode) is PaymentState.SUCCEEDED
    assert fold(amount, [said(CLOSED)], mode) is PaymentState.FAILED
    assert fold(amount, [said(DECLINED)], mode) is PaymentState.STARTED


def test_a_decline_ends_a_charge_unless_the_money_moved() -> None:
    charge = PaymentMode.CHARGE
    assert fold(ASKED, [said(DECLINED)], charge) is PaymentState.FAILED
    for order in itertools.permutations([said(DECLINED, 1), said(SUCCEEDED, 2)]):
        assert fold(ASKED, order, charge) is PaymentState.SUCCEEDED


def test_the_card_that_counts_is_the_one_named_last() -> None:
    other = KeptCard("pm_2", "mastercard", "4444")
    later = PaymentEvent("evt_2", "pay_1", SUCCEEDED, ASKED, NOW + timedelta(1), "ref", other)
    assert card_of([]) is None
    assert card_of([said(DECLINED)]) is None
    assert card_of([later, said(SUCCEEDED, 1, card=VISA)]) == other


EVENTS = st.lists(st.builds(
    said, st.sampled_from(PaymentKind), st.integers(0, 9),
    st.sampled_from([ASKED, usd(31_00), usd(1), usd(0), Money(62_00, "EUR")]),
    st.sampled_from([None, VISA]),
), max_size=7, unique_by=lambda e: e.id)


@given(EVENTS, st.sampled_from(PaymentMode), st.randoms())
def test_neither_order_nor_repetition_matters(events, mode, dice) -> None:  # type: ignore[no-untyped-def]
    shuffled = [*events, *events]
    dice.shuffle(shuffled)
    assert fold(ASKED, shuffled, mode) is fold(ASKED, events, mode)


@given(EVENTS, st.sampled_from(PaymentMode))
def test_money_that_moved_is_never_forgotten(events, mode) -> None:  # type: ignore[no-untyped-def]
    """Whatever else is heard, a success does not become a failure or nothing."""
    moved = PaymentEvent("evt_moved", "pay_1", SUCCEEDED, ASKED, NOW, "ref", VISA)
    assert fold(ASKED, [*events, moved], mode) not in (PaymentState.STARTED, PaymentState.FAILED)


@given(EVENTS, st.sampled_from(PaymentMode))
def test_quiet_is_only_what_needs_nobody(events, mode) -> None:  # type: ignore[no-untyped-def]
    """Money that left again, or may have to, is never quiet; and nothing is taken for paid that
    was not paid as it was asked."""
    state, kinds = fold(ASKED, events, mode), {e.kind for e in events}
    if kinds & {REFUNDED, LOST}:
        assert state not in QUIET
    if state is PaymentState.SUCCEEDED:
        assert all(e.amount == ASKED for e in events if e.kind is SUCCEEDED)
