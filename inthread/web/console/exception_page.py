"""One exception: its packet laid out to be acted on, and what a person does with it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from inthread.commands.assign_work_item import assign_work_item
from inthread.commands.claim_work_item import claim_work_item
from inthread.commands.comment_work_item import comment_work_item
from inthread.commands.release_work_item import release_work_item
from inthread.commands.resolve_work_item import resolve_work_item
from inthread.domain.money import Money
from inthread.domain.refusals import AlreadySettled, BadInput, Claimed, Problem
from inthread.queries.exceptions_page import workers
from inthread.queries.work_item_page import WorkView, work_item_page
from inthread.web.console import work_view as view
from inthread.web.console.exceptions import PATH, day_of
from inthread.web.console.shell import actor, done, needs, reader, room, show
from inthread.web.responding import runtime

bp = room("exception", "/exceptions")


@bp.get("/<item_id>")
@needs("work:read")
def exception(item_id: str) -> Response:
    return _page(item_id)


@bp.post("/<item_id>/claim")
@needs("work:write")
def claim(item_id: str) -> Response:
    return _act(item_id, "work_claimed", lambda: claim_work_item(
        runtime(), actor=actor(), item_id=item_id
    ))


@bp.post("/<item_id>/release")
@needs("work:write")
def release(item_id: str) -> Response:
    return _act(item_id, "work_released", lambda: release_work_item(
        runtime(), actor=actor(), item_id=item_id
    ))


@bp.post("/<item_id>/assign")
@needs("work:write")
def assign(item_id: str) -> Response:
    return _act(item_id, "work_assigned", lambda: assign_work_item(
        runtime(), actor=actor(), item_id=item_id, to=request.form.get("to") or None
    ))


@bp.post("/<item_id>/comments")
@needs("work:write")
def comment(item_id: str) -> Response:
    return _act(item_id, "work_commented", lambda: comment_work_item(
        runtime(), actor=actor(), item_id=item_id, body=request.form.get("body", "")
    ))


@bp.post("/<item_id>/resolve")
@needs("work:write")
def resolve(item_id: str) -> Response:
    return _act(item_id, "work_resolved", lambda: resolve_work_item(
        runtime(), actor=actor(), item_id=item_id, result=request.form.get("result", ""),
        note=request.form.get("note", ""),
        until=day_of(request.form.get("until", ""))
        if request.form.get("result") == "resume_at" else None,
    ))


def _act(item_id: str, said: str, act: Callable[[], object]) -> Response:
    """Do it, or show the page again with why not and with what was typed."""
    try:
        act()
    except BadInput as refusal:
        return _page(item_id, status=422, problems=refusal.problems)
    except Claimed as refusal:
        until = view.moment(refusal.until, runtime().now(), reader())
        return _page(item_id, status=409, problems=(
            Problem("", f"somebody else works on it until {until}"),
        ))
    except AlreadySettled:
        return _page(item_id, status=409, problems=(
            Problem("", "somebody resolved it before: what follows is how it stands"),
        ))
    return done(f"{PATH}/{item_id}", said)


def _page(item_id: str, *, status: int = 200, problems: object = ()) -> Response:
    found = work_item_page(runtime(), actor=actor(), item_id=item_id)
    return show(
        "console/exception.html", status=status, x=found, view=view, problems=problems,
        form=request.form, workers=workers(runtime(), actor=actor()),
        left=view.left_of(found.left, found.item.due_at, runtime().now(), reader()),
        paid=_money(found, "payment"), heard=_money(found, "event"),
    )


def _money(found: WorkView, of: str) -> Money | None:
    part = found.item.packet.get(of)
    return Money(part["minor"], part["currency"]) if isinstance(part, dict) else None
