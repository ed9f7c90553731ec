"""Drafts on their way: what is published, who writes and who approves, impact and bindings done.

`in_print(rt)` publishes the shipped workflows; `a_draft(rt)` and `a_submitted_draft(rt)` go the way
the product goes. Impact is written as measured (`measure`), because what it says is not the matter
here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import insert

from inthread.acting.shelf import Shelf
from inthread.commands import test_binding as bindings
from inthread.commands.change_draft import change_draft
from inthread.commands.publish_workflows import publish_workflows
from inthread.commands.start_draft import start_draft
from inthread.commands.submit_draft import submit_draft
from inthread.domain.actor import OPERATOR, Actor
from inthread.domain.draft import Draft
from inthread.domain.impact import Tally
from inthread.domain.staff import Role, staff_actor
from inthread.runtime import Runtime
from inthread.store import tables as t
from tests.runtimes import ROOT

KEY = "overdue_invoice"
ADA = staff_actor("stf_ada", [Role.AUTHOR])
BEN = staff_actor("stf_ben", [Role.AUTHOR, Role.APPROVER])
CYD = staff_actor("stf_cyd", [Role.APPROVER])
DEE = staff_actor("stf_dee", [Role.APPROVER])


@cache
def _documents() -> Mapping[str, dict[str, Any]]:
    files = sorted((ROOT / "workflows").glob("*.toml"))
    read = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    return {document["key"]: document for document in read}


def shipped_document(key: str = KEY) -> dict[str, Any]:
    return deepcopy(_documents()[key])


def in_print(rt: Runtime) -> None:
    """The shipped workflows are published, and their bindings tested."""
    publish_workflows(rt, actor=OPERATOR, documents=_documents())
    for connector, operation in sorted(bound(rt)):
        passed = bindings.test_binding(rt, actor=ADA, connector=connector, operation=operation)
        assert passed.passed


def bound(rt: Runtime) -> set[tuple[str, str]]:
    return {(p.connector, p.operation) for w in rt.workflows.values() for p in w.proofs.values()}


def changed(document: Mapping[str, object], at: int = 1, to: str = "< 12.00") -> dict[str, Any]:
    """The document with another test in the first cell of this row of `policy.pay`."""
    made: dict[str, Any] = deepcopy(dict(document))
    made["policy"]["pay"]["rows"][at]["when"][0] = to
    return made


def a_draft(rt: Runtime, *, actor: Actor = ADA, to: str = "< 12.00", at: int = 1) -> Draft:
    """A draft with one changed cell, in the hands of its author."""
    draft = start_draft(rt, actor=actor, key=KEY, title="Small amounts")
    return change_draft(
        rt, actor=actor, draft_id=draft.id, revision=draft.revision,
        document=changed(draft.document, at, to),
    )


def measure(rt: Runtime, draft: Draft, *, moved: int = 0, decided: int = 100) -> None:
    """The impact of exactly this content, measured to its end: so many decisions changed."""
    with rt.db.begin() as tx:
        tx.execute(insert(t.impacts).values(
            id=rt.new_id("imp"), draft_id=draft.id, hash=draft.hash, state="done", asked=decided,
            done=decided, changed=moved, mismatches=0, cursor="", started_at=rt.now(),
            result={
                "live": {"version": draft.base_version, "hash": rt.workflows[draft.key].hash},
                "tally": Tally(decisions=decided, changed=moved).as_json(),
            },
            ended_at=rt.now(), asked_by="staff:stf_ada",
        ))


def submit(
    rt: Runtime, draft: Draft, *, actor: Actor = ADA, effective_at: datetime | None = None,
    note: str = "", moved: int = 0,
) -> Draft:
    measure(rt, draft, moved=moved)
    return submit_draft(
        rt, actor=actor, draft_id=draft.id, revision=draft.revision, effective_at=effective_at,
        note=note,
    )


def a_submitted_draft(
    rt: Runtime, *, actor: Actor = ADA, effective_at: datetime | None = None, moved: int = 0,
    to: str = "< 12.00", at: int = 1,
) -> Draft:
    draft = a_draft(rt, actor=actor, to=to, at=at)
    return submit(rt, draft, actor=actor, effective_at=effective_at, moved=moved)


def in_force(rt: Runtime, key: str = KEY) -> tuple[int, str]:
    """(version, hash) that a fresh process decides by now."""
    workflow = Shelf(rt).look().workflows[key]
    return workflow.version, workflow.hash
