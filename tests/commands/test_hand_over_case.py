"""A person gives a case to a queue: with a note, and with the whole packet."""

from __future__ import annotations

import pytest

from inthread.commands.close_case import close_case
from inthread.commands.hand_over_case import hand_over_case
from inthread.domain.actor import Actor
from inthread.domain.case import CaseState, NextStep
from inthread.domain.refusals import BadInput, Forbidden, NotFound
from inthread.domain.work_item import PACKET
from inthread.runtime import Runtime
from inthread.store import outbox
from tests.build import a_case, a_coded_visit, a_submission, an_asked_case, the_case
from tests.rows import every_row, nothing_written

AGENT = Actor("staff", "stf_1", frozenset({"cases:write"}))


def give(rt: Runtime, case_id: str, *, reason: str = "dispute", actor: Actor = AGENT,
         note: str = "says it was paid in March") -> object:
    return hand_over_case(rt, actor=actor, case_id=case_id, reason=reason, note=note)


def test_it_has_an_owner_and_a_whole_packet(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    case = visit.case
    item = hand_over_case(rt, actor=AGENT, case_id=case.id, reason="dispute", note="see mail")
    queue = rt.workflows[case.workflow].queues["dispute"]
    after = the_case(rt, case.id)
    assert (after.state, after.next) == (
        CaseState.EXCEPTION, NextStep("work", queue.queue, item.due_at)
    )
    assert set(PACKET) <= set(item.packet)
    assert item.packet["why"] == "see mail"
    assert item.packet["identity"]["level"] == "code"  # type: ignore[index]
    with rt.db.read() as tx:
        assert [k for k, _, _ in outbox.waiting(tx, case.id)] == ["code"]
    [event] = [e for e in every_row(rt.db)["audit"] if e["event"] == "case.handed_over"]
    assert (event["actor"], event["detail"]["work_item"]) == ("staff:stf_1", item.id)
    assert "see mail" not in str(event["detail"])


def test_what_is_on_its_way_goes_on(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    give(rt, visit.case.id)
    with rt.db.read() as tx:
        assert "writeback" in {kind for kind, _, _ in outbox.waiting(tx, visit.case.id)}


def test_one_case_has_one_owner(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    give(rt, case.id)
    refused(rt, case.id, "/case: is with .* already")


def test_what_has_ended(rt: Runtime) -> None:
    case = a_case(rt=rt)
    close_case(rt, actor=AGENT, case_id=case.id, reason="paid")
    refused(rt, case.id, "/case: is withdrawn: nothing is left to do")


def test_a_queue_the_workflow_does_not_have(rt: Runtime) -> None:
    case = a_case(rt=rt)
    refused(rt, case.id, "/reason: use one of", reason="whatever")


def test_what_only_the_product_can_find(rt: Runtime) -> None:
    case = a_case(rt=rt)
    refused(rt, case.id, "/reason: use one of", reason="payment_unclear")


def test_a_note_is_asked_for(rt: Runtime) -> None:
    case = a_case(rt=rt)
    refused(rt, case.id, "/note: is empty", note="")
    refused(rt, case.id, "the most is 500", note="x" * 501)


def test_who_may_not_and_what_is_not_there(rt: Runtime) -> None:
    case = a_case(rt=rt)
    with pytest.raises(Forbidden), nothing_written(rt.db):
        give(rt, case.id, actor=Actor("staff", "stf_2", frozenset({"cases:read"})))
    with pytest.raises(NotFound), nothing_written(rt.db):
        give(rt, "case_none")


def refused(rt: Runtime, case_id: str, says: str, **how: str) -> None:
    with pytest.raises(BadInput, match=says), nothing_written(rt.db):
        give(rt, case_id, **how)  # type: ignore[arg-type]
