"""Keep what policy said, from which facts, and what became of it."""

from __future__ import annotations

from inthread.domain.case import Case
from inthread.domain.policy import Decision
from inthread.runtime import Runtime
from inthread.store import outcomes
from inthread.store.db import Tx


def keep_decision(
    rt: Runtime, tx: Tx, *, case: Case, decision: Decision, stage: str,
    chosen: str | None = None,
) -> None:
    """*stage*: offered, executed or denied. The kept document decides again to the same bytes."""
    outcomes.add_decision(
        tx, id=rt.new_id("dec"), case_id=case.id, at=rt.now(), stage=stage, chosen=chosen,
        workflow=decision.workflow, version=decision.version, hash=decision.hash,
        document=decision.as_json(),
    )
