"""One work item, laid out to be acted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from inthread.domain.actor import Actor
from inthread.domain.case import Case
from inthread.domain.person import Person
from inthread.domain.refusals import NotFound
from inthread.domain.resolution import Result, Stands, in_order, misfit
from inthread.domain.work_item import Comment, WorkItem
from inthread.domain.workflow import Workflow
from inthread.queries.exceptions_page import left, names_of
from inthread.runtime import Runtime
from inthread.store import cases, people, work_comments, work_items, work_lists, work_stands
from inthread.store.work_lists import Wanted

MOST_COMMENTS = 100


@dataclass(frozen=True)
class WorkView:
    """`choices`: each result with why it does not fit, None when it does; the usual ones of the
    reason first, none once it is resolved. `alike`: how many open items have its cause, at most
    100. `holder`: who has it claimed now."""

    item: WorkItem
    case: Case
    person: Person
    workflow: Workflow | None
    queue: str
    left: timedelta | None
    holder: str | None
    stands: Stands
    choices: Sequence[tuple[Result, str | None]]
    comments: Sequence[Comment]
    alike: int
    names: Mapping[str, str]


def work_item_page(rt: Runtime, *, actor: Actor, item_id: str) -> WorkView:
    """Raises Forbidden and NotFound."""
    actor.require("work:read")
    now = rt.now()
    with rt.db.read() as tx:
        item = work_items.get(tx, item_id)
        if item is None:
            raise NotFound("work item")
        case = cases.get(tx, item.case_id)
        person = people.get(tx, case.person_id)
        stands = work_stands.stands(tx, case, person, now)
        said = work_comments.of_item(tx, item_id, MOST_COMMENTS)
        return WorkView(
            item, case, person, rt.workflows.get(case.workflow), rt.queues.title(item.queue),
            left(rt, item, now), item.holder(now), stands,
            [] if item.resolved_at else [
                (result, misfit(result, stands, now)) for result in in_order(item.reason)
            ],
            said,
            work_lists.count(tx, Wanted(cause=item.cause), now) if item.cause else 0,
            names_of(tx, [
                *(x.actor for x in said),
                *(x for x in (item.assigned_to, item.claimed_by, item.resolved_by) if x),
            ]),
        )


def work_comments_of(rt: Runtime, *, actor: Actor, item_id: str) -> Sequence[Comment]:
    """The newest hundred, oldest first. Raises Forbidden and NotFound."""
    actor.require("work:read")
    with rt.db.read() as tx:
        if work_items.get(tx, item_id) is None:
            raise NotFound("work item")
        return work_comments.of_item(tx, item_id, MOST_COMMENTS)
