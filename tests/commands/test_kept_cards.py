"""A card that the provider keeps: with money, alone, and what of it comes to us (R3.3)."""

from __future__ import annotations

import json
from dataclasses import replace

from inthread.commands.cancel_case import cancel_case
from inthread.domain.actor import OPERATOR
from inthread.domain.case import CaseState
from inthread.domain.payment import PaymentKind, PaymentState
from inthread.runtime import Runtime
from tests.build import AVisit, Fakes, a_started_payment, carry_all, the_case
from tests.clock import Clock
from tests.commands.later import AMOUNT, a_left_card, with_card
from tests.commands.test_record_payment_event import tell
from tests.look import events_of, item_of, money_of, said_of
from tests.rows import every_row

CARD = {"brand": "visa", "last_four": "4242", "expires": "2029-04", "provider": "fake_pay"}


def test_a_card_alone_is_an_outcome_without_money(rt: Runtime) -> None:
    visit, payment, event = a_left_card(rt=rt)
    assert tell(rt, event) is PaymentState.SUCCEEDED
    [outcome] = every_row(rt.db)["outcomes"]
    assert (outcome["kind"], outcome["amount_minor"]) == ("card", None)
    assert outcome["values"] == {
        **CARD, "payment": payment, "method": f"pm-{payment}", "minor": AMOUNT, "currency": "USD",
        "provider_reference": f"co-{payment}", "paid_on": "2026-01-05",
    }
    assert outcome["evidence"]["act"]["form"]["how"] == "part"
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, 0, 184_20)
    assert "payment.succeeded" not in events_of(rt, visit.case), "no money moved"


def test_a_card_is_kept_with_the_money(rt: Runtime) -> None:
    visit, _, event = a_left_card(rt=rt, money=True)
    tell(rt, event)
    [outcome] = every_row(rt.db)["outcomes"]
    assert (outcome["kind"], outcome["amount_minor"]) == ("paid", AMOUNT)
    assert {k: outcome["values"][k] for k in CARD} == CARD
    assert outcome["values"]["paid_on"] == "2026-01-05"
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, AMOUNT, 122_20)


def test_money_without_the_card_that_was_to_be_kept_is_a_persons(rt: Runtime) -> None:
    visit, payment, event = a_left_card(rt=rt, money=True)
    assert tell(rt, replace(event, card=None)) is PaymentState.UNKNOWN
    item = item_of(rt, visit.case)
    assert (item.reason, item.packet["payment"]["id"]) == ("payment_unclear", payment)
    assert item.packet["event"] == {
        "id": event.id, "kind": "succeeded", "minor": AMOUNT, "currency": "USD",
        "at": event.at.isoformat(), "reference": f"co-{payment}",
    }
    assert every_row(rt.db)["outcomes"] == []


def test_what_was_agreed_to_goes_along_with_the_money(rt: Runtime) -> None:
    """It is written down before the provider is asked, and stands with the outcome then."""
    visit, payment = a_started_payment(rt=rt)
    [before] = every_row(rt.db)["payments"]
    tell(rt, settled(rt, payment))
    [outcome] = every_row(rt.db)["outcomes"]
    assert outcome["evidence"] == before["evidence"]
    assert outcome["evidence"]["workflow"]["hash"] == visit.case.workflow_hash


def settled(rt: Runtime, payment: str, kind: PaymentKind = PaymentKind.SUCCEEDED):  # type: ignore[no-untyped-def]
    return rt.registry.payments["fake_pay"].settle(payment, kind)  # type: ignore[attr-defined]


def test_the_provider_knows_them_again(rt: Runtime, fakes: Fakes, clock: Clock) -> None:
    visit, first, event = a_left_card(rt=rt, money=True)
    tell(rt, event)
    carry_all(rt)
    clock.tick(minutes=1)
    [payer] = every_row(rt.db)["payers"]
    assert (payer["person_id"], payer["provider"], payer["customer"]) == (
        visit.case.person_id, "fake_pay", f"cus-{visit.case.id}"
    )
    _, second = a_started_payment(rt=with_card(rt, money=True), visit=visit, nonce="nonce-2")
    assert fakes.payments.checkouts[first].customer is None
    assert fakes.payments.checkouts[second].customer == f"cus-{visit.case.id}"


