"""The Case: one thing one customer can settle.

    open <-> pending                 a payment is on its way
    open | pending -> resolved       an outcome is recorded, writebacks are on their way
    resolved -> closed               every writeback is proved and the outcome completes the case
    resolved -> open                 proved, and something is left to do (a part was paid)
    open | pending | resolved -> exception     a person must do something
    exception -> open | pending | resolved     the person did, or what was late arrived
    closed | expired | withdrawn -> exception  money came after the end
    open | pending | exception -> withdrawn    the back office took it back
    open | exception -> expired                its time is over

A live case (open, pending, resolved, exception) has exactly one NextStep: what, whose, by when.
While it is paused we ask for nothing; what the customer does counts as always.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from inthread.domain.money import Money
from inthread.domain.outcome import Outcome
from inthread.domain.refusals import AlreadySettled
from inthread.domain.writeback import WritebackState


class CaseState(StrEnum):
    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"
    EXCEPTION = "exception"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


LIVE = (CaseState.OPEN, CaseState.PENDING, CaseState.RESOLVED, CaseState.EXCEPTION)
ENDED = (CaseState.CLOSED, CaseState.EXPIRED, CaseState.WITHDRAWN)


@dataclass(frozen=True)
class NextStep:
    """What happens next, who answers for it (`cadence`, `worker`, or a queue's name), by when."""

    what: str
    owner: str
    due: datetime


@dataclass(frozen=True)
class Case:
    """`ended_why`: in the words of whoever took the case back. `paused_until`: before then nothing
    is asked for, and `paused_why` in the words of whoever said so; it may be in the past."""

    id: str
    reference: str
    workflow: str
    workflow_version: int
    workflow_hash: str
    natural_key: str
    person_id: str
    facts: Mapping[str, object]
    as_of: datetime
    owed: Money | None
    settled: Money | None
    state: CaseState
    next: NextStep | None
    attempt: int
    done: tuple[str, ...]
    step: int
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    ended_why: str | None = None
    version: int = 0
    paused_until: datetime | None = None
    paused_why: str | None = None

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def remaining(self) -> Money | None:
        """What is left to pay; None for a case that is not about money."""
        if self.owed is None or self.settled is None:
            return None
        return self.owed - self.settled

    @property
    def waits_for_its_day(self) -> bool:
        """Money is to be taken on a day the customer chose: until then none is on its way."""
        pending = self.state is CaseState.PENDING
        return pending and self.next is not None and self.next.what == "charge"

    def await_payment(self, next: NextStep) -> Case:
        if self.state is not CaseState.OPEN:
            raise AlreadySettled(self.id)
        return self._to(CaseState.PENDING, next)

    def payment_failed(self, next: NextStep) -> Case:
        """The money did not move: the case is open as before."""
        return self._to(CaseState.OPEN, next) if self.state is CaseState.PENDING else self

    def record(self, outcome: Outcome, next: NextStep) -> Case:
        """Take the outcome of this attempt. A case that a person has stays theirs, with its step.
        Raises AlreadySettled when it is resolved or has ended."""
        if self.state not in (CaseState.OPEN, CaseState.PENDING, CaseState.EXCEPTION):
            raise AlreadySettled(self.id)
        if (outcome.case_id, outcome.attempt) != (self.id, self.attempt):
            raise ValueError("outcome of another case or attempt")
        settled = self.settled
        if outcome.amount is not None and settled is not None:
            settled = settled + outcome.amount
        done = self.done if outcome.action in self.done else (*self.done, outcome.action)
        theirs = self.state is CaseState.EXCEPTION
        after = self._to(self.state, self.next) if theirs else self._to(CaseState.RESOLVED, next)
        return replace(after, settled=settled, done=done)

    def settle(
        self, states: Collection[WritebackState], completes: bool, now: datetime, again: NextStep
    ) -> Case:
        """Close on proof. `states`: those of this attempt's writebacks.

        Closed only if they are exactly {proved}; a case with none never closes. What is proved but
        does not complete the case opens it again with the step *again*.
        """
        if self.state is not CaseState.RESOLVED or set(states) != {WritebackState.PROVED}:
            return self
        if completes:
            return self.end(CaseState.CLOSED, now)
        return replace(self._to(CaseState.OPEN, again), attempt=self.attempt + 1)

    def hand_over(self, next: NextStep) -> Case:
        """A person must act. A case that had ended lives again: something came after its end."""
        return replace(self._to(CaseState.EXCEPTION, next), ended_at=None, ended_why=None)

    def resume(self, state: CaseState, next: NextStep) -> Case:
        """Back to autopilot after a person resolved what was in the way."""
        if self.state is not CaseState.EXCEPTION:
            raise AlreadySettled(self.id)
        return self._to(state, next)

    def end(self, state: CaseState, now: datetime, why: str | None = None) -> Case:
        return replace(
            self, state=state, next=None, ended_at=now, ended_why=why, version=self.version + 1
        )

    def paused(self, now: datetime) -> bool:
        """A pause ends by itself, exactly at its end."""
        return self.paused_until is not None and now < self.paused_until

    def pause(self, until: datetime, why: str, now: datetime) -> Case:
        """What is next waits until then, if it would come before."""
        return replace(self._waiting(until, now), paused_until=until, paused_why=why)

    def unpause(self, now: datetime) -> Case:
        """What waited for the end of the pause is due now."""
        return replace(self._waiting(now, now), paused_until=None, paused_why=None)

    def _waiting(self, until: datetime, now: datetime) -> Case:
        """Only an open case asks; another goes on as it does."""
        step = self.next
        if self.state is CaseState.OPEN and step is not None:
            own = now if step.due == self.paused_until else step.due
            step = replace(step, due=max(own, until))
        return self._to(self.state, step)

    def at_step(self, step: int, next: NextStep) -> Case:
        """The same state, at number *step* of its cadence, with what is next."""
        return replace(self._to(self.state, next), step=step)

    def _to(self, state: CaseState, next: NextStep | None) -> Case:
        return replace(self, state=state, next=next, version=self.version + 1)
