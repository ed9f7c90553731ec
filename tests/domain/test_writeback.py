"""A writeback is sent, read back and believed by rules; whatever is heard, in any order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from inthread.domain.writeback import LOOK_AFTER, RETRY_AFTER, Writeback, WritebackState

NOW = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
DAY = timedelta(days=1)
VISIBLE = timedelta(seconds=120)
FIELDS = {"invoice": "INV-1", "minor": 100, "note": "x"}
DUE, UNKNOWN, APPLIED, PROVED, FAILED = WritebackState


def a_writeback(**changes: object) -> Writeback:
    made = Writeback(
        "wb_1", "case_1", "out_1", "billing", "payments", FIELDS, ("invoice", "minor")
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def called(at: datetime = NOW) -> Writeback:
    return a_writeback().calling(at, DAY)


def test_it_is_unknown_from_the_moment_we_call() -> None:
    assert called() == a_writeback(
        state=UNKNOWN, attempts=1, called_at=NOW, first_called_at=NOW
    )


@pytest.mark.parametrize("state", [UNKNOWN, APPLIED, PROVED, FAILED])
def test_only_what_is_due_is_sent(state: WritebackState) -> None:
    with pytest.raises(ValueError, match="is not sent"):
        a_writeback(state=state).calling(NOW, DAY)


@pytest.mark.parametrize(("seconds", "state"), [(0, UNKNOWN), (86400, UNKNOWN), (86401, FAILED)])
def test_no_blind_resend_past_what_is_remembered(seconds: int, state: WritebackState) -> None:
    lost = called().seen(None, NOW + VISIBLE, VISIBLE)
    assert lost.calling(NOW + timedelta(seconds=seconds), DAY).state is state


def test_what_was_surely_not_taken_leaves_nothing_to_remember() -> None:
    busy = called().not_done("busy")
    assert (busy.state, busy.first_called_at, busy.trouble) == (DUE, None, "busy")
    assert busy.calling(NOW + 9 * DAY, DAY).first_called_at == NOW + 9 * DAY


def test_unless_a_try_before_it_may_have_been() -> None:
    later = NOW + timedelta(hours=1)
    busy = called().seen(None, later, VISIBLE).calling(later, DAY).not_done("busy")
    assert busy.first_called_at == NOW


@pytest.mark.parametrize(("seconds", "state"), [(0, UNKNOWN), (119, UNKNOWN), (120, DUE)])
def test_an_absence_counts_when_it_had_time_to_show(seconds: int, state: WritebackState) -> None:
    looked = called().seen(None, NOW + timedelta(seconds=seconds), VISIBLE)
    assert looked.state is state


def test_accepted_and_absent_is_only_late() -> None:
    looked = called().applied("ref").seen(None, NOW + 30 * DAY, VISIBLE)
    assert (looked.state, looked.reference, looked.trouble) == (APPLIED, "ref", "not shown yet")


def test_what_was_never_called_cannot_be_looked_for() -> None:
    with pytest.raises(ValueError, match="never called"):
        a_writeback().seen(None, NOW, VISIBLE)


@pytest.mark.parametrize(("shown", "state", "trouble"), [
    (FIELDS, PROVED, None),
    ({"invoice": "INV-1", "minor": 100}, PROVED, None),
    ({**FIELDS, "note": "y", "more": 1}, PROVED, None),
    ({**FIELDS, "minor": 101}, FAILED, "differs in minor"),
    ({**FIELDS, "minor": "100"}, FAILED, "differs in minor"),
    ({"minor": 1}, FAILED, "differs in invoice, minor"),
    ({}, FAILED, "differs in invoice, minor"),
])
def test_what_is_shown_has_to_be_equal_where_it_matters(
    shown: Mapping[str, object], state: WritebackState, trouble: str | None
) -> None:
    for before in (called(), called().applied("ref")):
        seen = before.seen(shown, NOW, VISIBLE)
        assert (seen.state, seen.trouble, seen.observed) == (state, trouble, shown)


def test_once_more_is_looked_for_first() -> None:
    again = called().failed("refused").again()
    assert (again.state, again.attempts, again.looks, again.first_called_at) == (
        UNKNOWN, 0, 0, None
    )
    assert a_writeback(state=FAILED).again().state is DUE


def test_what_is_accepted_is_looked_for_at_once_and_then_seldomer() -> None:
    accepted = called().applied("ref")
    waits = []
    for looks in range(len(LOOK_AFTER) + 2):
        at = replace(accepted, looks=looks).next_at(NOW)
        waits.append(None if at is None else (at - NOW).total_seconds())
    assert waits == [0, *LOOK_AFTER, None]


def test_what_was_not_taken_is_tried_on_the_schedule() -> None:
    waits = []
    for attempts in range(1, len(RETRY_AFTER) + 2):
        at = a_writeback(attempts=attempts).next_at(NOW)
        waits.append(None if at is None else (at - NOW).total_seconds())
    assert waits == [*RETRY_AFTER, None]


@pytest.mark.parametrize("state", WritebackState)
def test_what_has_ended(state: WritebackState) -> None:
    assert a_writeback(state=state).ended == (state in (PROVED, FAILED))


class AWayThere(RuleBasedStateMachine):
    """An office that takes, forgets and shows as it likes: what we believe was there."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.writeback = a_writeback()
        self.landed: list[datetime] = []
        self.sent_while_unknown = False

    @rule(heard=st.sampled_from(["applied", "busy", "nothing", "refused"]), lands=st.booleans())
    def send(self, heard, lands):
        if self.writeback.state is not DUE:
            return
        called = self.writeback.calling(self.now, DAY)
        self.writeback = called
        if called.state is FAILED:
            return
        if heard == "applied" or (heard == "nothing" and lands):
            self.landed.append(self.now)
        self.writeback = {
            "applied": called.applied("ref"), "busy": called.not_done("busy"),
            "nothing": called.unheard("no answer"), "refused": called.failed("refused"),
        }[heard]

    @rule()
    def look(self):
        if self.writeback.state not in (UNKNOWN, APPLIED):
            return
        shown = FIELDS if self.landed and self.now >= self.landed[0] + VISIBLE else None
        self.writeback = self.writeback.looking().seen(shown, self.now, VISIBLE)

    @rule(seconds=st.sampled_from([1, 60, 119, 120, 3600, 90000]))
    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule()
    def once_more(self):
        if self.writeback.state is FAILED:
            self.writeback = self.writeback.again()

    @invariant()
    def one_effect(self):
        assert len(self.landed) <= 1

    @invariant()
    def proved_is_there(self):
        if self.writeback.state is PROVED:
            assert len(self.landed) == 1
            assert self.writeback.observed == FIELDS


TestAWayThere = AWayThere.TestCase
