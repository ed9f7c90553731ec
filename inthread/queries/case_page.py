"""Everything about one case that staff need to see at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inthread.domain.actor import Actor
from inthread.domain.assurance import Identity
from inthread.domain.audit import Recorded
from inthread.domain.case import Case
from inthread.domain.kept_document import KeptDocument
from inthread.domain.link import Link
from inthread.domain.message import Message
from inthread.domain.outcome import Outcome
from inthread.domain.person import Person
from inthread.domain.says import says
from inthread.domain.work_item import WorkItem
from inthread.domain.workflow import Workflow
from inthread.domain.writeback import Writeback
from inthread.queries.case_view import CaseView, view_of
from inthread.queries.staff_names import staff_names
from inthread.queries.timeline import Happened
from inthread.runtime import Runtime
from inthread.store import (
    case_parts,
    cases,
    documents,
    links,
    messages,
    outcomes,
    people,
    whereabouts,
    work_items,
    writebacks,
)
from inthread.store.case_parts import Kept
from inthread.store.db import Tx
from inthread.store.whereabouts import Draft, Stands

EVENTS = 60
OTHERS = 10
DECISIONS = 50
# A decision and the event that tells of it are of one transaction.
_SAME = timedelta(seconds=5)
_STAGES = {"decision.offered": "offered", "decision.denied": "denied",
           "outcome.recorded": "executed", "payment.started": "executed"}


@dataclass(frozen=True)
class Moment:
    """An event; the message and the decision it tells of, if it does."""

    n: int
    happened: Happened
    message: Message | None
    decision: str | None


@dataclass(frozen=True)
class Visiting:
    """Where the customer was last. `here`: the visit still counts."""

    identity: Identity
    opened_at: datetime
    seen_at: datetime
    here: bool


@dataclass(frozen=True)
class CasePage:
    """`moments`: the newest first; `older`: where to go on, None at the end. `names`: who did what
    (`Happened.actor` -> a name). `workflow`: in force now, None when it is no longer there. `off`:
    contact id -> since when nobody is written to at its address. `others`: the person's newest."""

    view: CaseView
    workflow: Workflow | None
    link: Link | None
    visiting: Visiting | None
    drafts: Sequence[Draft]
    outcomes: Sequence[tuple[Outcome, Sequence[Writeback]]]
    item: WorkItem | None
    others: Sequence[Case]
    documents: Sequence[KeptDocument]
    consent: Mapping[str, Sequence[Stands]]
    off: Mapping[str, datetime]
    moments: Sequence[Moment]
    older: int | None
    names: Mapping[str, str]

    @property
    def case(self) -> Case:
        return self.view.case

    @property
    def person(self) -> Person:
        return self.view.person


def case_page(
    rt: Runtime, *, actor: Actor, case_id: str, before: int | None = None
) -> CasePage:
    """*before*: show what happened before the event of this number. Raises Forbidden, NotFound."""
    actor.require("cases:read")
    with rt.db.read() as tx:
        case = cases.get(tx, case_id)
        person = people.get(tx, case.person_id)
        recorded = case_parts.events(tx, case.id, before, EVENTS + 1)
        moments = _moments(tx, case, recorded[:EVENTS])
        page = CasePage(
            view_of(rt, case, person), rt.workflows.get(case.workflow),
            case_parts.newest_link(tx, case.id), _visiting(rt, tx, case),
            case_parts.drafts(tx, case.id), _outcomes(tx, case),
            work_items.open_of(tx, case.id),
            case_parts.others(tx, person.id, case.id, OTHERS), documents.of_case(tx, case.id),
            whereabouts.consent_of(tx, {c.id for c in person.contacts}),
            whereabouts.off_since(tx, person.contacts), moments,
            recorded[EVENTS - 1].n if len(recorded) > EVENTS else None, {},
        )
    names = staff_names(rt, {m.happened.actor for m in moments})
    return replace(page, names=names)


def _visiting(rt: Runtime, tx: Tx, case: Case) -> Visiting | None:
    visit = links.newest_visit(tx, case.id)
    if visit is None:
        return None
    now = rt.now()
    return Visiting(visit.identity(now), visit.opened_at, visit.seen_at, visit.alive(now))


def _outcomes(tx: Tx, case: Case) -> list[tuple[Outcome, list[Writeback]]]:
    sent = writebacks.of_case(tx, case.id)
    found = [(o, [w for w in sent if w.outcome_id == o.id])
             for o in outcomes.of_case(tx, case.id)]
    return found[::-1]


def _moments(tx: Tx, case: Case, recorded: Sequence[Recorded]) -> list[Moment]:
    said = {m.id: m for m in messages.of_case(tx, case.id)}
    kept = case_parts.decisions(tx, case.id, DECISIONS)
    return [
        Moment(
            e.n, Happened(e.at, e.event, e.actor, says(e.event, e.detail), e.detail),
            said.get(str(e.detail.get("message", ""))), _decision(kept, e.event, e.at),
        )
        for e in recorded
    ]


def _decision(kept: Sequence[Kept], event: str, at: datetime) -> str | None:
    """The decision that this event tells of."""
    stage = _STAGES.get(event)
    near = [k for k in kept if k.stage == stage and abs(k.at - at) < _SAME]
    return min(near, key=lambda k: abs(k.at - at)).id if near else None
