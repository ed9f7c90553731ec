"""Replay a range: everything of one system of record that failed in a span of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from inthread.commands.replay_writeback import replay_writeback
from inthread.domain.actor import Actor
from inthread.domain.refusals import Refused
from inthread.runtime import Runtime
from inthread.store import writeback_lists

MOST = 200


@dataclass(frozen=True)
class Replayed:
    """`refused`: writeback id -> code of the refusal. `after`: where to go on; None when all of
    the range was seen."""

    done: tuple[str, ...]
    refused: Mapping[str, str]
    after: str | None


def replay_writebacks(
    rt: Runtime, *, actor: Actor, connector: str, since: datetime, until: datetime,
    after: str = "",
) -> Replayed:
    """Those that failed and were last called from *since* on and before *until*, at most 200 a
    call; each in a transaction of its own, so that one that cannot be replayed stops no other."""
    actor.require("writebacks:write")
    with rt.db.read() as tx:
        found = writeback_lists.failed_between(tx, connector, since, until, after, MOST + 1)
    done: list[str] = []
    refused: dict[str, str] = {}
    for writeback_id in found[:MOST]:
        try:
            replay_writeback(rt, actor=actor, writeback_id=writeback_id)
        except Refused as refusal:
            refused[writeback_id] = refusal.code
        else:
            done.append(writeback_id)
    return Replayed(tuple(done), refused, found[MOST - 1] if len(found) > MOST else None)
