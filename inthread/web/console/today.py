"""The first page: what needs whoever signed in."""

from __future__ import annotations

from flask import Response

from inthread.queries import today as queries
from inthread.web.console.badges import bounded
from inthread.web.console.shell import actor, counts, needs, room, show
from inthread.web.responding import runtime

bp = room("today", "")


@bp.get("/")
@needs("work:read")
def today() -> Response:
    return show(
        "console/today.html", today=queries.today(runtime(), actor=actor()), counts=counts(),
        bounded=bounded,
    )
