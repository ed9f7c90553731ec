"""Several people at one draft at once, in real threads: one version, and never content that nobody
approved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from inthread.commands.approve_draft import approve_draft
from inthread.commands.change_draft import change_draft
from inthread.commands.send_back_draft import send_back_draft
from inthread.commands.submit_draft import submit_draft
from inthread.commands.unschedule_version import unschedule_version
from inthread.commands.update_base import update_base
from inthread.domain.audit import broken_at
from inthread.domain.draft import Draft, DraftState
from inthread.domain.refusals import Refused, Stale
from inthread.domain.staff import Role, staff_actor
from inthread.runtime import Runtime
from inthread.store import audit, drafts
from inthread.store.tables import workflow_versions as versions
from tests.drafts import (
    ADA,
    BEN,
    CYD,
    DEE,
    KEY,
    a_draft,
    a_submitted_draft,
    changed,
    in_force,
    in_print,
    measure,
    submit,
)
from tests.races import at_once

TIMES = 6
PEOPLE = [staff_actor(f"stf_{n}", [Role.APPROVER]) for n in range(4)]


def published(rt: Runtime) -> list[tuple[int, str]]:
    """(version, hash) of everything after the first, in order."""
    with rt.db.read() as tx:
        rows = tx.execute(
            select(versions.c.version, versions.c.hash)
            .where(versions.c.key == KEY, versions.c.version > 1).order_by(versions.c.version)
        )
        return [(row.version, row.hash) for row in rows]


def chains_hold(rt: Runtime, *subjects: str) -> None:
    with rt.db.read() as tx:
        for subject in (f"workflow:{KEY}", *subjects):
            assert broken_at(audit.of_subject(tx, subject)) is None


def kinds(came: list[Any]) -> list[str]:
    return sorted(type(one).__name__ for one in came)


def approving(rt: Runtime, draft: Draft, actor: Any) -> Callable[[], Draft]:
    return partial(approve_draft, rt, actor=actor, draft_id=draft.id, hash=draft.hash)


@pytest.mark.parametrize(("moved", "needed"), [(0, 1), (60, 2)])
def test_approvers_at_once_publish_one_version(rt: Runtime, moved: int, needed: int) -> None:
    in_print(rt)
    for round in range(TIMES):
        draft = a_submitted_draft(rt, moved=moved, to=f"< {11 + round}.50")
        came = at_once([approving(rt, draft, actor) for actor in PEOPLE])
        assert kinds(came) == ["Draft"] * needed + ["Stale"] * (len(PEOPLE) - needed)
        with rt.db.read() as tx:
            assert len(drafts.said_of(tx, draft.id)) == needed
        assert published(rt)[round] == (round + 2, draft.hash)
        assert len(published(rt)) == round + 1
        chains_hold(rt, draft.id)


def test_one_person_in_two_windows_is_one_approval(rt: Runtime) -> None:
    in_print(rt)
    for round in range(TIMES):
        draft = a_submitted_draft(rt, moved=60, to=f"< {11 + round}.50")
        came = at_once([approving(rt, draft, CYD), approving(rt, draft, CYD)])
        assert kinds(came) == ["Draft", "Stale"]
        assert published(rt) == []


def test_a69_approve_then_swap(rt: Runtime) -> None:
    """Either the old content is published whole, or the approval is refused: never new content on
    approvals of the old."""
    in_print(rt)
    for round in range(TIMES):
        begun = len(published(rt))
        draft = a_submitted_draft(rt, to=f"< {11 + round}.50")
        swapped = changed(draft.document, to=f"< {51 + round}.50")
        approved, edited = at_once([
            approving(rt, draft, CYD),
            partial(
                change_draft, rt, actor=ADA, draft_id=draft.id, revision=draft.revision,
                document=swapped,
            ),
        ])
        now = published(rt)
        if isinstance(approved, Refused):
            assert isinstance(approved, Stale)
            assert isinstance(edited, Draft)
            assert (edited.state, len(now)) == (DraftState.EDITING, begun)
        else:
            assert isinstance(edited, Stale)
            assert now[begun:] == [(begun + 2, draft.hash)]
        chains_hold(rt, draft.id)


def test_approve_against_send_back(rt: Runtime) -> None:
    in_print(rt)
    for round in range(TIMES):
        begun = len(published(rt))
        draft = a_submitted_draft(rt, to=f"< {11 + round}.50")
        approved, back = at_once([
            approving(rt, draft, CYD),
            partial(send_back_draft, rt, actor=DEE, draft_id=draft.id, note="No."),
        ])
        assert isinstance(approved, Stale) != isinstance(back, Stale)
        assert len(published(rt)) == begun + isinstance(approved, Draft)


def test_submitted_twice(rt: Runtime) -> None:
    in_print(rt)
    for round in range(TIMES):
        draft = a_draft(rt, to=f"< {11 + round}.50")
        measure(rt, draft)
        came = at_once([
            partial(submit_draft, rt, actor=actor, draft_id=draft.id, revision=draft.revision)
            for actor in (ADA, BEN)
        ])
        assert kinds(came) == ["Draft", "Stale"]
        with rt.db.read() as tx:
            events = [e.event for e in audit.of_subject(tx, draft.id)]
        assert events.count("draft.submitted") == 1


def test_two_drafts_of_one_workflow(rt: Runtime) -> None:
    """At once, one of them is published; the other is brought up to date and comes after it."""
    in_print(rt)
    for round in range(TIMES):
        pair = [
            a_submitted_draft(rt, at=1, to=f"< {11 + round}.50"),
            a_submitted_draft(rt, at=2, to=f"<= {250 + round}.00"),
        ]
        came = at_once([
            approving(rt, draft, actor) for draft, actor in zip(pair, (CYD, DEE), strict=True)
        ])
        assert kinds(came) == ["Draft", "Stale"]
        [late] = [d for d, one in zip(pair, came, strict=True) if isinstance(one, Stale)]
        after = submit(rt, update_base(rt, actor=ADA, draft_id=late.id, revision=late.revision))
        approve_draft(rt, actor=CYD, draft_id=after.id, hash=after.hash)
        assert [number for number, _ in published(rt)] == list(range(2, 2 * round + 4))
        rows: Any = after.document["policy"]
        cells = [row["when"][0] for row in rows["pay"]["rows"][1:3]]
        assert cells == [f"< {11 + round}.50", f"<= {250 + round}.00"]
        assert in_force(rt) == (2 * round + 3, after.hash)
        chains_hold(rt, *(draft.id for draft in pair))


def test_taken_off_while_another_is_made_from_it(rt: Runtime) -> None:
    """Version n+1 is never published on top of a version n that never will be in force."""
    in_print(rt)
    for round in range(TIMES):
        at = rt.now() + timedelta(days=1 + round)
        first = a_submitted_draft(rt, effective_at=at, to=f"< {11 + round}.50")
        base = approve_draft(rt, actor=CYD, draft_id=first.id, hash=first.hash).version
        second = a_submitted_draft(rt, effective_at=at, to=f"< {51 + round}.50")
        off, on = at_once([
            partial(unschedule_version, rt, actor=DEE, key=KEY, version=base, why="No."),
            approving(rt, second, CYD),
        ])
        assert isinstance(off, Stale) != isinstance(on, Stale)
        chains_hold(rt, first.id, second.id)
