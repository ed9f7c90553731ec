"""What the providers' traffic leaves behind: sends a minute, tokens, money a day, numbers an hour.

Each count is one statement, so that any number of processes may take part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Executable,
    Integer,
    and_,
    bindparam,
    case,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from inthread.domain.shares import Tally
from inthread.store import tables as t

m, k, d, n = t.provider_minutes.c, t.provider_tokens.c, t.provider_days.c, t.counters.c

KEEP = timedelta(days=2)
_EPOCH_MINUTE = 60
_SECOND_US = 1_000_000
# A clock that once ran ahead does not hold everybody up until the others have caught up.
_MOST_AHEAD_US = 60 * _SECOND_US


@dataclass(frozen=True)
class _Both:
    """One statement for either database, made once."""

    sqlite: Executable
    postgresql: Executable

    @classmethod
    def made(cls, make: Callable[[Any], Executable]) -> _Both:
        return cls(make(sqlite.insert), make(postgresql.insert))

    def on(self, tx: Connection) -> Executable:
        return self.sqlite if tx.dialect.name == "sqlite" else self.postgresql


def minute_of(at: datetime) -> int:
    """Whole minutes since 1970."""
    return int(at.timestamp()) // _EPOCH_MINUTE


# --- sends a minute --------------------------------------------------------------------------


def _record(insert: Any) -> Executable:
    row = insert(t.provider_minutes)
    new = row.excluded
    more: Executable = row.on_conflict_do_update(
        index_elements=["provider", "minute"],
        set_={
            "accepted": m.accepted + new.accepted, "failed": m.failed + new.failed,
            "slow": m.slow + new.slow,
        },
    )
    return more


RECORD = _Both.made(_record)


def record(tx: Connection, counted: Mapping[tuple[str, int], Tally]) -> None:
    """Add what became of sends, by provider and minute; in one order, whoever adds."""
    tx.execute(RECORD.on(tx), [
        {"provider": provider, "minute": minute, "accepted": tally.accepted,
         "failed": tally.failed, "slow": tally.slow}
        for (provider, minute), tally in sorted(counted.items())
    ])


MINUTES = select(t.provider_minutes).where(
    m.provider.in_(bindparam("providers", expanding=True)), m.minute >= bindparam("since")
)


def minutes(
    tx: Connection, providers: Sequence[str], since: int
) -> dict[tuple[str, int], Tally]:
    """What became of their sends, from the minute *since* on."""
    rows = tx.execute(MINUTES, {"providers": list(providers), "since": since})
    return {(r.provider, r.minute): Tally(r.accepted, r.failed, r.slow) for r in rows}


def totals(tx: Connection, providers: Sequence[str], since: int) -> dict[str, Tally]:
    """The sums from the minute *since* on, of those that sent anything."""
    rows = tx.execute(
        select(m.provider, *(func.sum(c).label(c.name) for c in (m.accepted, m.failed, m.slow)))
        .where(m.provider.in_(providers), m.minute >= since).group_by(m.provider)
    )
    return {r.provider: Tally(int(r.accepted), int(r.failed), int(r.slow)) for r in rows}


# --- tokens ----------------------------------------------------------------------------------


def _take(insert: Any) -> Executable:
    """A token is a stretch of time. Spent is the time up to an instant that never lies ahead of now
    nor further back than a full bucket: whole microseconds, and no refill to be written down."""
    full, cost = (bindparam(name, type_=BigInteger) for name in ("full", "cost"))
    latest = bindparam("latest", type_=BigInteger)
    believable = and_(k.spent_until_us > full, k.spent_until_us < latest)
    after = case((believable, k.spent_until_us), else_=full) + cost
    row = insert(t.provider_tokens).values(provider=bindparam("by"), spent_until_us=full + cost)
    taken: Executable = row.on_conflict_do_update(
        index_elements=["provider"], set_={"spent_until_us": after},
        where=after <= bindparam("now", type_=BigInteger),
    ).returning(k.provider)
    return taken


TAKE = _Both.made(_take)


def take_tokens(
    tx: Connection, provider: str, most: int, now: datetime, per_second: int, burst: int
) -> int:
    """*most* tokens (at most *burst*) when the bucket holds so many, else 0. It fills at
    *per_second* and holds *burst*."""
    at = _us(now)
    row = {
        "by": provider, "now": at, "full": at - span_us(burst, per_second),
        "cost": span_us(most, per_second), "latest": at + _MOST_AHEAD_US,
    }
    return most if tx.execute(TAKE.on(tx), row).one_or_none() else 0


SPENT_UNTIL = select(k.spent_until_us).where(k.provider == bindparam("by"))


def tokens_at(tx: Connection, provider: str, most: int, now: datetime, per_second: int) -> datetime:
    """When the bucket holds *most* tokens, if nobody takes any before; *now* or later."""
    spent = tx.execute(SPENT_UNTIL, {"by": provider}).scalar_one_or_none() or 0
    ready = spent + span_us(most, per_second) - _us(now)
    return now + timedelta(microseconds=min(max(ready, 0), _MOST_AHEAD_US))


def span_us(tokens: int, per_second: int) -> int:
    """The time in which so many tokens come, in microseconds, rounded up."""
    return -(-tokens * _SECOND_US // per_second)


def _us(at: datetime) -> int:
    return int(at.timestamp()) * _SECOND_US + at.microsecond


# --- money a day -----------------------------------------------------------------------------


def _spend(insert: Any) -> Executable:
    after = d.spent_micro + bindparam("cost", type_=BigInteger)
    row = insert(t.provider_days).values(
        provider=bindparam("by"), day=bindparam("on"),
        spent_micro=bindparam("cost", type_=BigInteger),
    )
    spent: Executable = row.on_conflict_do_update(
        index_elements=["provider", "day"], set_={"spent_micro": after},
        where=after <= bindparam("cap", type_=BigInteger),
    ).returning(d.provider)
    return spent


SPEND = _Both.made(_spend)


def add_spend(tx: Connection, provider: str, day: str, micro: int, cap: int) -> bool:
    """Count millionths of the currency on a day (`2026-01-05`). False, and nothing counted, when
    that would pass the cap."""
    if micro > cap:
        return False
    row = {"by": provider, "on": day, "cost": micro, "cap": cap}
    return tx.execute(SPEND.on(tx), row).one_or_none() is not None


UNSPEND = (
    update(t.provider_days)
    .where(d.provider == bindparam("by"), d.day == bindparam("on"))
    .values(spent_micro=d.spent_micro - bindparam("cost", type_=BigInteger))
)


def take_back_spend(tx: Connection, provider: str, day: str, micro: int) -> None:
    tx.execute(UNSPEND, {"by": provider, "on": day, "cost": micro})


def spent(tx: Connection, providers: Sequence[str], day: str) -> dict[str, int]:
    """What each has spent on a day, in millionths; of those that spent anything."""
    rows = tx.execute(
        select(d.provider, d.spent_micro).where(d.provider.in_(providers), d.day == day)
    )
    return {r.provider: r.spent_micro for r in rows}


def _alarm(insert: Any) -> Executable:
    row = insert(t.provider_days).values(
        provider=bindparam("by"), day=bindparam("on"), spent_micro=0, alarmed_at=bindparam("now"),
    )
    told: Executable = row.on_conflict_do_update(
        index_elements=["provider", "day"], set_={"alarmed_at": row.excluded.alarmed_at},
        where=d.alarmed_at.is_(None),
    ).returning(d.provider)
    return told


ALARM = _Both.made(_alarm)


def alarm(tx: Connection, provider: str, day: str, now: datetime) -> bool:
    """True for the first who says that this day's money is spent."""
    row = {"by": provider, "on": day, "now": now}
    return tx.execute(ALARM.on(tx), row).one_or_none() is not None


