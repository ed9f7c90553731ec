"""What was kept long enough and would be removed: how much of each kind, and the oldest of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inthread.domain.actor import Actor
from inthread.domain.retention import KINDS
from inthread.runtime import Runtime
from inthread.store import retention
from inthread.store.retention import Old as Old


@dataclass(frozen=True)
class OldThings:
    """`old`: by kind, in their order. `documents`: those that go before their case, by their own
    kind. `held`: how many people have a hold, so that nothing of theirs counts."""

    old: Mapping[str, Old]
    documents: Mapping[str, Old]
    held: int


def old_things(rt: Runtime, *, actor: Actor) -> OldThings:
    """People are counted once their last case is gone. Raises Forbidden."""
    actor.require("retention:write")
    now = rt.now()
    found = {}
    with rt.db.read() as tx:
        for kind in KINDS:
            before = rt.retention.before(kind, now)
            if kind == "cases":
                found[kind] = retention.old_cases(tx, before)
            elif kind == "people":
                found[kind] = retention.old_people(tx, before)
            else:
                found[kind] = retention.old(tx, kind, before)
        files = {
            kind: retention.old_documents(tx, kind, rt.retention.documents_before(kind, now))
            for kind in rt.retention.documents
        }
        return OldThings(found, files, retention.held_people(tx))
