"""Triggers for an obligation that has, or had, a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inthread.domain.canonical import digest
from inthread.domain.case import CaseState, NextStep
from inthread.domain.intake import Answer, AnswerStatus
from inthread.domain.money import Money
from inthread.domain.outcome import Outcome
from inthread.domain.payment import Payment, PaymentState
from inthread.domain.writeback import Writeback, WritebackState
from inthread.runtime import Runtime
from inthread.store import audit, cases, outbox, outcomes, payments, writebacks
from tests.clock import Clock
from tests.rows import every_row
from tests.triggers import a_trigger, case_of, events_of, receive, statuses

# --- the same obligation again -----------------------------------------------------------------


def test_newer_facts_refresh_the_open_case(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger())
    clock.tick(hours=2)
    [second] = receive(rt, a_trigger(amount="60.00", due="2025-12-21"))
    assert second == Answer(AnswerStatus.REFRESHED, first.case_id, "611365")
    case = case_of(rt, second)
    assert (case.owed, case.settled) == (Money(6000, "USD"), Money(0, "USD"))
    assert (case.facts["due_date"], case.as_of, case.version) == ("2025-12-21", clock.at, 1)
    assert events_of(rt, first) == ["case.opened", "case.refreshed"]
    with rt.db.read() as tx:
        refreshed = audit.of_subject(tx, case.id)[1].detail
        assert outbox.waiting(tx, case.id) == [("contact", case.id, case.next.due)]  # type: ignore[union-attr]
    assert refreshed == {
        "as_of": clock.at.isoformat(), "digest": digest(dict(case.facts)),
        "facts": ["amount_due", "due_date"], "person": [],
    }


def test_the_same_trigger_again_changes_nothing(rt: Runtime) -> None:
    trigger = a_trigger(as_of="2026-01-05T10:00:00Z")
    [first] = receive(rt, trigger)
    before = every_row(rt.db)
    assert receive(rt, trigger) == [Answer(AnswerStatus.UNCHANGED, first.case_id, "611365")]
    assert every_row(rt.db) == before


def test_the_same_facts_later_only_move_the_time(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger(as_of="2026-01-05T10:00:00Z"))
    before = case_of(rt, first)
    [again] = receive(rt, a_trigger(as_of="2026-01-05T12:00:00Z"))
    assert again.status is AnswerStatus.UNCHANGED
    noon = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
    assert case_of(rt, first) == replace(before, as_of=noon, version=1)
    assert events_of(rt, first) == ["case.opened"]
    [between] = receive(rt, a_trigger(amount="1.00", as_of="2026-01-05T11:00:00Z"))
    assert between.status is AnswerStatus.STALE


def test_older_facts_are_stale(rt: Runtime) -> None:
    [first] = receive(rt, a_trigger(as_of="2026-01-05T10:00:00Z"))
    before = every_row(rt.db)
    [older] = receive(rt, a_trigger(amount="10.00", as_of="2026-01-05T09:59:59Z"))
    assert older == Answer(
        AnswerStatus.STALE, first.case_id, "611365",
        "not newer than what is known already, as of 2026-01-05T10:00:00Z",
    )
    assert every_row(rt.db) == before


def test_facts_that_become_disputed_go_to_a_person(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger())
    clock.tick(hours=1)
    [second] = receive(rt, a_trigger(facts={"disputed": True}))
    assert second == Answer(AnswerStatus.REFERRED, first.case_id, "611365", "dispute")
    assert case_of(rt, first).state is CaseState.EXCEPTION
    with rt.db.read() as tx:
        assert outbox.waiting(tx, first.case_id or "") == []
    assert events_of(rt, first) == ["case.opened", "case.refreshed", "case.handed_over"]


def test_a_case_with_a_person_takes_new_facts_and_stays_there(rt: Runtime, clock: Clock) -> None:
    [first] = receive(rt, a_trigger(facts={"disputed": True}))
    before = case_of(rt, first)
    clock.tick(hours=1)
    [second] = receive(rt, a_trigger(amount="50.00"))
    assert second.status is AnswerStatus.REFRESHED
    after = case_of(rt, first)
    assert (after.state, after.next, after.owed) == (
        CaseState.EXCEPTION, before.next, Money(5000, "USD")
    )


# --- money: the source states what is still due ------------------------------------------------


def a_part_paid(rt: Runtime, clock: Clock, minor: int = 2000) -> Answer:
    """A case of 55.94 with a part paid and proved; open again."""
    [answer] = receive(rt, a_trigger())
    clock.tick(hours=1)
    case = case_of(rt, answer)
    outcome = Outcome("out_1", case.id, 0, "pay", "paid", {}, Money(minor, "USD"), False, clock.at)
    proving = NextStep("prove", "billing", clock.at)
    resolved = case.record(outcome, proving)
    again = NextStep("contact", "cadence", clock.at + timedelta(days=3))
    written = Writeback("wb_1", case.id, "out_1", "billing", "payments", {}, ())
    with rt.db.begin() as tx:
        cases.save(tx, case, resolved)
        outcomes.add(tx, outcome)
        writebacks.add_all(tx, [written], clock.at)
    clock.tick(hours=1)
    with rt.db.begin() as tx:
        writebacks.save(tx, replace(written, state=WritebackState.PROVED))
        proved = writebacks.Attempt(clock.at, "looked", "proved", None, 5)
        writebacks.add_attempt(tx, "wb_1", proved)
        cases.save(
            tx, resolved, resolved.settle([WritebackState.PROVED], False, clock.at, again)
        )
    return answer


def test_what_is_still_due_after_a_part_payment(rt: Runtime, clock: Clock) -> None:
    answer = a_part_paid(rt, clock)
    clock.tick(hours=1)
    [told] = receive(rt, a_trigger(amount="35.94"))
    assert told.status is AnswerStatus.REFRESHED
    case = case_of(rt, answer)
    assert (case.owed, case.settled, case.remaining) == (
        Money(5594, "USD"), Money(2000, "USD"), Money(3594, "USD")
    )


def test_a_charge_added_by_the_source_is_owed_too(rt: Runtime, clock: Clock) -> None:
    answer = a_part_paid(rt, clock)
    clock.tick(hours=1)
    receive(rt, a_trigger(amount="45.94"))
    case = case_of(rt, answer)
    assert (case.owed, case.remaining) == (Money(6594, "USD"), Money(4594, "USD"))


def test_a_snapshot_from_before_the_payment_landed_does_not_ask_twice(
    rt: Runtime, clock: Clock
) -> None:
    answer = a_part_paid(rt, clock)
    before = every_row(rt.db)
    proved_at = clock.at
    clock.tick(hours=1)
    [told] = receive(rt, a_trigger(amount="55.95", as_of=proved_at.isoformat()))
    assert told == Answer(
        AnswerStatus.STALE, answer.case_id, "611365",
        "from before the outcome that the source showed at 2026-01-05T17:00:00Z",
    )
    assert every_row(rt.db) == before


def test_a_source_that_repeats_the_first_amount_asks_for_it_once(
    rt: Runtime, clock: Clock
) -> None:
    answer = a_part_paid(rt, clock)
    clock.tick(hours=1)
    [told] = receive(rt, a_trigger(due="2025-12-21"))
    assert told.status is AnswerStatus.REFRESHED
    case = case_of(rt, answer)
    assert (case.owed, case.remaining) == (Money(5594, "USD"), Money(3594, "USD"))


@pytest.mark.parametrize("state", [CaseState.PENDING, CaseState.RESOLVED, CaseState.EXCEPTION])
def test_nothing_is_refreshed_while_an_outcome_is_on_its_way(
    rt: Runtime, clock: Clock, state: CaseState
) -> None:
    [answer] = receive(rt, a_trigger())
    case = case_of(rt, answer)
    paid = Outcome("out_1", case.id, 0, "pay", "paid", {}, Money(5594, "USD"), True, clock.at)
    step = NextStep("prove", "billing", clock.at)
    with rt.db.begin() as tx:
        cases.save(tx, case, replace(case, state=state, next=step, version=1))
        if state is not CaseState.PENDING:
            outcomes.add(tx, paid)
    clock.tick(hours=1)
    before = every_row(rt.db)
    [told] = receive(rt, a_trigger(amount="100.00"))
    assert told == Answer(
        AnswerStatus.STALE, answer.case_id, "611365",
        "an outcome is on its way to the source: send the facts again once it shows there",
    )
    assert statuses(receive(rt, a_trigger())) == ["unchanged"]
    assert every_row(rt.db) == before


def test_a_started_payment_is_on_its_way_too(rt: Runtime, clock: Clock) -> None:
    [answer] = receive(rt, a_trigger(facts={"disputed": True}))
    with rt.db.begin() as tx:
        payments.add(tx, Payment(
            id="pay_1", case_id=answer.case_id or "", provider="fake_pay",
            amount=Money(1, "USD"), action="pay", outcome_kind="paid", values={},
            state=PaymentState.STARTED, return_ref="r", started_at=clock.at,
        ), [])
    clock.tick(hours=1)
    assert statuses(receive(rt, a_trigger(amount="100.00"))) == ["stale"]


# --- after the end -----------------------------------------------------------------------------


def ended(rt: Runtime, clock: Clock, state: CaseState) -> Answer:
    [answer] = receive(rt, a_trigger())
    clock.tick(hours=2)
    case = case_of(rt, answer)
    with rt.db.begin() as tx:
        cases.save(tx, case, case.end(state, clock.at))
    return answer


@pytest.mark.parametrize(("state", "said"), [
    (CaseState.CLOSED, "already settled at 2026-01-05T17:00:00Z"),
    (CaseState.WITHDRAWN, "already withdrawn at 2026-01-05T17:00:00Z"),
    (CaseState.EXPIRED, "already ended at 2026-01-05T17:00:00Z"),
])
@pytest.mark.parametrize("as_of", ["2026-01-05T15:00:00Z", "2026-01-05T16:59:59Z"])
def test_a_snapshot_from_before_the_end_opens_nothing(
    rt: Runtime, clock: Clock, state: CaseState, said: str, as_of: str
) -> None:
    answer = ended(rt, clock, state)
    clock.tick(hours=1)
    before = every_row(rt.db)
    assert receive(rt, a_trigger(as_of=as_of)) == [
        Answer(AnswerStatus.STALE, answer.case_id, "611365", said)
    ]
    assert every_row(rt.db) == before


def test_a_later_snapshot_opens_a_new_case(rt: Runtime, clock: Clock) -> None:
    first = ended(rt, clock, CaseState.CLOSED)
    clock.tick(seconds=1)
    [second] = receive(rt, a_trigger())
    assert second.status is AnswerStatus.OPENED
    assert second.case_id != first.case_id
    assert case_of(rt, second).person_id == case_of(rt, first).person_id
    [third] = receive(rt, a_trigger())
    assert third == Answer(AnswerStatus.UNCHANGED, second.case_id, "611365")
