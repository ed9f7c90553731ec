"""Measurements of drafts: what is decided again, how far one has come, and whom it would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from inthread.domain.decider import Spell, as_jsonb, as_written
from inthread.domain.impact import Impact, ImpactState, Tally
from inthread.domain.kept_inputs import KeptRow
from inthread.domain.replay import Found
from inthread.domain.segments import line
from inthread.store import tables as t
from inthread.store.bulk import Cell, put

i, x, d, c = t.impacts.c, t.impact_changes.c, t.decisions.c, t.cases.c
_REPLAYED = text(f"decisions.{t.REPLAYED}")  # literal, so that every plan can use the partial index
_CHANGE = ("impact_id", "case_id", "decision_id", "action", "kind", "segments", "minor", "was",
           "now")


# --- measurements ------------------------------------------------------------------------------


def add(tx: Connection, impact: Impact) -> None:
    """A new one; whoever calls has stopped the unfinished one of the same draft."""
    tx.execute(insert(t.impacts).values(_row(impact)))


def save(tx: Connection, impact: Impact, *, before: Impact) -> bool:
    """Keep how far it has come; False when *before* is not what is kept any more, because another
    worker was first, or another measurement took its place."""
    kept = update(t.impacts).where(
        i.id == before.id, i.done == before.done, i.state == before.state.value
    )
    return tx.execute(kept.values(_row(impact))).rowcount == 1


def replace_others(tx: Connection, draft_id: str, but: str, now: datetime) -> None:
    """No other measurement of this draft counts any more."""
    tx.execute(
        update(t.impacts)
        .where(i.draft_id == draft_id, i.id != but, i.state != ImpactState.REPLACED.value)
        .values(state=ImpactState.REPLACED.value, ended_at=func.coalesce(i.ended_at, now))
    )


def stop_unfinished(tx: Connection, draft_id: str, now: datetime) -> None:
    """Whoever carries it comes upon that, and lets it be."""
    going_on = (ImpactState.WAITING.value, ImpactState.RUNNING.value)
    tx.execute(
        update(t.impacts).where(i.draft_id == draft_id, i.state.in_(going_on))
        .values(state=ImpactState.REPLACED.value, ended_at=now)
    )


def get(tx: Connection, impact_id: str) -> Impact | None:
    row = tx.execute(select(t.impacts).where(i.id == impact_id)).one_or_none()
    return _one(row) if row else None


def newest(tx: Connection, draft_id: str) -> Impact | None:
    """The one that was asked for last."""
    row = tx.execute(
        select(t.impacts).where(i.draft_id == draft_id).order_by(i.id.desc()).limit(1)
    ).one_or_none()
    return _one(row) if row else None


def done_for(tx: Connection, draft_id: str, hash: str) -> bool:
    """Whether the impact of exactly this content was measured to its end, and every decision came
    out as it was recorded."""
    return share_of(tx, draft_id, hash) is not None


def share_of(tx: Connection, draft_id: str, hash: str) -> tuple[int, int] | None:
    """(decisions that change, decisions measured) of this content; None unless `done_for`."""
    row = tx.execute(
        select(i.changed, i.done).where(
            i.draft_id == draft_id, i.hash == hash, i.state == ImpactState.DONE.value
        ).order_by(i.id.desc()).limit(1)
    ).one_or_none()
    return None if row is None else (row.changed, row.done)


# --- decisions ---------------------------------------------------------------------------------


def spelling(tx: Connection) -> Spell:
    """How this database gives a JSON column back as text."""
    return as_written if tx.dialect.name == "sqlite" else as_jsonb


def count_before(tx: Connection, workflow: str, cursor: str, most: int) -> int:
    """How many decisions of the workflow there are before *cursor*, counted up to *most*."""
    some = select(literal(1)).where(d.workflow == workflow, d.id < cursor, _REPLAYED).limit(most)
    return tx.execute(select(func.count()).select_from(some.subquery())).scalar_one()


ROWS = (
    select(
        d.id, d.case_id, d.version, d.hash, cast(d.document, Text), cast(c.facts, Text),
        c.as_of <= d.at, c.owed_minor, c.settled_minor, c.currency, c.attempt, cast(c.done, Text),
    )
    .join(t.cases, c.id == d.case_id)
    .where(d.workflow == bindparam("of"), d.id < bindparam("before"), _REPLAYED)
    .order_by(d.id.desc()).limit(bindparam("most", type_=Integer))
)


def rows_before(tx: Connection, workflow: str, cursor: str, most: int) -> list[KeptRow]:
    """The newest decisions before *cursor*, the newest first."""
    found = tx.execute(ROWS, {"of": workflow, "before": cursor, "most": most})
    return [KeptRow(*row) for row in found]


# --- changes -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChangeLine:
    """One change, and its case as people call it; `reference` is None for a case that is gone."""

    seq: int
    case_id: str
    reference: str | None
    decision_id: str
    action: str
    kind: str
    minor: int | None
    was: dict[str, Any]
    now: dict[str, Any]


def add_changes(tx: Connection, impact_id: str, found: Sequence[Found]) -> None:
    rows: list[tuple[Cell, ...]] = [
        (impact_id, one.case_id, one.decision_id, one.change.action, one.change.kind.value,
         one.groups, one.minor, *one.change.texts)
        for one in found
    ]
    put(tx, t.impact_changes, _CHANGE, rows)


def changes(
    tx: Connection, impact_id: str, *, action: str, kind: str, most: int, after: int = 0,
    group: tuple[str, str] | None = None,
) -> list[ChangeLine]:
    """In the order of the measurement. *group*: only those in it, as (fact, value)."""
    query = (
        select(x.seq, x.case_id, c.reference, x.decision_id, x.action, x.kind, x.minor, x.was,
               x.now)
        .join(t.cases, c.id == x.case_id, isouter=True)
        .where(x.impact_id == impact_id, x.action == action, x.kind == kind, x.seq > after)
        .order_by(x.seq).limit(most)
    )
    if group is not None:
        # LIKE does not tell capitals apart on SQLite
        inside = func.instr if tx.dialect.name == "sqlite" else func.strpos
        query = query.where(inside(x.segments, line(*group)) > 0)
    return [ChangeLine(*row) for row in tx.execute(query)]


def drop_changes(tx: Connection, draft_id: str, but: str, most: int) -> int:
    """Remove up to *most* changes that other measurements of the draft found; how many that were.
    """
    others = select(i.id).where(i.draft_id == draft_id, i.id != but)
    some = select(x.seq).where(x.impact_id.in_(others)).limit(most)
    return tx.execute(delete(t.impact_changes).where(x.seq.in_(some))).rowcount


def _row(impact: Impact) -> dict[str, object]:
    return {
        "id": impact.id, "draft_id": impact.draft_id, "hash": impact.hash,
        "state": impact.state.value, "asked": impact.asked, "done": impact.done,
        "changed": impact.changed, "mismatches": impact.mismatches, "cursor": impact.cursor,
        "result": {
            "live": {"version": impact.live_version, "hash": impact.live_hash},
            "tally": impact.tally.as_json(),
        },
        "started_at": impact.started_at, "ended_at": impact.ended_at, "asked_by": impact.asked_by,
        "trouble": impact.trouble,
    }


def _one(row: Row[Any]) -> Impact:
    live = row.result["live"]
    return Impact(
        id=row.id, draft_id=row.draft_id, hash=row.hash, state=ImpactState(row.state),
        asked=row.asked, done=row.done, changed=row.changed, mismatches=row.mismatches,
        cursor=row.cursor, live_version=live["version"], live_hash=live["hash"],
        tally=Tally.from_json(row.result["tally"]), started_at=row.started_at,
        ended_at=row.ended_at, asked_by=row.asked_by, trouble=row.trouble,
    )
