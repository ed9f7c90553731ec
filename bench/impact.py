"""Measuring a draft: 100,000 decisions read, taken again twice, compared and written.

The floor takes the same decisions from memory and only evaluates both versions' tables in a loop.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from bench import ours
from bench.context import Context
from bench.machine import ROOT, Stretch
from bench.row import Count, Measure, Row
from inthread.acting.read_document import read_document
from inthread.commands.change_draft import change_draft
from inthread.commands.drain_outbox import drain_outbox
from inthread.commands.measure_impact import measure_impact
from inthread.commands.publish_workflows import publish_workflows
from inthread.commands.start_draft import start_draft
from inthread.domain.actor import OPERATOR, WORKER
from inthread.domain.draft import Draft
from inthread.domain.facts import Facts
from inthread.domain.impact import Impact
from inthread.domain.workflow import Workflow
from inthread.runtime import Runtime
from inthread.store import impacts
from tests.history import Kept, seed_decisions

KEY = "overdue_invoice"


def rows(context: Context) -> Iterator[Row | Count]:
    many = context.size(100_000, 4000)
    url = context.new_database("impact")
    ours.create_tables(url)
    with ours.runtime(ours.environment(url, 1)) as rt:
        history = seed_decisions(rt, many)
        draft = _draft(rt)
        other = read_document(rt.registry, draft.document, "draft")
        inputs = [kept.decision.inputs for kept in history]
        found: list[Impact] = []

        def our_side() -> Measure:
            with Stretch() as stretch:
                start = time.perf_counter()
                found.append(_measured(rt, draft, many))
                took = time.perf_counter() - start
            return Measure({"seconds": took}, stretch.reading)

        def floor_side() -> Measure:
            with Stretch() as stretch:
                start = time.perf_counter()
                _evaluate(rt.workflows[KEY], inputs)
                _evaluate(other, inputs)
                took = time.perf_counter() - start
            return Measure({"seconds": took}, stretch.reading)

        pairs = context.pairs(our_side, floor_side)
        yield pairs.row(f"impact of {many:,} decisions", "seconds", "s", "low", 2.0)
        times = len(found)
        yield Count("decisions taken again", sum(i.done for i in found), times * many)
        yield Count("came out otherwise than recorded", sum(i.mismatches for i in found), 0)
        lost = sum(i.tally.actions["plan"].kinds["lost"] for i in found)
        yield Count("lose a plan", lost, times * _lost(history))


def _draft(rt: Runtime) -> Draft:
    """One cell is changed: plans start at 80.00."""
    publish_workflows(rt, actor=OPERATOR, documents=_documents())
    draft = start_draft(rt, actor=OPERATOR, key=KEY)
    document: dict[str, Any] = deepcopy(dict(draft.document))
    document["policy"]["plan"]["rows"][1]["when"][0] = "< 80.00"
    return change_draft(
        rt, actor=OPERATOR, draft_id=draft.id, revision=draft.revision, document=document
    )


def _documents() -> dict[str, Any]:
    files = (ROOT / "workflows").glob("*.toml")
    read = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    return {document["key"]: document for document in read}


def _measured(rt: Runtime, draft: Draft, many: int) -> Impact:
    measure_impact(rt, actor=OPERATOR, draft_id=draft.id, most=many)
    while drain_outbox(rt, actor=WORKER, kinds=("impact",)):
        pass
    with rt.db.read() as tx:
        found = impacts.newest(tx, draft.id)
    if found is None or not found.finished:
        raise RuntimeError(f"not measured: {found}")
    return found


def _evaluate(workflow: Workflow, each: list[Facts]) -> None:
    tables = [workflow.tables[action.key] for action in workflow.actions]
    for inputs in each:
        for table in tables:
            table.evaluate(inputs)


def _lost(history: list[Kept]) -> int:
    """From the facts alone: who could split at least 60.00 and cannot split less than 80.00."""
    return sum(
        6000 <= _minor(kept.decision.inputs) < 8000 and not kept.facts["disputed"]
        for kept in history
    )


def _minor(inputs: Mapping[str, Any]) -> int:
    return int(inputs["remaining"].minor)
