"""A card that is replaced, and a plan with something down and debits: from the customer's press to
what the system of record is told."""

from __future__ import annotations

from hashlib import sha256

import pytest

from inthread.commands.open_checkout import open_checkout
from inthread.commands.record_payment_event import record_payment_event
from inthread.commands.submit_action import submit_action
from inthread.domain.actor import CUSTOMER, provider
from inthread.domain.case import CaseState
from inthread.domain.payment import PaymentKind
from inthread.queries.action import action_form
from inthread.runtime import Runtime
from inthread.spi import Form
from tests.build import (
    AVisit,
    Fakes,
    a_coded_visit,
    a_provider_event,
    a_submission,
    carry_all,
    the_case,
)
from tests.look import state_of
from tests.rows import every_row

PAY = provider("fake_pay")


def at_the_provider(
    rt: Runtime, visit: AVisit, payment: str, kind: PaymentKind = PaymentKind.SUCCEEDED
) -> None:
    open_checkout(rt, actor=CUSTOMER, token=visit.token, payment_id=payment)
    event = a_provider_event(rt=rt, payment_id=payment, kind=kind)
    record_payment_event(rt, actor=PAY, provider="fake_pay", event=event)
    carry_all(rt)


def card_given(rt: Runtime, visit: AVisit) -> str:
    page = action_form(rt, visit.token, "update_card").page
    return submit_action(
        rt, actor=CUSTOMER, token=visit.token, action="update_card", nonce="nonce-1",
        form=Form({"agree": "yes", "agreement_digest": str(page["digest"])}),
    ).ref


@pytest.mark.parametrize("workflow", ["failed_payment", "card_expiring"])
def test_a_card_is_replaced_and_no_money_moves(rt: Runtime, fakes: Fakes, workflow: str) -> None:
    visit = a_coded_visit(rt=rt, workflow=workflow)
    payment = card_given(rt, visit)
    assert fakes.billing.effects == []
    at_the_provider(rt, visit, payment)
    [outcome] = every_row(rt.db)["outcomes"]
    assert outcome["kind"] == "card_kept"
    assert outcome["values"]["replaces"] == "1881"
    agreed = outcome["evidence"]["agreement"]
    assert outcome["values"]["agreement_sha256"] == sha256(agreed.encode()).hexdigest()
    [written] = fakes.billing.effects
    assert written.operation == "cards"
    kept = ("method", "brand", "last_four", "expires", "replaces")
    assert [written.fields[name] for name in kept] == [
        f"pm-{payment}", "visa", "4242", "2029-04", "1881",
    ]
    case = the_case(rt, visit.case.id)
    assert case.state is CaseState.CLOSED
    assert case.settled is None or case.settled.minor == 0


def test_a_card_that_was_not_given_changes_nothing(rt: Runtime, fakes: Fakes) -> None:
    visit = a_coded_visit(rt=rt, workflow="card_expiring")
    at_the_provider(rt, visit, card_given(rt, visit), PaymentKind.CLOSED)
    assert state_of(rt, visit.case) is CaseState.OPEN
    assert (every_row(rt.db)["outcomes"], fakes.billing.effects) == ([], [])


def test_r4_13_a_plan_with_debits_has_its_words_and_a_copy_is_sent(
    rt: Runtime, fakes: Fakes
) -> None:
    visit = a_coded_visit(rt=rt)
    form = {"option": "monthly-2", "down": "other", "down_amount": "84.20", "debits": "yes"}
    made = a_submission(rt=rt, visit=visit, action="plan", form=form)
    assert made.kind == "payment"
    assert fakes.billing.effects == []
    at_the_provider(rt, visit, made.ref)
    [outcome] = every_row(rt.db)["outcomes"]
    agreed = outcome["evidence"]["agreement"]
    assert "1. January 5, 2026: $84.20\n2. February 4, 2026: $50.00\n3. March 4, 2026: $50.00" in (
        agreed
    )
    assert "I authorise the 2 payments from February 4, 2026 to March 4, 2026" in agreed
    assert "at least 3 business days before a payment" in agreed
    assert "A copy of this is sent to me" in agreed
    [written] = fakes.billing.effects
    told = ("operation", "total_minor", "down_minor", "debits", "method", "agreement_sha256")
    assert [{"operation": written.operation, **written.fields}[name] for name in told] == [
        "plans", 18420, 8420, True, f"pm-{made.ref}", sha256(agreed.encode()).hexdigest(),
    ]
    assert written.fields["schedule"] == [
        {"due": "2026-02-04", "minor": 5000}, {"due": "2026-03-04", "minor": 5000},
    ]
    case = the_case(rt, visit.case.id)
    assert case.settled is not None
    assert (case.state, case.settled.minor) == (CaseState.CLOSED, 8420)
    [copy] = [m for m in every_row(rt.db)["messages"] if m["purpose"] == "receipt"]
    assert (copy["state"], copy["values"]["outcome"]) == ("sent", outcome["id"])


def test_r4_13_debits_without_anything_down_keep_a_card_and_take_nothing(
    rt: Runtime, fakes: Fakes
) -> None:
    visit = a_coded_visit(rt=rt)
    made = a_submission(
        rt=rt, visit=visit, action="plan", form={"option": "monthly-3", "debits": "yes"}
    )
    at_the_provider(rt, visit, made.ref)
    [written] = fakes.billing.effects
    assert (written.fields["method"], written.fields["down_minor"]) == (f"pm-{made.ref}", 0)
    case = the_case(rt, visit.case.id)
    assert case.settled is not None
    assert (case.state, case.settled.minor) == (CaseState.CLOSED, 0)


def test_what_is_paid_down_and_not_finished_makes_no_plan(rt: Runtime, fakes: Fakes) -> None:
    visit = a_coded_visit(rt=rt)
    form = {"option": "monthly-2", "down": "other", "down_amount": "20"}
    made = a_submission(rt=rt, visit=visit, action="plan", form=form)
    at_the_provider(rt, visit, made.ref, PaymentKind.CLOSED)
    assert state_of(rt, visit.case) is CaseState.OPEN
    assert (every_row(rt.db)["outcomes"], fakes.billing.effects) == ([], [])
