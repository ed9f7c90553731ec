"""Exceptions: what people have to do, by cause, due first; and one cause mended at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from flask import Response, request

from inthread.commands.resolve_work_items import Resolved, resolve_work_items
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.resolution import USUAL, Result
from inthread.queries.exceptions_page import Cause, lines, overview, some_lines, workers
from inthread.queries.work_queue import Wanted
from inthread.web.console import work_view as view
from inthread.web.console.shell import actor, done, me, needs, reader, room, show
from inthread.web.responding import runtime

PATH = "/console/exceptions"
VIEWS = ("causes", "mine", "free", "late", "all")
bp = room("exceptions", "/exceptions")


@bp.get("")
@needs("work:read")
def exceptions() -> Response:
    return _page({name: request.args.get(name, "") for name in _KEPT})


@bp.post("/resolve")
@needs("work:write")
def resolve() -> Response:
    """A cause's chosen cases at once, each by itself."""
    form = request.form
    chosen = [name.removeprefix("item-") for name in form if name.startswith("item-")]
    asked = {"view": "causes", "cause": form.get("cause", ""), "queue": form.get("queue", "")}
    try:
        came = resolve_work_items(
            runtime(), actor=actor(), item_ids=chosen, result=form.get("result", ""),
            note=form.get("note", ""), until=day_of(form.get("until", "")),
        )
    except BadInput as refusal:
        return _page(asked, status=422, problems=refusal.problems)
    if came.refused:
        return _page(asked, status=422, came=came)
    where = f"{PATH}?queue={form.get('queue', '')}" if form.get("queue") else PATH
    return done(where, "work_resolved_all")


def day_of(text: str) -> datetime | None:
    """When that day begins where whoever typed it is; None for nothing. Raises BadInput."""
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, put in its zone below
    except ValueError:
        raise BadInput([Problem("/until", "is no day: choose one")]) from None
    return datetime.combine(day, time.min, reader().zone)


_KEPT = ("view", "queue", "reason", "owner", "cause", "after")


def _page(
    asked: Mapping[str, str], *, status: int = 200, problems: object = (),
    came: Resolved | None = None,
) -> Response:
    rt, who, chosen = runtime(), actor(), {name: asked.get(name, "") for name in _KEPT}
    shown = chosen["view"] if chosen["view"] in VIEWS else "causes"
    if chosen["reason"] or chosen["owner"]:
        shown = "all" if shown == "causes" else shown
    queue = chosen["queue"] if chosen["queue"] in rt.queues.teams else None
    over = overview(rt, actor=who, queue=queue)
    causes = [
        c for c in over.causes if not chosen["reason"] or c.first.reason == chosen["reason"]
    ]
    cause = next((c for c in causes if c.name == chosen["cause"]), causes[0] if causes else None)
    wanted = _wanted(shown, chosen, queue, cause.name if cause else None)
    empty = shown == "causes" and cause is None
    found, names = ((None, {}) if empty else
                    lines(rt, actor=who, wanted=wanted, after=chosen["after"]))
    return show(
        "console/exceptions.html", status=status, over=over, causes=causes, cause=cause,
        found=found, names={**over.names, **names}, shown=shown, queue=queue, chosen=chosen,
        workers=workers(rt, actor=who), reasons=_reasons(), view=view, Result=Result,
        usual=USUAL.get(cause.first.reason, (Result.RESUME,)) if cause else (),
        left=lambda line: view.left_of(line.left, line.item.due_at, rt.now(), reader()),
        cause_left=lambda x: view.left_of(_left(x), x.first.due_at, rt.now(), reader()),
        since=view.moment(over.late_since, rt.now(), reader()) if over.late_since else "",
        problems=problems, came=came, titles=rt.queues.title, reader=reader(),
        stayed=some_lines(rt, actor=who, item_ids=[i for i, _ in came.refused]) if came else (),
        whys=dict(came.refused) if came else {},
    )


def _wanted(shown: str, chosen: Mapping[str, str], queue: str | None, cause: str | None) -> Wanted:
    owner = f"staff:{chosen['owner']}" if chosen["owner"] else None
    return Wanted(
        queue=queue, reason=chosen["reason"] or None,
        cause=cause if shown == "causes" else None,
        owner=str(me().actor) if shown == "mine" else owner,
        free=shown == "free", late=shown == "late",
    )


def _left(cause: Cause) -> timedelta | None:
    rt = runtime()
    team = rt.queues.teams.get(cause.first.queue)
    return team.left(rt.now(), cause.first.due_at) if team else None


def _reasons() -> list[str]:
    return sorted({name for each in runtime().workflows.values() for name in each.queues})
