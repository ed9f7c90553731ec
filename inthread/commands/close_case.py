"""A person ends a case for good, e.g. because it was settled elsewhere."""

from __future__ import annotations

from inthread.commands.steps.staff_words import staff_words
from inthread.commands.steps.withdraw_case import on_its_way, withdraw_case
from inthread.domain.actor import Actor
from inthread.domain.case import Case
from inthread.domain.refusals import BadInput, Problem
from inthread.runtime import Runtime
from inthread.store import cases, payments

LONGEST_REASON = 200


def close_case(rt: Runtime, *, actor: Actor, case_id: str, reason: str) -> Case:
    """The case as withdrawn: its links are dead, nothing more is sent, its WorkItem is resolved.

    Raises NotFound, and BadInput: also when it has ended, and while money or an outcome is on its
    way (stricter than `cancel_case`: the source knows what it has booked, a person may not).
    """
    actor.require("cases:write")
    why = staff_words(reason, "/reason", LONGEST_REASON)
    with rt.db.begin() as tx:
        case = cases.lock(tx, case_id)
        if not case.live:
            raise BadInput([Problem("/case", f"is {case.state} already")])
        if payments.started(tx, case.id) is not None or on_its_way(tx, case):
            raise BadInput([Problem("/case", "cannot be closed while money or an outcome is on its "
                                    "way: wait until it is proved")])
        withdraw_case(rt, tx, actor=actor, case=case, why=why)
        return cases.get(tx, case.id)
