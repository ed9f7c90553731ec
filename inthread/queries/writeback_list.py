"""What we owe other systems: the newest first, and how each system answers just now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inthread.domain.actor import Actor
from inthread.domain.breaker import ConnectorState
from inthread.domain.writeback import WritebackState
from inthread.runtime import Runtime
from inthread.store import connectors, writeback_lists
from inthread.store.reach import Found
from inthread.store.writeback_lists import Line, Try

HOURS = 12
MOST = 50
SLOW_MS = 3_000
STATES = tuple(state.value for state in WritebackState)


@dataclass(frozen=True)
class Health:
    """One system of record over its latest calls, at most twelve hours back. `answered`: in
    thousandths of the calls, None when there was none; `p95_ms`: of how long they took. `hours`:
    for each hour, the oldest first, (calls, those without an answer)."""

    state: ConnectorState
    calls: int
    answered: int | None
    p95_ms: int | None
    hours: Sequence[tuple[int, int]]

    @property
    def name(self) -> str:
        """paused, silent, failing, slow, answering or quiet."""
        if self.state.name != "answering":
            return self.state.name
        if self.answered is None:
            return "quiet"
        if self.answered < 900:
            return "failing"
        return "slow" if (self.p95_ms or 0) >= SLOW_MS else "answering"


def writeback_list(
    rt: Runtime, *, actor: Actor, connector: str = "", state: str = "", after: str = "",
    most: int = MOST,
) -> Found[Line, str]:
    actor.require("writebacks:read")
    with rt.db.read() as tx:
        return writeback_lists.page(
            tx, connector=connector, state=state, after=after, most=min(most, MOST)
        )


def connector_health(rt: Runtime, *, actor: Actor) -> Mapping[str, Health]:
    """By connector, every one that is configured."""
    actor.require("writebacks:read")
    now = rt.now()
    with rt.db.read() as tx:
        states = connectors.all_states(tx)
        tries = writeback_lists.latest_tries(tx, now - timedelta(hours=HOURS))
    return {
        key: _health(states.get(key) or ConnectorState(key),
                     [one for one in tries if one.connector == key], now)
        for key in sorted(rt.registry.connectors)
    }


def _health(state: ConnectorState, tries: Sequence[Try], now: datetime) -> Health:
    hours = [(0, 0)] * HOURS
    for one in tries:
        place = HOURS - 1 - min(HOURS - 1, int((now - one.at).total_seconds() // 3600))
        calls, missed = hours[place]
        hours[place] = (calls + 1, missed + (not one.ok))
    if not tries:
        return Health(state, 0, None, None, hours)
    took = sorted(one.took_ms for one in tries)
    answered = 1000 * sum(one.ok for one in tries) // len(tries)
    return Health(state, len(tries), answered, took[-(-95 * len(took) // 100) - 1], hours)
