"""Messages: what left, what was held and why, what became of it."""

from __future__ import annotations

from flask import Response, request

from inthread.domain.contact_point import CHANNELS
from inthread.queries.message_list import PURPOSES, STATES, message_list
from inthread.queries.message_page import message_page
from inthread.web.console.shell import actor, needs, room, show
from inthread.web.responding import runtime

bp = room("messages", "/messages")


@bp.get("")
@needs("messages:read")
def messages() -> Response:
    chosen = {
        name: value if (value := request.args.get(name, "")) in allowed else ""
        for name, allowed in
        (("state", STATES), ("channel", CHANNELS), ("purpose", PURPOSES))
    }
    found = message_list(
        runtime(), actor=actor(), after=request.args.get("after", ""), state=chosen["state"],
        channel=chosen["channel"], purpose=chosen["purpose"],
    )
    return show(
        "console/messages.html", found=found, chosen=chosen, states=STATES, channels=CHANNELS,
        purposes=PURPOSES,
    )


@bp.get("/<message_id>")
@needs("messages:read")
def message(message_id: str) -> Response:
    found = message_page(runtime(), actor=actor(), message_id=message_id)
    return show("console/message.html", found=found)
