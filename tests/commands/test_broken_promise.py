"""A promise lets its case rest until the promised day is over; then the case goes on by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inthread.commands.cancel_case import cancel_case
from inthread.domain.case import CaseState, NextStep
from inthread.domain.refusals import NotEligible
from inthread.queries.action import action_form
from inthread.runtime import Runtime
from tests.build import (
    AVisit,
    Fakes,
    a_coded_visit,
    a_person,
    a_submission,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.look import events_of, state_of, waiting_for
from tests.triggers import BACK_OFFICE

ON = {"on": "2026-01-09", "how": "all"}
# 10 January begins at five o'clock UTC in New York.
OVER = datetime(2026, 1, 10, 5, tzinfo=UTC)


def promised(rt: Runtime) -> AVisit:
    visit = a_coded_visit(rt=rt, workflow="failed_payment")
    a_submission(rt=rt, visit=visit, action="promise", form=ON)
    carry_all(rt)
    return visit


def test_a_promised_case_is_open_and_rests_until_the_day_is_over(
    rt: Runtime, fakes: Fakes
) -> None:
    visit = promised(rt)
    [written] = fakes.billing.effects
    assert (written.operation, written.fields["on"]) == ("promises", "2026-01-09")
    case = the_case(rt, visit.case.id)
    assert (case.state, case.attempt, case.done) == (CaseState.OPEN, 1, ("promise",))
    assert (case.paused_until, case.paused_why) == (OVER, "promised: rests until 2026-01-10")
    assert case.next == NextStep("contact", "cadence", OVER)
    assert waiting_for(rt, visit.case) == [("contact", OVER)]
    assert "case.reopened" in events_of(rt, visit.case)


def test_nothing_is_asked_before_and_the_case_goes_on_after(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    visit = promised(rt)
    said = len(fakes.sms.sent) + len(fakes.email.sent)
    clock.at = OVER - timedelta(seconds=1)
    carry_all(rt)
    assert len(fakes.sms.sent) + len(fakes.email.sent) == said
    clock.at = OVER + timedelta(hours=9)  # within the hours in which people are written to
    carry_all(rt)
    assert len(fakes.sms.sent) + len(fakes.email.sent) == said + 1
    assert state_of(rt, visit.case) is CaseState.OPEN
    clock.tick(days=60)
    carry_all(rt)
    assert state_of(rt, visit.case) is CaseState.EXCEPTION  # a person looks: nobody answered


def test_a_promise_that_is_kept_ends_with_the_case(rt: Runtime, clock: Clock) -> None:
    """The source saw the money and takes the case back; nothing is asked on the day after."""
    visit = promised(rt)
    cancel_case(rt, actor=BACK_OFFICE, case_id=visit.case.id, reason="paid")
    clock.at = OVER + timedelta(hours=9)
    carry_all(rt)
    assert state_of(rt, visit.case) is CaseState.WITHDRAWN


def test_a_second_day_is_for_a_person(rt: Runtime) -> None:
    visit = promised(rt)
    with pytest.raises(NotEligible) as refused:
        action_form(rt, visit.token, "promise")
    assert refused.value.reason == "promised"
    assert action_form(rt, visit.token, "pay").page["owed"].minor == 18420


def test_a_promise_that_completes_its_case_closes_it(rt: Runtime) -> None:
    """Where the source watches over promises itself, as with an overdue invoice."""
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit, form={"on": "2026-01-08", "how": "all"})
    carry_all(rt)
    case = the_case(rt, visit.case.id)
    assert (case.state, case.paused_until) == (CaseState.CLOSED, None)


@pytest.mark.parametrize(("zone", "now", "on", "over"), [
    ("Europe/Berlin", (2026, 1, 5), "2026-01-09", "2026-01-09T23:00:00+00:00"),
    # The night on which its clocks go forward, and the one on which they go back.
    ("Europe/Berlin", (2026, 3, 23), "2026-03-29", "2026-03-29T22:00:00+00:00"),
    ("America/New_York", (2026, 10, 26), "2026-11-01", "2026-11-02T05:00:00+00:00"),
    ("Pacific/Honolulu", (2028, 2, 22), "2028-02-29", "2028-03-01T10:00:00+00:00"),
])
def test_the_day_is_over_where_the_customer_is(
    rt: Runtime, clock: Clock, zone: str, now: tuple[int, int, int], on: str, over: str
) -> None:
    clock.at = datetime(*now, 19, tzinfo=UTC)
    person = a_person(rt=rt, zone=zone)
    day = datetime(*now, tzinfo=UTC).date().isoformat()
    visit = a_coded_visit(rt=rt, workflow="failed_payment", person=person, facts={"failed_on": day})
    a_submission(rt=rt, visit=visit, action="promise", form={"on": on, "how": "all"})
    carry_all(rt)
    case = the_case(rt, visit.case.id)
    assert case.paused_until is not None
    assert case.paused_until.isoformat() == over
    assert case.next == NextStep("contact", "cadence", case.paused_until)
