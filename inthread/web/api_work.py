"""Work: what people have to do, and what they did."""

from __future__ import annotations

from inthread.commands.answer_once import Reply
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.domain.actor import Actor
from inthread.domain.work_item import WorkItem
from inthread.queries.work_queue import work_queue
from inthread.web import api_given as give
from inthread.web import api_sent as sent
from inthread.web.api import ALWAYS, PREFIX, WITH_BODY, WORK, Api, and_problems, needs
from inthread.web.api_cases import instant
from inthread.web.responding import runtime

bp = Api("api_work", __name__, url_prefix=PREFIX, abp_tags=[WORK], abp_security=[{"key": []}],
         abp_responses=ALWAYS)


@bp.get(
    "/work-items", operation_id="findWork", summary="Find work",
    description="What waits for a person, the most urgent first, a page at a time.",
    responses={200: give.WorkPage, **and_problems(404)},
)
@needs("work:read")
def find(actor: Actor, query: sent.WorkQuery) -> Reply:
    page = work_queue(
        runtime(), actor=actor, queue=query.queue or None, after=query.after, most=query.limit
    )
    return Reply(200, {"items": [_item(item) for item in page.items], "after": page.after})


@bp.post(
    "/work-items/<item_id>/resolve", operation_id="resolveWork", summary="Resolve work",
    description="A person has acted: the case goes back where it belongs. 409 when somebody else "
    "resolved it first.",
    responses={200: give.WorkItem, **WITH_BODY, **and_problems(404)},
)
@needs("work:write")
def resolve(
    actor: Actor, header: sent.OnceKey, path: sent.ItemPath, body: sent.Resolution
) -> Reply:
    item = resolve_work_item(
        runtime(), actor=actor, item_id=path.item_id, result=body.result, note=body.note
    )
    return Reply(200, _item(item))


def _item(item: WorkItem) -> dict[str, object]:
    return {
        "id": item.id, "case_id": item.case_id, "reason": item.reason, "queue": item.queue,
        "due_at": instant(item.due_at), "opened_at": instant(item.opened_at),
        "packet": dict(item.packet), "resolved_at": instant(item.resolved_at),
        "resolution": item.resolution, "note": item.note,
    }
