"""Replies: what people sent us that only a person can judge, and whose each may be."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Response, request

from inthread.commands.resolve_reply import resolve_reply
from inthread.domain.refusals import AlreadySettled, BadInput, NotFound, Problem
from inthread.queries.reply_queue import Waiting, reply_queue
from inthread.web.console import work_view as view
from inthread.web.console.shell import actor, done, needs, reader, room, show
from inthread.web.responding import runtime

PATH = "/console/replies"
PAGE = 20
_AFTER = re.compile(r"due_[0-9]{1,16}_[a-z]{2,8}_[0-9a-z]{1,30}")
bp = room("replies", "/replies")


@bp.get("")
@needs("work:read")
def replies() -> Response:
    return _page()


@bp.post("/<reply_id>/resolve")
@needs("work:write")
def resolve(reply_id: str) -> Response:
    """The form says the result, and with some the case: `assign:case_...`."""
    result, _, case_id = request.form.get("result", "").partition(":")
    case_id = case_id or request.form.get("case", "").strip()
    try:
        resolve_reply(
            runtime(), actor=actor(), reply_id=reply_id, result=result, case_id=case_id or None
        )
    except BadInput as refusal:
        return _page(reply_id, 422, refusal.problems)
    except AlreadySettled:
        return _page(reply_id, 409, (Problem("", "somebody read this reply before"),))
    except NotFound:
        return _page(reply_id, 404, (Problem("/case", "there is no such reply or case"),))
    return done(PATH, "reply_resolved")


def _page(wrong: str = "", status: int = 200, problems: Sequence[Problem] = ()) -> Response:
    rt, after = runtime(), request.args.get("after", "")
    after = after if _AFTER.fullmatch(after) else ""
    found = reply_queue(rt, actor=actor(), after=after, most=PAGE)
    return show(
        "console/replies.html", status=status, found=found, after=after, wrong=wrong,
        problems=problems, titles=rt.queues.title, left=_left, view=view,
    )


def _left(waiting: Waiting) -> view.Left:
    rt, reply = runtime(), waiting.reply
    due = reply.due_at or rt.now()
    team = rt.queues.teams.get(reply.queue or "")
    return view.left_of(team.left(rt.now(), due) if team else None, due, rt.now(), reader())
