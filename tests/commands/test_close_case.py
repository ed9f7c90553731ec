"""A person closes a case: nothing more is sent; refused while something is on its way."""

from __future__ import annotations

import pytest

from inthread.commands.close_case import close_case
from inthread.commands.hand_over_case import hand_over_case
from inthread.domain.actor import Actor
from inthread.domain.case import CaseState
from inthread.domain.refusals import BadInput, Forbidden, NotFound
from inthread.runtime import Runtime
from inthread.store import outbox, work_items
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


def test_a_closed_case_sends_nothing_more(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    case = an_asked_case(rt=rt)
    sent = len(fakes.sms.sent)
    after = close_case(rt, actor=AGENT, case_id=case.id, reason="settled in the branch")
    assert (after.state, after.next, after.ended_at, after.ended_why) == (
        CaseState.WITHDRAWN, None, clock.at, "settled in the branch"
    )
    assert {r["state"] for r in every_row(rt.db)["links"]} == {"revoked"}
    with rt.db.read() as tx:
        assert outbox.waiting(tx, case.id) == []
    clock.tick(days=30)
    carry_all(rt)
    assert len(fakes.sms.sent) == sent
    [event] = [e for e in every_row(rt.db)["audit"] if e["event"] == "case.withdrawn"]
    assert event["actor"] == "staff:stf_1"


def test_the_work_on_it_is_resolved(rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    item = hand_over_case(rt, actor=AGENT, case_id=case.id, reason="dispute", note="see the mail")
    close_case(rt, actor=AGENT, case_id=case.id, reason="credited")
    with rt.db.read() as tx:
        resolved = work_items.get(tx, item.id)
    assert resolved is not None
    assert resolved.resolution == "withdrawn"


def test_not_while_money_is_on_its_way(rt: Runtime) -> None:
    visit, _ = a_started_payment(rt=rt)
    refused(rt, visit.case.id, "cannot be closed while money or an outcome is on its way")


def test_not_while_an_outcome_is_on_its_way(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    refused(rt, visit.case.id, "cannot be closed while money or an outcome is on its way")


def test_not_twice(rt: Runtime) -> None:
    case = a_case(rt=rt)
    close_case(rt, actor=AGENT, case_id=case.id, reason="paid")
    refused(rt, case.id, "/case: is withdrawn already")


def test_a_reason_is_asked_for(rt: Runtime) -> None:
    case = a_case(rt=rt)
    with pytest.raises(BadInput, match="/reason: is empty"), nothing_written(rt.db):
        close_case(rt, actor=AGENT, case_id=case.id, reason=" ")
    with pytest.raises(BadInput, match="the most is 200"), nothing_written(rt.db):
        close_case(rt, actor=AGENT, case_id=case.id, reason="x" * 201)


def test_a_card_number_is_not_kept(rt: Runtime) -> None:
    case = a_case(rt=rt)
    close_case(rt, actor=AGENT, case_id=case.id, reason="paid with 4111 1111 1111 1111")
    why = the_case(rt, case.id).ended_why
    assert why is not None
    assert "1111 1111" not in why


def test_who_may_not_and_what_is_not_there(rt: Runtime) -> None:
    case = a_case(rt=rt)
    reader = Actor("staff", "stf_2", frozenset({"cases:read"}))
    with pytest.raises(Forbidden), nothing_written(rt.db):
        close_case(rt, actor=reader, case_id=case.id, reason="paid")
    with pytest.raises(NotFound), nothing_written(rt.db):
        close_case(rt, actor=AGENT, case_id="case_none", reason="paid")


def refused(rt: Runtime, case_id: str, says: str) -> None:
    with pytest.raises(BadInput, match=says), nothing_written(rt.db):
        close_case(rt, actor=AGENT, case_id=case_id, reason="paid")
