"""Money that comes when nobody expects it is counted, or a person has it: never lost."""

from __future__ import annotations

import pytest

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.cancel_case import cancel_case
from inthread.commands.receive_triggers import receive_triggers
from inthread.commands.record_payment_event import record_payment_event
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.domain.actor import CUSTOMER, OPERATOR, provider
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.money import Money
from inthread.domain.payment import PaymentEvent, PaymentKind, PaymentState
from inthread.domain.refusals import AlreadySettled
from inthread.runtime import Runtime
from inthread.store import payments, people
from tests.build import (
    ALL,
    Fakes,
    a_case,
    a_coded_visit,
    a_provider_event,
    a_started_payment,
    an_open_visit,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.look import events_of, item_of, money_of
from tests.rows import every_row, nothing_written
from tests.triggers import a_trigger

PAY = provider("fake_pay")
USD = "USD"


def tell(rt: Runtime, event: PaymentEvent) -> PaymentState:
    return record_payment_event(rt, actor=PAY, provider="fake_pay", event=event)


def happens(
    rt: Runtime, payment: str, kind: PaymentKind = PaymentKind.SUCCEEDED,
    amount: Money | None = None,
) -> PaymentEvent:
    return a_provider_event(rt=rt, payment_id=payment, kind=kind, amount=amount)


def resolve(rt: Runtime, case: Case, result: str = "resume") -> None:
    resolve_work_item(rt, actor=OPERATOR, item_id=item_of(rt, case).id, result=result)


def payment_states(rt: Runtime) -> list[str]:
    return [p["state"] for p in every_row(rt.db)["payments"]]


def test_another_amount_than_was_asked_is_not_believed(rt: Runtime) -> None:
    visit, payment = a_started_payment(rt=rt)
    state = tell(rt, happens(rt, payment, amount=Money(61_00, USD)))
    item = item_of(rt, visit.case)
    assert (state, item.reason, item.packet["why"]) == (
        PaymentState.UNKNOWN, "payment_unclear", f"payment {payment} is unknown"
    )
    assert money_of(rt, visit.case) == (CaseState.EXCEPTION, 0, 184_20)
    assert events_of(rt, visit.case)[-2:] == ["payment.unclear", "case.handed_over"]


def test_after_a_person_looked_at_it_the_customer_can_pay_again(rt: Runtime, clock: Clock) -> None:
    """What was unclear is theirs; the case is not held up by it, nor by what is heard of it yet."""
    visit, payment = a_started_payment(rt=rt)
    tell(rt, happens(rt, payment, amount=Money(61_00, USD)))
    resolve(rt, visit.case)
    assert money_of(rt, visit.case) == (CaseState.OPEN, 0, 184_20)
    clock.tick(minutes=1)
    again = a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=visit.case))
    _, second = a_started_payment(rt=rt, visit=again, form=ALL, nonce="nonce-2")
    tell(rt, happens(rt, payment, PaymentKind.DECLINED))
    tell(rt, happens(rt, second))
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 184_20, 0)
    assert sorted(payment_states(rt)) == ["succeeded", "unknown"]


def test_a_payment_that_turns_unclear_while_the_next_is_on_its_way(
    rt: Runtime, clock: Clock
) -> None:
    visit, first = a_started_payment(rt=rt)
    tell(rt, happens(rt, first, PaymentKind.CLOSED))
    _, second = a_started_payment(rt=rt, visit=visit, nonce="nonce-2")
    assert tell(rt, happens(rt, first, amount=Money(1_00, USD))) is PaymentState.UNKNOWN
    assert item_of(rt, visit.case).reason == "payment_unclear"
    tell(rt, happens(rt, second))
    assert money_of(rt, visit.case) == (CaseState.EXCEPTION, 62_00, 122_20)
    resolve(rt, visit.case)
    carry_all(rt)
    assert money_of(rt, visit.case) == (CaseState.OPEN, 62_00, 122_20)


