"""Work: what people have to do, and what they did."""

from __future__ import annotations

from datetime import datetime

from inthread.commands.answer_once import Reply
from inthread.commands.assign_work_item import assign_work_item
from inthread.commands.claim_work_item import claim_work_item
from inthread.commands.comment_work_item import comment_work_item
from inthread.commands.release_work_item import release_work_item
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.commands.resolve_work_items import resolve_work_items
from inthread.domain.actor import Actor
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.stated import instant as stated
from inthread.domain.work_item import Comment, WorkItem
from inthread.queries.work_item_page import work_comments_of
from inthread.queries.work_queue import Wanted, work_queue
from inthread.web import api_given_work as give
from inthread.web import api_sent as common
from inthread.web import api_sent_work as sent
from inthread.web.api import ALWAYS, PREFIX, WITH_BODY, WORK, Api, and_problems, needs
from inthread.web.api_cases import instant
from inthread.web.api_given_delivery import Nothing
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
        runtime(), actor=actor, after=query.after, most=query.limit,
        wanted=Wanted(
            queue=query.queue or None, reason=query.reason or None,
            owner=str(actor) if query.owner == "mine" else None, free=query.owner == "nobody",
        ),
    )
    return Reply(200, {"items": [_item(item) for item in page.items], "after": page.after})


@bp.post(
    "/work-items/<item_id>/claim", operation_id="claimWork", summary="Take work on",
    description="Until its queue's time for a claim is over: nobody else resolves it meanwhile. "
    "409 when somebody else was first, or it was resolved.",
    responses={200: give.WorkItem, **WITH_BODY, **and_problems(404)},
)
@needs("work:write")
def claim(actor: Actor, header: common.OnceKey, path: common.ItemPath, body: Nothing) -> Reply:
    return Reply(200, _item(claim_work_item(runtime(), actor=actor, item_id=path.item_id)))


@bp.post(
    "/work-items/<item_id>/release", operation_id="releaseWork", summary="Give work back",
    description="Before the time of the claim is over. 409 when somebody else has it.",
    responses={200: give.WorkItem, **WITH_BODY, **and_problems(404)},
)
@needs("work:write")
def release(actor: Actor, header: common.OnceKey, path: common.ItemPath, body: Nothing) -> Reply:
    return Reply(200, _item(release_work_item(runtime(), actor=actor, item_id=path.item_id)))


@bp.post(
    "/work-items/<item_id>/assign", operation_id="assignWork", summary="Say who is to act",
    description="A claim of anybody else ends, so that they can act at once.",
    responses={200: give.WorkItem, **WITH_BODY, **and_problems(404)},
)
@needs("work:write")
def assign(
    actor: Actor, header: common.OnceKey, path: common.ItemPath, body: sent.Assignment
) -> Reply:
    item = assign_work_item(runtime(), actor=actor, item_id=path.item_id, to=body.to)
    return Reply(200, _item(item))


@bp.get(
    "/work-items/<item_id>/comments", operation_id="workComments", summary="What was said of it",
    description="The comments of a work item; they are never changed.",
    responses={200: give.WorkComments, **and_problems(404)},
)
@needs("work:read")
def comments(actor: Actor, path: common.ItemPath) -> Reply:
    found = work_comments_of(runtime(), actor=actor, item_id=path.item_id)
    return Reply(200, {"comments": [_comment(one) for one in found]})


@bp.post(
    "/work-items/<item_id>/comments", operation_id="commentWork", summary="Write a comment",
    description="It is added and never changed; card numbers are taken out of it.",
    responses={200: give.WorkComment, **WITH_BODY, **and_problems(404)},
)
@needs("work:write")
def comment(
    actor: Actor, header: common.OnceKey, path: common.ItemPath, body: sent.Comment
) -> Reply:
    made = comment_work_item(runtime(), actor=actor, item_id=path.item_id, body=body.body)
    return Reply(200, _comment(made))


@bp.post(
    "/work-items/<item_id>/resolve", operation_id="resolveWork", summary="Resolve work",
    description="A person has acted: the case goes back where it belongs. 409 when somebody else "
    "resolved it first, or works on it.",
    responses={200: give.WorkItem, **WITH_BODY, **and_problems(404)},
)
@needs("work:write")
def resolve(
    actor: Actor, header: common.OnceKey, path: common.ItemPath, body: sent.Resolution
) -> Reply:
    item = resolve_work_item(
        runtime(), actor=actor, item_id=path.item_id, result=body.result, note=body.note,
        until=_until(body.until),
    )
    return Reply(200, _item(item))


@bp.post(
    "/work-items/resolve", operation_id="resolveAlike", summary="Resolve several alike",
    description="Each by itself: one that is refused stops no other.",
    responses={200: give.WorkResolved, **WITH_BODY},
)
@needs("work:write")
def resolve_alike(actor: Actor, header: common.OnceKey, body: sent.Resolutions) -> Reply:
    came = resolve_work_items(
        runtime(), actor=actor, item_ids=body.items, result=body.result, note=body.note,
        until=_until(body.until),
    )
    return Reply(200, {
        "done": list(came.done),
        "refused": [{"id": item_id, "why": why} for item_id, why in came.refused],
    })


def _until(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return stated(text)
    except ValueError as wrong:
        raise BadInput([Problem("/until", str(wrong))]) from None


def _comment(comment: Comment) -> dict[str, object]:
    return {"id": comment.id, "actor": comment.actor, "body": comment.body,
            "at": instant(comment.at)}


def _item(item: WorkItem) -> dict[str, object]:
    return {
        "id": item.id, "case_id": item.case_id, "reason": item.reason, "cause": item.cause,
        "queue": item.queue, "due_at": instant(item.due_at), "opened_at": instant(item.opened_at),
        "packet": dict(item.packet), "assigned_to": item.assigned_to,
        "claimed_by": item.claimed_by, "claimed_until": instant(item.claimed_until),
        "resolved_at": instant(item.resolved_at), "resolution": item.resolution,
        "note": item.note,
    }
