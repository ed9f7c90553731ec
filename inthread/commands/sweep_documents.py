"""Remove what was put down and never came to be a document, and what is nobody's any more."""

from __future__ import annotations

from inthread.commands.steps.drop_documents import drop_documents
from inthread.domain.actor import Actor
from inthread.runtime import Runtime


def sweep_documents(rt: Runtime, *, actor: Actor) -> int:
    """How many went. What was begun within the hour may still become one (security R8.10)."""
    actor.require("carry")
    return drop_documents(rt)