def test_a_card_after_the_end_is_a_persons(rt: Runtime) -> None:
    visit, _, event = a_left_card(rt=rt)
    cancel_case(rt, actor=OPERATOR, case_id=visit.case.id, reason="paid elsewhere")
    tell(rt, event)
    item = item_of(rt, visit.case)
    assert (item.reason, item.packet["event"]["kind"]) == ("payment_unclear", "succeeded")
    assert the_case(rt, visit.case.id).state is CaseState.EXCEPTION


def test_r3_3_of_a_card_only_brand_and_last_four_are_told(rt: Runtime, fakes: Fakes) -> None:
    """The token stands where the provider's answer and the outcome do, in no audit or message."""
    visit, payment, event = a_left_card(rt=rt, money=True)
    tell(rt, event)
    carry_all(rt)
    assert ("card.kept", {
        "payment": payment, "brand": "visa", "last_four": "4242",
    }) in said_of(rt, visit.case)
    assert f"pm-{payment}" not in json.dumps(said_of(rt, visit.case))
    assert all(f"pm-{payment}" not in m.body for m in (*fakes.sms.sent, *fakes.email.sent))


def a_closed_case(rt: Runtime) -> tuple[AVisit, str]:
    visit, payment = a_started_payment(rt=rt, form={"how": "all"})
    tell(rt, settled(rt, payment))
    carry_all(rt)
    assert the_case(rt, visit.case.id).state is CaseState.CLOSED
    return visit, payment


def test_a_chargeback_after_the_end_is_a_persons(rt: Runtime) -> None:
    visit, payment = a_closed_case(rt)
    assert tell(rt, settled(rt, payment, PaymentKind.DISPUTED)) is PaymentState.DISPUTED
    item = item_of(rt, visit.case)
    assert (item.packet["why"], item.packet["event"]["kind"]) == (
        f"payment {payment} is disputed", "disputed"
    )
    assert money_of(rt, visit.case) == (CaseState.EXCEPTION, 184_20, 0)
    assert tell(rt, settled(rt, payment, PaymentKind.DISPUTE_LOST)) is PaymentState.LOST
    assert events_of(rt, visit.case)[-2:] == ["payment.dispute_lost", "case.handed_over"]


def test_a_chargeback_that_was_won_books_nothing_again(rt: Runtime) -> None:
    visit, payment = a_closed_case(rt)
    tell(rt, settled(rt, payment, PaymentKind.DISPUTED))
    assert tell(rt, settled(rt, payment, PaymentKind.DISPUTE_WON)) is PaymentState.SUCCEEDED
    assert len(every_row(rt.db)["outcomes"]) == 1
    assert money_of(rt, visit.case) == (CaseState.EXCEPTION, 184_20, 0)


def test_each_part_that_goes_back_after_the_end_is_told(rt: Runtime) -> None:
    visit, payment = a_closed_case(rt)
    pay = rt.registry.payments["fake_pay"]
    for minor, state in ((50_00, "part_refund"), (34_20, "part_refund"), (100_00, "refunded")):
        amount = replace(the_case(rt, visit.case.id).owed, minor=minor)  # type: ignore[type-var]
        event = pay.settle(payment, PaymentKind.REFUNDED, amount)  # type: ignore[attr-defined]
        assert tell(rt, event).value == state
    assert events_of(rt, visit.case).count("payment.refunded") == 3
    assert item_of(rt, visit.case).packet["event"]["minor"] == 50_00
    assert money_of(rt, visit.case) == (CaseState.EXCEPTION, 184_20, 0)
