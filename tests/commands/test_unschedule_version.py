"""What is not in force yet can be taken off; its number is never used again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.approve_draft import approve_draft
from inthread.commands.unschedule_version import unschedule_version
from inthread.domain.actor import Actor
from inthread.domain.audit import sealed
from inthread.domain.refusals import BadInput, Forbidden, NotFound, Stale
from inthread.queries.workflow_history import Standing, published_workflows, workflow_history
from inthread.runtime import Runtime
from inthread.store import audit
from tests.clock import Clock
from tests.drafts import ADA, BEN, CYD, KEY, a_submitted_draft, in_force, in_print
from tests.rows import nothing_written


@pytest.fixture
def scheduled(rt: Runtime) -> None:
    """Version 2 comes tomorrow."""
    in_print(rt)
    waiting = a_submitted_draft(rt, actor=BEN, effective_at=rt.now() + timedelta(days=1))
    approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)


@pytest.mark.usefixtures("scheduled")
def test_it_never_comes_into_force(rt: Runtime, clock: Clock) -> None:
    """One approver does it alone, the author too: nothing new is let in by it."""
    off = unschedule_version(rt, actor=BEN, key=KEY, version=2, why="Too early.")
    assert (off.unscheduled_at, off.unscheduled_by, off.unscheduled_why) == (
        rt.now(), "staff:stf_ben", "Too early."
    )
    with rt.db.read() as tx:
        last = audit.of_subject(tx, f"workflow:{KEY}")[-1]
    assert (last.event, last.actor, last.detail) == ("workflow.unscheduled", "staff:stf_ben", {
        "version": 2, "hash": off.hash, "why_sha256": sealed("Too early."),
    })
    [mine] = [one for one in published_workflows(rt, actor=CYD) if one.key == KEY]
    assert mine.scheduled == ()
    clock.tick(days=2)
    assert in_force(rt)[0] == 1
    waiting = a_submitted_draft(rt, to="< 15.00")
    assert (waiting.base_version, waiting.version) == (1, 3)
    approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    assert in_force(rt)[0] == 3
    lines = workflow_history(rt, actor=CYD, key=KEY).lines
    assert [(one.version.version, one.standing) for one in lines] == [
        (3, Standing.IN_FORCE), (2, Standing.UNSCHEDULED), (1, Standing.PAST)
    ]


@pytest.mark.usefixtures("scheduled")
def test_what_is_not_taken_off(rt: Runtime, clock: Clock) -> None:
    def refused(kind: type[Exception], actor: Actor = CYD, why: str = "No.", **of: int) -> str:
        version = of.get("version", 2)
        with pytest.raises(kind) as refusal, nothing_written(rt.db):
            unschedule_version(rt, actor=actor, key=KEY, version=version, why=why)
        return str(refusal.value)

    assert refused(BadInput, why=" ") == "/why: is empty: say why"
    refused(Forbidden, actor=ADA)
    refused(Forbidden, actor=Actor("api", "key_1", frozenset({"policy:approve"})))
    refused(NotFound, version=7)
    assert refused(Stale, version=1) == "version 1 is in force or was: roll back instead"
    later = a_submitted_draft(rt, effective_at=rt.now() + timedelta(days=2), to="< 15.00")
    approve_draft(rt, actor=CYD, draft_id=later.id, hash=later.hash)
    assert refused(Stale) == "version 3 was made from it: take that off first"
    unschedule_version(rt, actor=CYD, key=KEY, version=3, why="No.")
    assert refused(Stale, version=3) == "version 3 was taken off before"
    clock.tick(days=1)
    assert refused(Stale) == "version 2 is in force or was: roll back instead"
