"""On the day the customer chose, the money is taken from the card they left: once, or never."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.carry_charge import carry_charge
from inthread.commands.drain_outbox import claim_jobs, drain_outbox
from inthread.commands.hand_over_case import hand_over_case
from inthread.commands.receive_triggers import receive_triggers
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.commands.sweep import sweep
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.case import CaseState, NextStep
from inthread.domain.payment import PaymentKind, PaymentState, ScheduleState
from inthread.domain.refusals import Forbidden
from inthread.runtime import Runtime
from inthread.store import tables as t
from inthread.testing import Died
from tests.build import AVisit, Fakes, carry_all, the_case
from tests.clock import Clock
from tests.commands.later import AMOUNT, a_left_card, a_set_day, schedule_of
from tests.commands.test_record_payment_event import tell
from tests.look import events_of, item_of, money_of, said_of, waiting_for
from tests.races import at_once
from tests.rows import every_row, nothing_written
from tests.triggers import a_trigger

MORNING = datetime(2026, 1, 8, 14, 0, tzinfo=UTC)
CHARGE = ("charge",)


@pytest.fixture
def waiting(rt: Runtime) -> AVisit:
    return a_set_day(rt=rt)


def charge(rt: Runtime) -> dict[str, object]:
    [found] = [p for p in every_row(rt.db)["payments"] if p["mode"] == "charge"]
    return found


def the_day_comes(rt: Runtime, clock: Clock) -> None:
    clock.at = MORNING
    assert carry_all(rt, kinds=CHARGE) > 0


def test_until_its_day_the_case_waits_and_nothing_is_taken(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    assert the_case(rt, waiting.case.id).next == NextStep("charge", "worker", MORNING)
    assert money_of(rt, waiting.case) == (CaseState.PENDING, 0, 184_20)
    assert waiting_for(rt, waiting.case) == [("charge", MORNING)]
    said = [e for e in events_of(rt, waiting.case) if e.startswith(("payment", "card"))]
    assert said == ["payment.started", "card.kept", "payment.day_set"]
    clock.at = MORNING - timedelta(seconds=1)
    sweep(rt, actor=WORKER)
    assert carry_all(rt) == 0
    assert fakes.payments.charged == []
    assert len(fakes.sms.sent) == 1, "the link and no reminder"


def test_on_its_day_it_is_taken_once(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    the_day_comes(rt, clock)
    assert money_of(rt, waiting.case) == (CaseState.RESOLVED, AMOUNT, 122_20)
    made, schedule = charge(rt), schedule_of(rt, waiting)
    assert fakes.payments.charged == [made["id"]]
    assert (schedule.state, schedule.payment_id) == (ScheduleState.ENDED, made["id"])
    kept = fakes.payments.checkouts[str(made["id"])]
    assert (kept.method, kept.customer) == (
        f"pm-{schedule.card_payment_id}", f"cus-{waiting.case.id}"
    )
    [outcome] = every_row(rt.db)["outcomes"]
    assert (outcome["action"], outcome["kind"], outcome["amount_minor"]) == ("pay", "paid", AMOUNT)
    assert outcome["values"]["payment"] == made["id"]
    assert outcome["evidence"]["act"]["form"]["how"] == "part"
    carry_all(rt)
    assert [e.fields["amount_minor"] for e in fakes.billing.effects] == [AMOUNT]
    assert money_of(rt, waiting.case) == (CaseState.OPEN, AMOUNT, 122_20)


def test_a_decline_opens_the_case_again(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    fakes.payments.bank = "decline"
    the_day_comes(rt, clock)
    assert money_of(rt, waiting.case) == (CaseState.OPEN, 0, 184_20)
    assert charge(rt)["state"] == "failed"
    assert schedule_of(rt, waiting).state is ScheduleState.ENDED
    [(kind, due)] = waiting_for(rt, waiting.case)
    assert (kind, due > clock.at) == ("contact", True)


def test_a_provider_that_refuses_has_taken_nothing(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    fakes.payments.mode = "refuse"
    the_day_comes(rt, clock)
    assert (charge(rt)["state"], the_case(rt, waiting.case.id).state) == ("failed", CaseState.OPEN)
    clock.tick(hours=30)
    carry_all(rt)
    assert len(fakes.payments.charged) == 1


def test_taken_and_no_answer_is_asked_for_and_not_taken_again(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    fakes.payments.mode = "timeout_after"
    the_day_comes(rt, clock)
    assert the_case(rt, waiting.case.id).state is CaseState.PENDING
    clock.tick(seconds=20)
    carry_all(rt, kinds=CHARGE)
    assert len(fakes.payments.charged) == 1
    assert money_of(rt, waiting.case) == (CaseState.RESOLVED, AMOUNT, 122_20)


@pytest.mark.parametrize("mode", ["timeout_before", "error", "busy"])
def test_what_was_not_taken_is_asked_for_again_by_the_same_id(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit, mode: str
) -> None:
    fakes.payments.mode = mode
    the_day_comes(rt, clock)
    fakes.payments.mode = "ok"
    clock.tick(seconds=20)
    carry_all(rt, kinds=CHARGE)
    assert fakes.payments.charged == [charge(rt)["id"]] * 2
    assert money_of(rt, waiting.case) == (CaseState.RESOLVED, AMOUNT, 122_20)


def test_nothing_is_taken_again_while_nobody_can_say_what_became_of_it(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    fakes.payments.mode = "timeout_after"
    the_day_comes(rt, clock)
    fakes.payments.mode, fakes.payments.reach = "ok", "away"
    for _ in range(12):
        clock.tick(minutes=10)
        carry_all(rt, kinds=CHARGE)
    assert len(fakes.payments.charged) == 1
    clock.tick(hours=24)
    carry_all(rt, kinds=CHARGE)
    item = item_of(rt, waiting.case)
    assert (item.reason, item.packet["why"]) == (
        "payment_unclear", f"no answer about payment {charge(rt)['id']} for a day"
    )


def test_the_event_may_come_before_the_reply(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    fakes.payments.mode = "timeout_after"
    the_day_comes(rt, clock)
    tell(rt, fakes.payments.events[-1])
    assert money_of(rt, waiting.case) == (CaseState.RESOLVED, AMOUNT, 122_20)
    clock.tick(minutes=1)
    with nothing_written(rt.db, but=("outbox",)):
        carry_all(rt, kinds=CHARGE)


def test_eight_workers_take_it_once(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    clock.at = MORNING
    at_once([lambda: carry_all(rt, kinds=CHARGE)] * 8)
    kinds = [e.kind for e in fakes.payments.events]
    assert kinds.count(PaymentKind.SUCCEEDED) == 2, "the card that was left, and the charge"
    assert money_of(rt, waiting.case) == (CaseState.RESOLVED, AMOUNT, 122_20)


def test_a_lease_that_ran_out_takes_nothing_twice(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    """The first worker comes back when the second has done the job."""
    clock.at = MORNING
    [first] = claim_jobs(rt, actor=WORKER, kinds=CHARGE)
    clock.tick(seconds=61)
    carry_all(rt, kinds=CHARGE)
    with nothing_written(rt.db):
        carry_charge(rt, actor=WORKER, job=first)
    assert len(fakes.payments.charged) == 1


def test_a_worker_that_died_before_the_call_takes_nothing_twice(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    """It had written the payment down and called nobody; or it called and died: all the same."""
    clock.at = MORNING
    for dies in ("dies_before", "dies_after"):
        fakes.payments.mode = dies
        with pytest.raises(Died):
            drain_outbox(rt, actor=WORKER, kinds=CHARGE)
        clock.tick(seconds=61)
    fakes.payments.mode = "ok"
    carry_all(rt, kinds=CHARGE)
    kinds = [e.kind for e in fakes.payments.events]
    assert kinds == [PaymentKind.SUCCEEDED] * 2, "the card that was left, and one charge"
    assert money_of(rt, waiting.case) == (CaseState.RESOLVED, AMOUNT, 122_20)


def test_less_is_owed_than_was_to_be_taken(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    """The source says so meanwhile: nothing is taken, and the customer chooses anew."""
    clock.tick(hours=1)
    trigger = a_trigger(number="INV-1")
    trigger["facts"]["amount_due"] = "50.00"
    receive_triggers(rt, actor=OPERATOR, triggers=[trigger])
    the_day_comes(rt, clock)
    assert fakes.payments.charged == []
    assert schedule_of(rt, waiting).state is ScheduleState.CANCELLED
    assert the_case(rt, waiting.case.id).state is CaseState.OPEN
    assert said_of(rt, waiting.case)[-1] == ("payment.called_off", {
        "schedule": schedule_of(rt, waiting).id, "on": "2026-01-08", "why": "less is owed now",
        "amount": {"minor": AMOUNT, "currency": "USD"},
    })


def test_nothing_is_taken_while_a_person_has_the_case(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    ask_for_help(rt, actor=CUSTOMER, token=waiting.token, reason="dispute")
    assert schedule_of(rt, waiting).state is ScheduleState.CANCELLED
    resolve_work_item(
        rt, actor=OPERATOR, item_id=item_of(rt, waiting.case).id, result="resume"
    )
    clock.at = MORNING + timedelta(days=1)
    carry_all(rt)
    assert fakes.payments.charged == []
    assert every_row(rt.db)["outcomes"] == []


def test_a_person_gets_the_case_while_it_is_taken(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    """The money counts, and the case stays theirs."""
    fakes.payments.mode = "timeout_after"
    the_day_comes(rt, clock)
    hand_over_case(rt, actor=OPERATOR, case_id=waiting.case.id, reason="question", note="called")
    clock.tick(minutes=1)
    carry_all(rt, kinds=CHARGE)
    assert len(fakes.payments.charged) == 1
    sweep(rt, actor=WORKER)
    resolve_work_item(
        rt, actor=OPERATOR, item_id=item_of(rt, waiting.case).id, result="resume"
    )
    carry_all(rt)
    assert money_of(rt, waiting.case) == (CaseState.OPEN, AMOUNT, 122_20)


def test_what_nobody_carries_is_found(
    rt: Runtime, clock: Clock, fakes: Fakes, waiting: AVisit
) -> None:
    with rt.db.begin() as tx:
        tx.execute(delete(t.outbox).where(t.outbox.c.kind == "charge"))
    clock.at = MORNING + timedelta(minutes=6)
    assert sweep(rt, actor=WORKER) == 1
    carry_all(rt, kinds=CHARGE)
    assert money_of(rt, waiting.case) == (CaseState.RESOLVED, AMOUNT, 122_20)


def test_a_card_that_was_left_after_its_day_is_charged_now(rt: Runtime, clock: Clock) -> None:
    visit, _, event = a_left_card(rt=rt, on=date(2026, 1, 6))
    clock.at = MORNING
    tell(rt, event)
    assert carry_all(rt, kinds=CHARGE) == 1
    assert money_of(rt, visit.case) == (CaseState.RESOLVED, AMOUNT, 122_20)


def test_no_card_was_left(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    """The customer closed the provider's page: the case is open as before."""
    visit, payment, _ = a_left_card(rt=rt, on=date(2026, 1, 8))
    assert tell(rt, fakes.payments.settle(payment, PaymentKind.CLOSED)) is PaymentState.FAILED
    assert schedule_of(rt, visit).state is ScheduleState.DROPPED
    assert the_case(rt, visit.case.id).state is CaseState.OPEN


def test_a_card_that_came_too_late_is_a_persons(rt: Runtime, fakes: Fakes) -> None:
    """Its customer believes that the day is set."""
    visit, payment, event = a_left_card(rt=rt, on=date(2026, 1, 8))
    closed = fakes.payments.settle(payment, PaymentKind.CLOSED)
    for each in (closed, event):
        tell(rt, each)
    item = item_of(rt, visit.case)
    assert (item.reason, item.packet["event"]["kind"]) == ("payment_unclear", "succeeded")
    assert schedule_of(rt, visit).state is ScheduleState.DROPPED


def test_only_a_worker_charges(rt: Runtime, clock: Clock, waiting: AVisit) -> None:
    clock.at = MORNING
    [job] = claim_jobs(rt, actor=WORKER, kinds=CHARGE)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        carry_charge(rt, actor=CUSTOMER, job=job)