# --- numbers an hour -------------------------------------------------------------------------


def _count(insert: Any) -> Executable:
    more = bindparam("more", type_=Integer)
    row = insert(t.counters).values(bucket=bindparam("what"), window=bindparam("hour"), n=more)
    counted: Executable = row.on_conflict_do_update(
        index_elements=["bucket", "window"], set_={"n": n.n + more},
        where=n.n + more <= bindparam("most", type_=Integer),
    ).returning(n.n)
    return counted


COUNT = _Both.made(_count)
UNCOUNT = (
    update(t.counters)
    .where(n.bucket == bindparam("what"), n.window == bindparam("hour"), n.n > 0)
    .values(n=n.n - 1)
)


def count_prefix(tx: Connection, prefix: str, hour: int, most: int, more: int = 1) -> bool:
    """Count *more* messages to the numbers of this prefix in an hour (whole hours since 1970).
    False, and nothing counted, when that would be more than *most*."""
    row = {"what": f"prefix:{prefix}", "hour": hour, "most": most, "more": more}
    return tx.execute(COUNT.on(tx), row).one_or_none() is not None


def uncount_prefix(tx: Connection, prefix: str, hour: int) -> None:
    tx.execute(UNCOUNT, {"what": f"prefix:{prefix}", "hour": hour})


def forget(tx: Connection, now: datetime) -> None:
    """Drop the minutes and hours that nobody asks about any more; what was spent is kept."""
    oldest = minute_of(now - KEEP)
    tx.execute(delete(t.provider_minutes).where(m.minute < oldest))
    tx.execute(delete(t.counters).where(n.bucket.like("prefix:%"), n.window < oldest // 60))
