"""Who of the staff was turned away is recorded, by page and by API alike."""

from __future__ import annotations

from flask import request

from inthread.commands.record_denial import record_denial
from inthread.domain.actor import GATE, Actor
from inthread.web.current import runtime


def note_denial(who: Actor, why: object) -> None:
    """A machine's key that lacks a scope is in the log alone."""
    if who.kind != "staff":
        return
    route = request.url_rule.rule if request.url_rule else "none"
    record_denial(
        runtime(), actor=GATE, who=who, asked=f"{request.method} {route}", why=str(why)
    )
