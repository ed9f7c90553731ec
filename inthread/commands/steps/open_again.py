"""A case that waited for money is open as before: its cadence goes on, quietly."""

from __future__ import annotations

from inthread.domain.cadence import resume_at
from inthread.domain.case import Case, CaseState
from inthread.runtime import Runtime
from inthread.store import cases, outbox
from inthread.store.db import Tx


def open_again(rt: Runtime, tx: Tx, case: Case) -> None:
    """Nothing changes for a case that is not waiting for money."""
    if case.state is not CaseState.PENDING:
        return
    again = resume_at(case, rt.workflows[case.workflow].cadence, rt.now())
    cases.save(tx, case, case.payment_failed(again))
    outbox.drop(tx, case.id, ("charge",), rt.now())
    outbox.put(tx, rt.new_id("job"), "contact", case.id, again.due, case.id)
