"""What is approved is exactly what was seen, by somebody who had no hand in it; then it is in force
from its hour on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.acting.shelf import EVERY, Shelf
from inthread.commands.approve_draft import approve_draft
from inthread.commands.change_draft import change_draft
from inthread.commands.send_back_draft import send_back_draft
from inthread.commands.set_console_setting import set_console_setting
from inthread.commands.submit_draft import submit_draft
from inthread.commands.withdraw_draft import withdraw_draft
from inthread.domain.actor import OPERATOR, Actor
from inthread.domain.audit import broken_at, sealed
from inthread.domain.draft import DraftState
from inthread.domain.refusals import BadInput, Forbidden, NotFound, Stale
from inthread.domain.staff import Role, staff_actor
from inthread.runtime import Runtime
from inthread.store import audit, workflows
from tests.clock import Clock
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
from tests.rows import nothing_written


def test_it_is_published_and_in_force_at_once(rt: Runtime) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt)
    done = approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash, note="Fine.")
    assert (done.state, done.published_version, done.effective_at) == (
        DraftState.PUBLISHED, 2, rt.now()
    )
    assert in_force(rt) == (2, waiting.hash)
    with rt.db.read() as tx:
        version = workflows.version(tx, KEY, 2)
        assert workflows.document_of(tx, KEY, 2) == waiting.document
        mine, workflow = audit.of_subject(tx, done.id), audit.of_subject(tx, f"workflow:{KEY}")
    assert (version.hash, version.published_by, version.draft_id) == (
        waiting.hash, "staff:stf_cyd", done.id
    )
    detail = {
        "version": 2, "hash": waiting.hash, "approvers": ["staff:stf_cyd"],
        "effective_at": rt.now().isoformat(),
    }
    assert [(e.event, e.actor, e.detail) for e in mine[-2:]] == [
        ("draft.approved", "staff:stf_cyd",
         {"revision": waiting.revision, "hash": waiting.hash, "needed": 1, "given": 1,
          "note_sha256": sealed("Fine.")}),
        ("draft.published", "staff:stf_cyd", detail),
    ]
    assert workflow[-1].detail == {**detail, "draft": done.id}
    assert (broken_at(mine), broken_at(workflow)) == (None, None)


def test_every_process_has_it_within_two_seconds_of_its_hour(rt: Runtime, clock: Clock) -> None:
    in_print(rt)
    at = rt.now() + timedelta(hours=2, milliseconds=500)
    waiting = a_submitted_draft(rt, effective_at=at)
    done = approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    assert (done.state, done.effective_at) == (DraftState.PUBLISHED, at)
    here, there = Shelf(rt), Shelf(rt)

    def decided_by() -> set[int]:
        return {shelf.current().workflows[KEY].version for shelf in (here, there)}

    assert decided_by() == {1}
    clock.at = at - timedelta(milliseconds=1)
    assert decided_by() == {1}
    clock.at = at + EVERY
    assert decided_by() == {2}
    assert here.current().workflows[KEY].hash == waiting.hash


def test_an_hour_that_passed_while_it_waited_is_now(rt: Runtime, clock: Clock) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt, effective_at=rt.now() + timedelta(hours=1))
    clock.tick(hours=3)
    done = approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    assert done.effective_at == rt.now()


def refusal_is_recorded(rt: Runtime, actor: Actor, draft_id: str, hash: str) -> None:
    """Forbidden, and nothing written but the record of it."""
    with pytest.raises(Forbidden), nothing_written(rt.db, but=("audit",)):
        approve_draft(rt, actor=actor, draft_id=draft_id, hash=hash)
    with rt.db.read() as tx:
        last = audit.of_subject(tx, draft_id)[-1]
    assert (last.event, last.actor) == ("draft.approval_refused", str(actor))
    assert in_force(rt)[0] == 1


def test_a69_nobody_approves_a_change_of_their_own(rt: Runtime) -> None:
    in_print(rt)
    mine = a_submitted_draft(rt, actor=BEN)
    refusal_is_recorded(rt, BEN, mine.id, mine.hash)


def test_a69_nor_one_they_had_a_hand_in_or_submitted(rt: Runtime) -> None:
    in_print(rt)
    begun = a_draft(rt, actor=ADA)
    shared = change_draft(
        rt, actor=BEN, draft_id=begun.id, revision=begun.revision,
        document=changed(begun.document, to="< 13.00"),
    )
    last_was_ada = change_draft(
        rt, actor=ADA, draft_id=begun.id, revision=shared.revision,
        document=changed(begun.document, to="< 14.00"),
    )
    waiting = submit(rt, last_was_ada)
    refusal_is_recorded(rt, BEN, waiting.id, waiting.hash)
    only_submitted = submit(rt, a_draft(rt, actor=ADA), actor=BEN)
    refusal_is_recorded(rt, BEN, only_submitted.id, only_submitted.hash)
    back = send_back_draft(rt, actor=CYD, draft_id=only_submitted.id, note="Why?")
    again = submit_draft(rt, actor=ADA, draft_id=back.id, revision=back.revision)
    refusal_is_recorded(rt, BEN, again.id, again.hash)


def test_a69_edit_after_approval_resets_it(rt: Runtime) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt, moved=60)
    approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    swapped = change_draft(
        rt, actor=ADA, draft_id=waiting.id, revision=waiting.revision,
        document=changed(waiting.document, to="< 99.00"),
    )
    again = submit(rt, swapped, moved=60)
    with pytest.raises(Stale), nothing_written(rt.db):
        approve_draft(rt, actor=DEE, draft_id=again.id, hash=waiting.hash)
    once = approve_draft(rt, actor=DEE, draft_id=again.id, hash=again.hash)
    assert (once.state, once.needed) == (DraftState.SUBMITTED, 2)
    assert in_force(rt)[0] == 1
    assert approve_draft(rt, actor=CYD, draft_id=again.id, hash=again.hash).published_version == 2


def test_the_revision_that_was_seen_counts_where_it_is_named(rt: Runtime) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt)
    with pytest.raises(Stale), nothing_written(rt.db):
        approve_draft(
            rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash, revision=waiting.revision - 1
        )
    done = approve_draft(
        rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash, revision=waiting.revision
    )
    assert done.state is DraftState.PUBLISHED


def test_two_are_two_people(rt: Runtime) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt, moved=60)
    approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    with pytest.raises(Stale) as refusal, nothing_written(rt.db):
        approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    assert str(refusal.value) == "this person has approved it already"
    assert in_force(rt)[0] == 1
    done = approve_draft(rt, actor=DEE, draft_id=waiting.id, hash=waiting.hash)
    assert done.state is DraftState.PUBLISHED
    with rt.db.read() as tx:
        published = audit.of_subject(tx, done.id)[-1]
    assert published.detail["approvers"] == ["staff:stf_cyd", "staff:stf_dee"]


def test_a_limit_made_tighter_meanwhile_counts(rt: Runtime) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt, moved=3)
    assert waiting.needed == 1
    admin = staff_actor("stf_adm", [Role.ADMIN])
    set_console_setting(
        rt, actor=admin, name="second_approver", value={"share": 1, "least": 1}
    )
    once = approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    assert once.state is DraftState.SUBMITTED


def test_a_draft_of_another_draft_published_meanwhile(rt: Runtime) -> None:
    in_print(rt)
    first, second = a_submitted_draft(rt), a_submitted_draft(rt, to="< 15.00")
    approve_draft(rt, actor=CYD, draft_id=first.id, hash=first.hash)
    with pytest.raises(Stale) as refusal, nothing_written(rt.db):
        approve_draft(rt, actor=CYD, draft_id=second.id, hash=second.hash)
    assert str(refusal.value) == (
        "the draft was made from version 1, and the newest is 2: bring it up to date"
    )


def test_without_impact(rt: Runtime) -> None:
    """It may have been measured when it was submitted, and be gone since."""
    in_print(rt)
    waiting = a_submitted_draft(rt)
    with rt.db.begin() as tx:
        tx.exec_driver_sql("DELETE FROM impacts")
    with pytest.raises(BadInput) as refusal, nothing_written(rt.db):
        approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    assert [p.path for p in refusal.value.problems] == ["/impact"]


def test_what_waits_for_nobody(rt: Runtime) -> None:
    in_print(rt)
    editing = a_draft(rt)
    measure(rt, editing)
    over = withdraw_draft(rt, actor=ADA, draft_id=a_submitted_draft(rt).id)
    for draft in (editing, over):
        with pytest.raises(Stale), nothing_written(rt.db):
            approve_draft(rt, actor=CYD, draft_id=draft.id, hash=draft.hash)
    done = a_submitted_draft(rt)
    approve_draft(rt, actor=CYD, draft_id=done.id, hash=done.hash)
    with pytest.raises(Stale), nothing_written(rt.db):
        approve_draft(rt, actor=DEE, draft_id=done.id, hash=done.hash)
    with pytest.raises(NotFound), nothing_written(rt.db):
        approve_draft(rt, actor=CYD, draft_id="draft_none", hash=done.hash)


def test_who_lacks_the_role_is_refused_and_nothing_is_written(rt: Runtime) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt)
    lost_it = staff_actor("stf_cyd", [Role.VIEWER])
    for actor in (lost_it, ADA, OPERATOR, staff_actor("stf_adm", [Role.ADMIN])):
        with pytest.raises(Forbidden), nothing_written(rt.db):
            approve_draft(rt, actor=actor, draft_id=waiting.id, hash=waiting.hash)


def test_nobody_but_staff(rt: Runtime) -> None:
    in_print(rt)
    waiting = a_submitted_draft(rt)
    machine = Actor("api", "key_1", frozenset({"policy:approve"}))
    refusal_is_recorded(rt, machine, waiting.id, waiting.hash)
