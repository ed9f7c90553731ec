"""One case from the first message to its proof, in the order things happen."""

from __future__ import annotations

from inthread.domain.audit import broken_at
from inthread.domain.case import CaseState
from inthread.runtime import Runtime
from inthread.store import audit
from tests.build import (
    Fakes,
    a_coded_visit,
    a_submission,
    carry_all,
    the_case,
)


def test_a_promise_from_message_to_proof(rt: Runtime, fakes: Fakes) -> None:
    visit = a_coded_visit(rt=rt)
    a_submission(rt=rt, visit=visit)
    carry_all(rt)
    case = the_case(rt, visit.case.id)
    assert (case.state, case.next) == (CaseState.CLOSED, None)
    assert [e.fields["amount_minor"] for e in fakes.billing.effects] == [184_20]
    with rt.db.read() as tx:
        chain = audit.of_subject(tx, case.id)
    assert broken_at(chain) is None
    assert [e.event for e in chain] == [
        "message.queued", "message.sent", "link.opened", "code.sent", "message.queued",
        "code.passed", "decision.offered", "action.chosen", "outcome.recorded",
        "message.queued", "message.cancelled", "writeback.proved", "case.closed", "message.sent",
    ]
