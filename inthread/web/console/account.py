"""One's own account: where one is signed in, the password, recovery codes, the time zone."""

from __future__ import annotations

from flask import Response

from inthread.commands.sign_out import sign_out
from inthread.web.console.door import take_away
from inthread.web.console.shell import SIGN_IN, actor, room, session
from inthread.web.responding import runtime, see_other

bp = room("account", "")


@bp.post("/sign-out")
def leave() -> Response:
    """What the browser kept of the console goes as well (ASVS 14.3.1); the cookies of the
    customer's pages on this host stay."""
    sign_out(runtime(), actor=actor(), session=session())
    response = take_away(see_other(SIGN_IN))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
