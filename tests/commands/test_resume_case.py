"""A pause that is ended early: what waited for its end is due now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.pause_case import pause_case
from inthread.commands.resume_case import resume_case
from inthread.domain.actor import Actor
from inthread.domain.case import Case, NextStep
from inthread.domain.refusals import BadInput, Forbidden, NotFound
from inthread.runtime import Runtime
from inthread.store import outbox
from tests.build import Fakes, a_case, an_asked_case, carry_all, the_case
from tests.clock import Clock
from tests.rows import nothing_written

AGENT = Actor("staff", "stf_1", frozenset({"cases:write"}))


def paused(rt: Runtime, case: Case, days: int = 3) -> Case:
    return pause_case(
        rt, actor=AGENT, case_id=case.id, until=rt.now() + timedelta(days=days), reason="ill"
    )


def jobs(rt: Runtime, case: Case) -> list[tuple[str, str, object]]:
    with rt.db.read() as tx:
        return list(outbox.waiting(tx, case.id))


def test_what_waited_goes_on_now(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    case = paused(rt, a_case(rt=rt))
    clock.tick(hours=5)
    after = resume_case(rt, actor=AGENT, case_id=case.id)
    assert after.next == NextStep("contact", "cadence", clock.at)
    assert (after.paused_until, after.paused_why) == (None, None)
    assert jobs(rt, case) == [("contact", case.id, clock.at)]
    carry_all(rt)
    assert len(fakes.sms.sent) == 1


def test_a_later_step_stays_where_it_is(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    paused(rt, case, days=1)
    assert resume_case(rt, actor=AGENT, case_id=case.id).next == case.next
    assert case.next is not None
    assert jobs(rt, case) == [("contact", case.id, case.next.due)]


def test_one_that_is_not_paused(rt: Runtime, clock: Clock) -> None:
    case = a_case(rt=rt)
    with pytest.raises(BadInput, match="/case: is not paused"), nothing_written(rt.db):
        resume_case(rt, actor=AGENT, case_id=case.id)
    paused(rt, case)
    clock.tick(days=3)
    with pytest.raises(BadInput, match="/case: is not paused"), nothing_written(rt.db):
        resume_case(rt, actor=AGENT, case_id=case.id)


def test_who_may_not_and_what_is_not_there(rt: Runtime) -> None:
    case = paused(rt, a_case(rt=rt))
    with pytest.raises(Forbidden), nothing_written(rt.db):
        resume_case(rt, actor=Actor("staff", "s", frozenset({"cases:read"})), case_id=case.id)
    with pytest.raises(NotFound), nothing_written(rt.db):
        resume_case(rt, actor=AGENT, case_id="case_none")
    assert the_case(rt, case.id) == case
