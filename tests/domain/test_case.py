"""The life of a case: every transition there is, and that there is no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from inthread.domain.case import ENDED, LIVE, Case, CaseState, NextStep
from inthread.domain.money import Money
from inthread.domain.outcome import Outcome
from inthread.domain.refusals import AlreadySettled
from inthread.domain.writeback import WritebackState

NOW = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
STEP = NextStep("contact", "cadence", NOW)
PAY = NextStep("payment", "fake_pay", NOW)
PROVE = NextStep("prove", "billing", NOW)
WORK = NextStep("work", "customer_care", NOW)
USD = "USD"
PROVED = {WritebackState.PROVED}


def a_case(state: CaseState = CaseState.OPEN, **changes: object) -> Case:
    case = Case(
        id="case_1", reference="INV-1", workflow="w", workflow_version=1, workflow_hash="h",
        natural_key="k", person_id="per_1", facts={}, as_of=NOW, owed=Money(100_00, USD),
        settled=Money(0, USD), state=state, next=None if state in ENDED else STEP, attempt=0,
        done=(), step=0, opened_at=NOW, expires_at=NOW + timedelta(days=90),
        ended_at=NOW if state in ENDED else None,
    )
    return replace(case, **changes)  # type: ignore[arg-type]


def an_outcome(
    case: Case, minor: int | None = None, action: str = "pay", completes: bool = True
) -> Outcome:
    amount = Money(minor, USD) if minor is not None else None
    return Outcome("out_1", case.id, case.attempt, action, "paid", {}, amount, completes, NOW)


def test_live_and_ended_are_all_there_is() -> None:
    assert {*LIVE, *ENDED} == set(CaseState)
    assert [a_case(state).live for state in CaseState] == [
        True, True, True, False, True, False, False
    ]


def test_what_remains() -> None:
    assert a_case(settled=Money(30_00, USD)).remaining == Money(70_00, USD)
    assert a_case(owed=None, settled=None).remaining is None


def test_an_outcome_resolves() -> None:
    case = a_case()
    after = case.record(an_outcome(case, 40_00), PROVE)
    assert after == replace(
        case, state=CaseState.RESOLVED, next=PROVE, settled=Money(40_00, USD), done=("pay",),
        version=1,
    )


@pytest.mark.parametrize("state", CaseState)
def test_which_states_take_an_outcome(state: CaseState) -> None:
    case = a_case(state)
    if state in (CaseState.OPEN, CaseState.PENDING):
        assert case.record(an_outcome(case), PROVE).state is CaseState.RESOLVED
    elif state is CaseState.EXCEPTION:
        after = case.record(an_outcome(case, 1), PROVE)
        assert (after.state, after.next, after.settled) == (state, STEP, Money(1, USD))
    else:
        with pytest.raises(AlreadySettled):
            case.record(an_outcome(case), PROVE)


def test_an_action_is_done_once() -> None:
    case = a_case(done=("pay",))
    assert case.record(an_outcome(case, 1), PROVE).done == ("pay",)
    assert case.record(an_outcome(case, None, "plan"), PROVE).done == ("pay", "plan")


@pytest.mark.parametrize("change", [{"case_id": "case_2"}, {"attempt": 1}, {"attempt": -1}])
def test_an_outcome_of_another_case_or_attempt_is_a_fault(change: dict[str, object]) -> None:
    case = a_case()
    with pytest.raises(ValueError, match="another case or attempt"):
        case.record(replace(an_outcome(case), **change), PROVE)  # type: ignore[arg-type]


@pytest.mark.parametrize("states", [
    [], [WritebackState.DUE], [WritebackState.PROVED, WritebackState.APPLIED],
    [WritebackState.PROVED, WritebackState.FAILED], [WritebackState.UNKNOWN],
])
def test_without_all_the_proof_it_stays(states: list[WritebackState]) -> None:
    """A case with no writeback at all has no proof either."""
    case = a_case(CaseState.RESOLVED)
    assert case.settle(states, True, NOW, STEP) == case


def test_all_proved_and_complete_closes() -> None:
    case = a_case(CaseState.RESOLVED)
    after = case.settle([WritebackState.PROVED] * 2, True, NOW, STEP)
    assert after == replace(case, state=CaseState.CLOSED, next=None, ended_at=NOW, version=1)


def test_all_proved_and_more_to_do_opens_again() -> None:
    case = a_case(CaseState.RESOLVED, next=PROVE)
    after = case.settle(PROVED, False, NOW, STEP)
    assert after == replace(case, state=CaseState.OPEN, next=STEP, attempt=1, version=1)


@pytest.mark.parametrize("state", [s for s in CaseState if s is not CaseState.RESOLVED])
def test_only_what_is_resolved_settles(state: CaseState) -> None:
    case = a_case(state)
    assert case.settle(PROVED, True, NOW, STEP) == case


@pytest.mark.parametrize("state", CaseState)
def test_a_payment_is_awaited_by_an_open_case(state: CaseState) -> None:
    case = a_case(state)
    if state is CaseState.OPEN:
        after = case.await_payment(PAY)
        assert (after.state, after.next) == (CaseState.PENDING, PAY)
        return
    with pytest.raises(AlreadySettled):
        case.await_payment(PAY)


@pytest.mark.parametrize("state", CaseState)
def test_a_payment_that_failed_opens_what_waited_for_it(state: CaseState) -> None:
    case = a_case(state)
    after = case.payment_failed(STEP)
    assert after == (
        replace(case, state=CaseState.OPEN, next=STEP, version=1)
        if state is CaseState.PENDING else case
    )


@pytest.mark.parametrize("state", CaseState)
def test_a_person_can_get_any_case_and_it_lives(state: CaseState) -> None:
    after = a_case(state).hand_over(WORK)
    assert (after.state, after.next, after.ended_at, after.version) == (
        CaseState.EXCEPTION, WORK, None, 1
    )


@pytest.mark.parametrize("state", CaseState)
def test_only_what_a_person_has_is_resumed(state: CaseState) -> None:
    case = a_case(state)
    if state is CaseState.EXCEPTION:
        assert case.resume(CaseState.OPEN, STEP).state is CaseState.OPEN
        return
    with pytest.raises(AlreadySettled):
        case.resume(CaseState.OPEN, STEP)


class ALife(RuleBasedStateMachine):
    """In any order: a live case has its step, money is what the outcomes say, closed is proved."""

    def __init__(self) -> None:
        super().__init__()
        self.case = a_case()
        self.states: list[WritebackState] = []
        self.completes = False
        self.taken = 0
        self.versions = [0]

    def moved(self, case: Case) -> None:
        self.case = case
        self.versions.append(case.version)

    @rule(share=st.integers(1, 3), writes=st.integers(0, 3))
    def settle_some(self, share, writes):
        left = self.case.remaining.minor
        minor = left // share
        try:
            after = self.case.record(
                an_outcome(self.case, minor, completes=minor == left), PROVE
            )
        except AlreadySettled:
            return
        if self.case.state is CaseState.EXCEPTION and self.states:
            return  # an outcome of this attempt is there: commands ask before they record
        self.moved(after)
        self.taken += minor
        self.completes = minor == left
        self.states = [WritebackState.DUE] * writes

    @rule(which=st.integers(0, 2), state=st.sampled_from(WritebackState))
    def a_write_moves(self, which, state):
        if self.states:
            self.states[which % len(self.states)] = state

    @rule()
    def settle(self):
        after = self.case.settle(self.states, self.completes, NOW, STEP)
        if after != self.case:
            assert self.case.state is CaseState.RESOLVED
            assert set(self.states) == PROVED
            assert (after.state is CaseState.CLOSED) == self.completes
        if after.attempt != self.case.attempt:
            self.states = []
        self.moved(after)

    @rule()
    def a_payment_begins(self):
        if self.case.state is CaseState.OPEN:
            self.moved(self.case.await_payment(PAY))

    @rule()
    def a_payment_fails(self):
        self.moved(self.case.payment_failed(STEP))

    @rule()
    def a_person_gets_it(self):
        self.moved(self.case.hand_over(WORK))

    @rule()
    def a_person_gives_it_back(self):
        if self.case.state is CaseState.EXCEPTION:
            self.moved(self.case.resume(
                CaseState.RESOLVED if self.states else CaseState.OPEN, STEP
            ))

    @rule(state=st.sampled_from([CaseState.WITHDRAWN, CaseState.EXPIRED]))
    def it_ends(self, state):
        if self.case.state in (CaseState.OPEN, CaseState.EXCEPTION):
            self.moved(self.case.end(state, NOW))

    @invariant()
    def a_live_case_has_its_step(self):
        assert (self.case.next is not None) == self.case.live == (self.case.ended_at is None)

    @invariant()
    def money_is_what_was_taken(self):
        assert self.case.settled.minor == self.taken <= self.case.owed.minor
        assert self.case.remaining.minor == self.case.owed.minor - self.taken

    @invariant()
    def no_version_comes_twice(self):
        assert self.versions == sorted(self.versions)


TestALife = ALife.TestCase
