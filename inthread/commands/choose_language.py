"""The customer chooses the language of the pages, agreements and statements of this visit."""

from __future__ import annotations

from dataclasses import replace

from inthread.acting.take_visit import take_visit
from inthread.domain.actor import Actor
from inthread.runtime import Runtime
from inthread.store import links


def choose_language(rt: Runtime, *, actor: Actor, token: str, locale: str) -> None:
    """What is agreed to is shown in the language that is read: a text agreed to in one language is
    another text in the next, and is checked again. Raises VisitEnded, LinkGone."""
    actor.require("visit")
    with rt.db.begin() as tx:
        visit = take_visit(rt, tx, token).visit
        links.save_visit(tx, replace(visit, locale=locale).seen(rt.now()))
