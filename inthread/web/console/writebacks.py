"""Writebacks: what we owe other systems, every try at it, and what a person can do about it."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request

from inthread.commands.pause_connector import pause_connector
from inthread.commands.replay_writeback import replay_writeback
from inthread.commands.replay_writebacks import replay_writebacks
from inthread.commands.resume_connector import resume_connector
from inthread.domain.refusals import BadInput, Problem, Refused
from inthread.queries.writeback_list import STATES, connector_health, writeback_list
from inthread.queries.writeback_page import writeback_page
from inthread.web.console.shell import actor, done, needs, room, show
from inthread.web.responding import runtime

PATH = "/console/writebacks"
bp = room("writebacks", "/writebacks")
# How far back "replay what failed" goes.
SPANS = {"1": 1, "12": 12, "24": 24, "168": 168}


@bp.get("")
@needs("writebacks:read")
def writebacks() -> Response:
    connector, state = request.args.get("connector", ""), request.args.get("state", "")
    found = writeback_list(
        runtime(), actor=actor(), connector=connector, state=state if state in STATES else "",
        after=request.args.get("after", ""),
    )
    return show(
        "console/writebacks.html", found=found, connector=connector, state=state, states=STATES,
        health=connector_health(runtime(), actor=actor()), spans=SPANS,
        replayed=request.args.get("replayed", ""), refused=request.args.get("refused", ""),
    )


@bp.get("/<writeback_id>")
@needs("writebacks:read")
def writeback(writeback_id: str) -> Response:
    return _page(writeback_id)


@bp.post("/<writeback_id>/replay")
@needs("writebacks:write")
def replay(writeback_id: str) -> Response:
    try:
        replay_writeback(runtime(), actor=actor(), writeback_id=writeback_id)
    except Refused as refusal:
        if refusal.code == "not_found":
            raise
        return _page(writeback_id, status=409, refused=refusal.code)
    return done(f"{PATH}/{writeback_id}", "writeback_replayed")


@bp.post("/replay")
@needs("writebacks:write")
def replay_range() -> Response:
    hours = SPANS.get(request.form.get("hours", ""))
    connector = request.form.get("connector", "")
    if hours is None:
        raise BadInput([Problem("/hours", "choose how far back")])
    now = runtime().now()
    made = replay_writebacks(
        runtime(), actor=actor(), connector=connector, since=now - timedelta(hours=hours),
        until=now, after=request.form.get("after", ""),
    )
    where = f"{PATH}?connector={connector}&replayed={len(made.done)}&refused={len(made.refused)}"
    return done(where, "more_to_replay" if made.after else "")


@bp.post("/connectors/<connector>/pause")
@needs("writebacks:write")
def pause(connector: str) -> Response:
    pause_connector(runtime(), actor=actor(), connector=connector, why=request.form.get("why", ""))
    return done(PATH, "connector_paused")


@bp.post("/connectors/<connector>/resume")
@needs("writebacks:write")
def resume(connector: str) -> Response:
    resume_connector(runtime(), actor=actor(), connector=connector)
    return done(PATH, "connector_resumed")


def _page(writeback_id: str, *, status: int = 200, refused: str = "") -> Response:
    found = writeback_page(runtime(), actor=actor(), writeback_id=writeback_id)
    return show("console/writeback.html", status=status, found=found, refused=refused)
