"""The first page: what needs whoever signed in."""

from __future__ import annotations

from flask import Response

from inthread.web.console.shell import needs, room, show

bp = room("today", "")


@bp.get("/")
@needs("work:read")
def today() -> Response:
    return show("console/today.html")
