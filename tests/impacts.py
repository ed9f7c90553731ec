"""Drafts that are measured, and what was found: for the tests of impact."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from sqlalchemy import select

from inthread.commands.change_draft import change_draft
from inthread.commands.measure_impact import measure_impact
from inthread.commands.start_draft import start_draft
from inthread.domain.draft import Draft
from inthread.domain.impact import Impact
from inthread.runtime import Runtime
from inthread.store import impacts
from inthread.store import tables as t
from tests.build import carry_all
from tests.drafts import ADA, KEY
from tests.history import Kept

Change = Callable[[dict[str, Any]], None]


def plans_from_80(document: dict[str, Any]) -> None:
    """One cell: plans start at 80.00 and not at 60.00."""
    document["policy"]["plan"]["rows"][1]["when"][0] = "< 80.00"


def a_draft(rt: Runtime, *changes: Change) -> Draft:
    draft = start_draft(rt, actor=ADA, key=KEY)
    document = deepcopy(dict(draft.document))
    for change in changes:
        change(document)
    return change_draft(
        rt, actor=ADA, draft_id=draft.id, revision=draft.revision, document=document
    )


def measured(rt: Runtime, draft: Draft, most: int | None = None) -> Impact:
    measure_impact(rt, actor=ADA, draft_id=draft.id, most=most)
    carry_all(rt, kinds=("impact",))
    return newest(rt, draft)


def newest(rt: Runtime, draft: Draft) -> Impact:
    with rt.db.read() as tx:
        found = impacts.newest(tx, draft.id)
    assert found is not None
    return found


def found(rt: Runtime, impact: Impact) -> set[tuple[str, str, str, str, int | None]]:
    """(decision, case, action, kind, money) of every change that was kept, each once."""
    x = t.impact_changes.c
    with rt.db.read() as tx:
        rows = tx.execute(
            select(x.decision_id, x.case_id, x.action, x.kind, x.minor)
            .where(x.impact_id == impact.id)
        ).all()
    assert len(rows) == len(set(rows))
    return {(r.decision_id, r.case_id, r.action, r.kind, r.minor) for r in rows}


def left(kept: Kept) -> int:
    """What remained to be paid, as the snapshot has it."""
    return kept.decision.inputs["remaining"].minor  # type: ignore[union-attr]