@pytest.mark.parametrize("reason", ["dispute", "question", "hardship"])
def test_money_that_comes_while_a_person_has_the_case_counts(
    rt: Runtime, fakes: Fakes, reason: str
) -> None:
    """Booked at once and written back; the case stays with the person until they are done."""
    visit, payment = a_started_payment(rt=rt)
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason=reason)
    before = the_case(rt, visit.case.id)
    tell(rt, happens(rt, payment))
    carry_all(rt)
    after = the_case(rt, visit.case.id)
    assert money_of(rt, visit.case) == (CaseState.EXCEPTION, 62_00, 122_20)
    assert (after.next, item_of(rt, visit.case).reason) == (before.next, reason)
    assert [e.fields["amount_minor"] for e in fakes.billing.effects] == [62_00]
    resolve(rt, visit.case)
    assert money_of(rt, visit.case) == (CaseState.OPEN, 62_00, 122_20)
    assert the_case(rt, visit.case.id).attempt == 1


def test_all_of_it_paid_while_a_person_had_the_case_closes_on_their_word(rt: Runtime) -> None:
    visit, payment = a_started_payment(rt=rt, form=ALL)
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason="question")
    tell(rt, happens(rt, payment))
    carry_all(rt)
    resolve(rt, visit.case)
    assert money_of(rt, visit.case) == (CaseState.CLOSED, 184_20, 0)
    assert events_of(rt, visit.case)[-3:] == ["work.resolved", "case.resumed", "case.closed"]


def test_late_money_after_a_withdrawal_is_a_persons(rt: Runtime) -> None:
    visit, payment = a_started_payment(rt=rt)
    cancel_case(rt, actor=OPERATOR, case_id=visit.case.id, reason="paid elsewhere")
    assert tell(rt, happens(rt, payment)) is PaymentState.SUCCEEDED
    item = item_of(rt, visit.case)
    assert (item.reason, item.packet["why"]) == (
        "payment_unclear", f"payment {payment} succeeded when the case was elsewhere"
    )
    assert money_of(rt, visit.case) == (CaseState.EXCEPTION, 0, 184_20)
    assert the_case(rt, visit.case.id).ended_at is None


def test_late_money_that_a_person_lets_in_is_booked(rt: Runtime, fakes: Fakes) -> None:
    visit, payment = a_started_payment(rt=rt, form=ALL)
    cancel_case(rt, actor=OPERATOR, case_id=visit.case.id, reason="paid elsewhere")
    tell(rt, happens(rt, payment))
    resolve(rt, visit.case)
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 184_20, 0)
    carry_all(rt)
    assert money_of(rt, visit.case) == (CaseState.CLOSED, 184_20, 0)
    assert [e.fields["amount_minor"] for e in fakes.billing.effects] == [184_20]


def test_late_money_that_a_person_gives_back_ends_the_case(rt: Runtime) -> None:
    visit, payment = a_started_payment(rt=rt)
    cancel_case(rt, actor=OPERATOR, case_id=visit.case.id, reason="paid elsewhere")
    tell(rt, happens(rt, payment))
    resolve(rt, visit.case, "withdraw")
    assert money_of(rt, visit.case) == (CaseState.WITHDRAWN, 0, 184_20)


def test_the_source_cannot_take_back_a_case_with_money_nobody_looked_at(rt: Runtime) -> None:
    visit, payment = a_started_payment(rt=rt)
    cancel_case(rt, actor=OPERATOR, case_id=visit.case.id, reason="paid elsewhere")
    tell(rt, happens(rt, payment))
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        cancel_case(rt, actor=OPERATOR, case_id=visit.case.id, reason="paid elsewhere")


def test_late_money_of_an_ended_case_goes_to_the_newer_one(rt: Runtime, clock: Clock) -> None:
    """Only one case for an obligation may live, and that is whose it is now."""
    visit, payment = a_started_payment(rt=rt)
    cancel_case(rt, actor=OPERATOR, case_id=visit.case.id, reason="paid elsewhere")
    clock.tick(hours=1)
    with rt.db.read() as tx:
        person = people.get(tx, visit.case.person_id)
    newer = a_case(rt=rt, person=person)
    tell(rt, happens(rt, payment))
    item = item_of(rt, newer)
    assert (item.reason, item.packet["why"]) == (
        "payment_unclear", f"payment {payment} succeeded when the case was elsewhere"
    )
    assert the_case(rt, visit.case.id).state is CaseState.WITHDRAWN
    assert the_case(rt, newer.id).state is CaseState.EXCEPTION


