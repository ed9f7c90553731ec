"""Replies that a person has to read, and what they found each to be."""

from __future__ import annotations

from inthread.commands.answer_once import Reply
from inthread.commands.resolve_reply import resolve_reply
from inthread.domain import reply as domain
from inthread.domain.actor import Actor
from inthread.domain.person import masked
from inthread.queries.reply_queue import Waiting, reply_queue
from inthread.web import api_given_people as people
from inthread.web import api_sent as sent
from inthread.web.api import ALWAYS, PREFIX, REPLIES, WITH_BODY, Api, and_problems, needs
from inthread.web.api_cases import instant
from inthread.web.responding import runtime

bp = Api("api_replies", __name__, url_prefix=PREFIX, abp_tags=[REPLIES],
         abp_security=[{"key": []}], abp_responses=ALWAYS)


@bp.get(
    "/replies", operation_id="findReplies", summary="Find replies to read",
    description="Replies that are nobody's yet, or that only a person can judge, the most urgent "
    "first, a page at a time, with whose each may be.",
    responses={200: people.ReplyPage},
)
@needs("work:read")
def find(actor: Actor, query: sent.ReplyQuery) -> Reply:
    page = reply_queue(runtime(), actor=actor, after=query.after, most=query.limit)
    return Reply(200, {"replies": [_waiting(x) for x in page.replies], "after": page.after})


@bp.post(
    "/replies/<reply_id>/resolve", operation_id="resolveReply", summary="Say what a reply was",
    description="A person has read it. Asking goes on, unless it was a stop. 409 when somebody "
    "else was first.",
    responses={200: people.Reply, **WITH_BODY, **and_problems(404)},
)
@needs("work:write")
def resolve(actor: Actor, header: sent.OnceKey, path: sent.ReplyPath, body: sent.Found) -> Reply:
    read = resolve_reply(
        runtime(), actor=actor, reply_id=path.reply_id, result=body.result, case_id=body.case
    )
    return Reply(200, reply_shown(read))


def reply_shown(reply: domain.Reply) -> dict[str, object]:
    return {
        "id": reply.id, "channel": reply.channel, "address": masked(reply.address),
        "body": reply.body, "choice": reply.choice, "intent": reply.intent.value,
        "case_id": reply.case_id, "state": reply.state.value, "queue": reply.queue,
        "due_at": instant(reply.due_at), "received_at": instant(reply.received_at),
        "resolved_at": instant(reply.resolved_at), "resolution": reply.resolution,
    }


def _waiting(waiting: Waiting) -> dict[str, object]:
    return {
        **reply_shown(waiting.reply), "person": waiting.person,
        "candidates": [
            {"person": x.person, "name": x.name, "case_id": x.case_id, "reference": x.reference,
             "workflow": x.workflow} for x in waiting.candidates
        ],
    }
