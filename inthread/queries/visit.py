"""All that a visit may see of its case now: the pages are made from this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inthread.acting.pay_for import TERM
from inthread.acting.take_visit import Taken, see_visit
from inthread.domain.case import Case, CaseState
from inthread.domain.outcome import Outcome
from inthread.domain.payment import Payment
from inthread.domain.policy import Decision, Verdict
from inthread.domain.refusals import StepUpNeeded
from inthread.domain.work_item import WorkItem
from inthread.offers import decide, offered
from inthread.runtime import Runtime
from inthread.store import outcomes, payer_links, payments, work_items
from inthread.store.db import Tx


@dataclass(frozen=True)
class Seen:
    """`offered`: what can be done now, in order; `refused`: the other verdicts, with reasons;
    `payment`: the one on its way; `work`: what a person has. `shared`: how many links for somebody
    else to pay are live."""

    taken: Taken
    decision: Decision
    offered: tuple[Verdict, ...]
    refused: tuple[Verdict, ...]
    outcomes: tuple[Outcome, ...]
    payment: Payment | None
    work: WorkItem | None
    shared: int


def bare_visit(rt: Runtime, token: str) -> Taken:
    """The visit whatever it has shown, for the pages that ask who it is. Raises VisitEnded,
    LinkGone."""
    with rt.db.read() as tx:
        return see_visit(rt, tx, token)


def visit(rt: Runtime, token: str) -> Seen:
    """Raises StepUpNeeded until the visit has shown what the workflow asks for to see the case."""
    with rt.db.read() as tx:
        taken = see_visit(rt, tx, token)
        needs = taken.workflow.identity.view
        if taken.visit.identity(rt.now()) < needs:
            raise StepUpNeeded(str(needs))
        case = taken.case
        decision = decide(taken.workflow, case, taken.person, rt.now())
        open_now = offered(case, decision)
        return Seen(
            taken, decision, open_now,
            tuple(v for v in decision.verdicts if not v.offered),
            tuple(outcomes.of_case(tx, case.id)), payments.started(tx, case.id),
            _work(tx, case), _shared(rt, tx, case.id, open_now),
        )


def _work(tx: Tx, case: Case) -> WorkItem | None:
    """None is looked for beside an open case: one that a person has is in `exception`."""
    return None if case.state is CaseState.OPEN else work_items.open_of(tx, case.id)


def _shared(rt: Runtime, tx: Tx, case_id: str, open_now: Sequence[Verdict]) -> int:
    """None counts where nobody else may pay (any more)."""
    if not any(verdict.terms.get(TERM) is True for verdict in open_now):
        return 0
    return len(payer_links.live_of(tx, case_id, rt.now()))