def test_late_money_beside_a_payment_on_its_way(rt: Runtime, clock: Clock) -> None:
    """The first checkout was closed and its money moved all the same; the second goes on."""
    visit, first = a_started_payment(rt=rt)
    tell(rt, happens(rt, first, PaymentKind.CLOSED))
    _, second = a_started_payment(rt=rt, visit=visit, nonce="nonce-2")
    tell(rt, happens(rt, first))
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 62_00, 122_20)
    carry_all(rt, kinds=("writeback",))
    case = the_case(rt, visit.case.id)
    assert (case.state, case.next) == (
        CaseState.PENDING, NextStep("payment", "fake_pay", clock.at)
    )
    tell(rt, happens(rt, second))
    carry_all(rt)
    assert money_of(rt, visit.case) == (CaseState.OPEN, 124_00, 60_20)


def test_more_than_is_left_is_a_persons_to_give_back(rt: Runtime) -> None:
    visit, first = a_started_payment(rt=rt, form=ALL)
    tell(rt, happens(rt, first, PaymentKind.CLOSED))
    _, second = a_started_payment(rt=rt, visit=visit, form=ALL, nonce="nonce-2")
    tell(rt, happens(rt, first))
    tell(rt, happens(rt, second))
    assert money_of(rt, visit.case) == (CaseState.EXCEPTION, 184_20, 0)
    assert item_of(rt, visit.case).reason == "payment_unclear"
    resolve(rt, visit.case)
    carry_all(rt)
    assert money_of(rt, visit.case) == (CaseState.CLOSED, 184_20, 0)
    with rt.db.read() as tx:
        assert [p.id for p in payments.unbooked(tx, visit.case.id)] == [second]


def test_two_sums_that_came_together_are_booked_one_after_the_other(rt: Runtime) -> None:
    visit, first = a_started_payment(rt=rt)
    tell(rt, happens(rt, first, PaymentKind.CLOSED))
    _, second = a_started_payment(rt=rt, visit=visit, nonce="nonce-2")
    tell(rt, happens(rt, first))
    tell(rt, happens(rt, second))
    assert money_of(rt, visit.case) == (CaseState.EXCEPTION, 62_00, 122_20)
    resolve(rt, visit.case)
    carry_all(rt)
    assert money_of(rt, visit.case) == (CaseState.OPEN, 124_00, 60_20)


def test_a_refund_is_a_persons(rt: Runtime) -> None:
    visit, payment = a_started_payment(rt=rt)
    tell(rt, happens(rt, payment))
    carry_all(rt)
    assert tell(rt, happens(rt, payment, PaymentKind.REFUNDED)) is PaymentState.REFUNDED
    item = item_of(rt, visit.case)
    assert (item.reason, item.packet["why"]) == (
        "payment_unclear", f"payment {payment} is refunded"
    )
    assert money_of(rt, visit.case) == (CaseState.EXCEPTION, 62_00, 122_20)


def test_a_refund_heard_of_before_its_payment(rt: Runtime) -> None:
    """Nothing is left of it, and nothing is booked."""
    visit, payment = a_started_payment(rt=rt)
    paid, back = happens(rt, payment), happens(rt, payment, PaymentKind.REFUNDED)
    assert tell(rt, back) is PaymentState.UNKNOWN
    assert tell(rt, paid) is PaymentState.REFUNDED
    assert money_of(rt, visit.case) == (CaseState.EXCEPTION, 0, 184_20)


def test_a_refund_gives_an_older_case_its_life_back_and_the_source_finds_it(
    rt: Runtime, clock: Clock
) -> None:
    """The newer case for the obligation has ended by then: only the older one lives."""
    visit, payment = a_started_payment(rt=rt, form=ALL)
    tell(rt, happens(rt, payment))
    carry_all(rt)
    clock.tick(hours=1)
    [opened] = receive_triggers(rt, actor=OPERATOR, triggers=[a_trigger(number="INV-1")])
    cancel_case(rt, actor=OPERATOR, case_id=opened.case_id, reason="sent in error")
    tell(rt, happens(rt, payment, PaymentKind.REFUNDED))
    assert the_case(rt, visit.case.id).state is CaseState.EXCEPTION
    clock.tick(hours=1)
    [answer] = receive_triggers(rt, actor=OPERATOR, triggers=[a_trigger(number="INV-1")])
    assert answer.case_id == visit.case.id
    live = [c["id"] for c in every_row(rt.db)["cases"] if c["ended_at"] is None]
    assert live == [visit.case.id]
