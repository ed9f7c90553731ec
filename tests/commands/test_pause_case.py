"""A pause holds what we start, lets the customer act, and ends by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from inthread.commands.contact_customer import contact_customer
from inthread.commands.drain_outbox import claim_jobs
from inthread.commands.pause_case import pause_case
from inthread.domain.actor import OPERATOR, WORKER, Actor
from inthread.domain.case import Case, CaseState, NextStep
from inthread.domain.refusals import BadInput, Forbidden, NotFound
from inthread.runtime import Runtime
from inthread.store import outbox
from inthread.store import tables as t
from tests.build import (
    Fakes,
    a_case,
    a_coded_visit,
    a_started_payment,
    a_submission,
    an_asked_case,
    carry_all,
    the_case,
)
from tests.clock import Clock
from tests.rows import every_row, nothing_written

AGENT = Actor("staff", "stf_1", frozenset({"cases:write"}))


def pause(rt: Runtime, case: Case, *, days: float = 3, actor: Actor = AGENT) -> Case:
    return pause_case(
        rt, actor=actor, case_id=case.id, until=rt.now() + timedelta(days=days), reason="ill"
    )


def contact_jobs(rt: Runtime, case: Case) -> list[object]:
    with rt.db.read() as tx:
        return [due for kind, _, due in outbox.waiting(tx, case.id) if kind == "contact"]


def events(rt: Runtime, case: Case) -> list[tuple[str, str]]:
    with rt.db.read() as tx:
        rows = tx.execute(
            select(t.audit.c.event, t.audit.c.actor).where(t.audit.c.subject == case.id)
            .order_by(t.audit.c.n)
        )
        return [(r.event, r.actor) for r in rows]


def test_what_is_due_waits_and_goes_on_by_itself(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = a_case(rt=rt)
    paused = pause(rt, case)
    end = clock.at + timedelta(days=3)
    assert paused.next == NextStep("contact", "cadence", end)
    assert (paused.paused_until, paused.paused_why) == (end, "ill")
    assert contact_jobs(rt, case) == [end]
    assert events(rt, case)[-1] == ("case.paused", "staff:stf_1")
    clock.tick(days=2, hours=23)
    carry_all(rt)
    assert fakes.sms.sent == []
    clock.tick(hours=2)
    carry_all(rt)
    assert len(fakes.sms.sent) == 1
    assert len(contact_jobs(rt, case)) == 1


def test_a_later_step_stays_where_it_is(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    assert case.next is not None
    assert pause(rt, case, days=1).next == case.next
    assert contact_jobs(rt, case) == [case.next.due]


def test_another_end_takes_the_place_of_the_first(rt: Runtime, clock: Clock) -> None:
    case = a_case(rt=rt)
    pause(rt, case, days=10)
    shorter = pause(rt, case, days=2)
    assert shorter.next == NextStep("contact", "cadence", clock.at + timedelta(days=2))
    assert contact_jobs(rt, case) == [clock.at + timedelta(days=2)]


def test_a_message_that_was_about_to_leave_is_held(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    case = a_case(rt=rt)
    carry_all(rt, kinds=("contact",))
    pause(rt, case, days=0.25)
    carry_all(rt)
    assert fakes.sms.sent == []
    [message] = [m for m in every_row(rt.db)["messages"] if m["case_id"] == case.id]
    assert (message["state"], message["reasons"]) == ("queued", ["paused"])
    clock.tick(hours=6)
    carry_all(rt)
    assert len(fakes.sms.sent) == 1


def test_the_customer_may_act(rt: Runtime, fakes: Fakes) -> None:
    visit = a_coded_visit(rt=rt)
    pause(rt, visit.case)
    sent = len(fakes.sms.sent)
    a_submission(rt=rt, visit=visit)
    assert the_case(rt, visit.case.id).state is CaseState.RESOLVED
    carry_all(rt)
    assert the_case(rt, visit.case.id).state is CaseState.CLOSED
    assert len(fakes.sms.sent) == sent + 1  # the receipt answers what they did


def test_a_case_that_comes_back_during_a_pause_waits_for_its_end(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    """Paused while a payment is on its way: when that fails, the next step is due at once."""
    visit, _ = a_started_payment(rt=rt)
    pause(rt, visit.case, days=9)
    end = clock.at + timedelta(days=9)
    with rt.db.begin() as tx:  # as a failed payment leaves it
        tx.execute(update(t.payments).values(state="failed"))
        tx.execute(update(t.cases).values(
            state="open", next_what="contact", next_owner="cadence", next_due=clock.at,
        ))
        outbox.drop(tx, visit.case.id, ("payment",), clock.at)
        outbox.put(tx, "job_back", "contact", visit.case.id, clock.at, visit.case.id)
    sent = len(fakes.sms.sent)
    carry_all(rt)
    assert the_case(rt, visit.case.id).next == NextStep("contact", "cadence", end)
    assert contact_jobs(rt, visit.case) == [end]
    assert len(fakes.sms.sent) == sent


def test_a_worker_that_had_the_step_already_finds_it_moved(rt: Runtime, fakes: Fakes) -> None:
    case = a_case(rt=rt)
    [job] = claim_jobs(rt, actor=WORKER, kinds=("contact",))
    after = pause(rt, case)
    contact_customer(rt, actor=WORKER, job=job)
    assert after.next is not None
    assert contact_jobs(rt, case) == [after.next.due]
    assert (the_case(rt, case.id), fakes.sms.sent) == (after, [])


@pytest.mark.parametrize(("days", "says"), [
    (0, "is over already"), (31, "is more than 30 days ahead"),
])
def test_an_end_that_cannot_be(rt: Runtime, days: int, says: str) -> None:
    case = a_case(rt=rt)
    refused(rt, case, says, days=days)


def test_an_end_after_the_case_s_own(rt: Runtime, clock: Clock) -> None:
    case = a_case(rt=rt)
    clock.at = case.expires_at - timedelta(days=1)
    refused(rt, case, "is after the end of the case itself", days=2)


def refused(rt: Runtime, case: Case, says: str, *, days: float = 3) -> None:
    with pytest.raises(BadInput, match=says), nothing_written(rt.db):
        pause(rt, case, days=days)


def test_a_reason_is_asked_for(rt: Runtime) -> None:
    case = a_case(rt=rt)
    with pytest.raises(BadInput, match="/reason: is empty"), nothing_written(rt.db):
        pause_case(rt, actor=AGENT, case_id=case.id, until=rt.now() + timedelta(days=1),
                   reason="  ")


def test_what_a_person_has_or_has_ended_is_not_paused(rt: Runtime) -> None:
    case = a_case(rt=rt)
    with rt.db.begin() as tx:
        tx.execute(update(t.cases).values(state="exception"))
    refused(rt, case, "is with a person")
    with rt.db.begin() as tx:
        tx.execute(update(t.cases).values(
            state="withdrawn", next_what=None, next_owner=None, next_due=None, ended_at=rt.now()
        ))
    refused(rt, case, "is withdrawn")


def test_who_may_not_and_what_is_not_there(rt: Runtime) -> None:
    case = a_case(rt=rt)
    with pytest.raises(Forbidden), nothing_written(rt.db):
        pause(rt, case, actor=Actor("staff", "stf_1", frozenset({"cases:read"})))
    with pytest.raises(NotFound), nothing_written(rt.db):
        pause_case(rt, actor=OPERATOR, case_id="case_none", until=rt.now() + timedelta(days=1),
                   reason="ill")
