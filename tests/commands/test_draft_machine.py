"""Whatever staff do, in whatever order: what is in force was approved, exactly so, by enough people
who had no hand in it; versions count up; nothing that was published is ever changed."""

from __future__ import annotations

import random
from copy import deepcopy
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from inthread.acting.shelf import Shelf
from inthread.commands.approve_draft import approve_draft
from inthread.commands.change_draft import change_draft
from inthread.commands.roll_back import roll_back
from inthread.commands.send_back_draft import send_back_draft
from inthread.commands.start_draft import start_draft
from inthread.commands.submit_draft import submit_draft
from inthread.commands.unschedule_version import unschedule_version
from inthread.commands.update_base import update_base
from inthread.commands.withdraw_draft import withdraw_draft
from inthread.domain.audit import broken_at
from inthread.domain.canonical import digest
from inthread.domain.draft import Draft, DraftState
from inthread.domain.merge import Keep
from inthread.domain.refusals import Refused
from inthread.domain.staff import Role, staff_actor
from inthread.runtime import Runtime
from inthread.store import audit, drafts
from inthread.store import tables as t
from inthread.store.db import Database
from tests.build import a_runtime
from tests.clock import Clock
from tests.drafts import KEY, changed, in_print, measure
from tests.rows import empty

# Everybody may do everything: what keeps them apart is what they did.
STAFF = [staff_actor(f"stf_{name}", [Role.AUTHOR, Role.APPROVER]) for name in "abcd"]
WHO = st.sampled_from(STAFF)
WHICH = st.integers(0, 3)
CELLS = ["< 11.00", "< 12.00", "< 13.00"]


class Publishing(RuleBasedStateMachine):
    db: Database

    def __init__(self) -> None:
        super().__init__()
        empty(self.db)
        self.clock = Clock()
        self.rt: Runtime = a_runtime(self.db, clock=self.clock)
        in_print(self.rt)
        self.ids: list[str] = []
        # By draft and revision: who approved what. Kept beside the product's own record.
        self.approved: dict[tuple[str, int], set[tuple[str, str]]] = {}
        self.handled: dict[str, set[str]] = {}
        self.seen: dict[int, dict[str, Any]] = {}

    def draft(self, which: int, *states: DraftState) -> Draft | None:
        """One of those in these states, the newest first; else any."""
        with self.db.read() as tx:
            found = [drafts.get(tx, id) for id in reversed(self.ids)]
        fit = [draft for draft in found if draft.state in states] or found
        return fit[which % len(fit)] if fit else None

    def tried(self, work: Any) -> Any:
        try:
            return work()
        except Refused:
            return None

    def touched(self, who: Any, made: Draft | None, before: Draft | None = None) -> None:
        if made is None or made == before:
            return
        self.handled.setdefault(made.id, set()).add(str(who))
        if made.id not in self.ids:
            self.ids.append(made.id)

    @initialize(who=WHO)
    def one_is_begun(self, who):
        self.begin(who)

    @rule(who=WHO)
    def begin(self, who):
        self.touched(who, start_draft(self.rt, actor=who, key=KEY))

    @rule(who=WHO, which=WHICH, cell=st.sampled_from(CELLS), at=st.sampled_from([1, 2]),
          behind=st.sampled_from([0, 0, 0, 1]))
    def edit(self, who, which, cell, at, behind):
        before = self.draft(which, DraftState.EDITING, DraftState.SUBMITTED)
        if before is not None:
            self.touched(who, self.tried(lambda: change_draft(
                self.rt, actor=who, draft_id=before.id, revision=before.revision - behind,
                document=changed(before.document, at, cell.replace("1", "9") if at == 2 else cell),
            )), before)

    @rule(which=WHICH, moved=st.sampled_from([0, 0, 60]))
    def measured(self, which, moved):
        draft = self.draft(which, DraftState.EDITING, DraftState.SUBMITTED)
        if draft is not None:
            measure(self.rt, draft, moved=moved)

    @rule(who=WHO, which=WHICH, days=st.sampled_from([None, None, None, 0, 1]), first=st.booleans())
    def ask_for_approval(self, who, which, days, first):
        draft = self.draft(which, DraftState.EDITING)
        if draft is None:
            return
        if first:
            measure(self.rt, draft)
        at = None if days is None else self.rt.now() + timedelta(days=days)
        self.touched(who, self.tried(lambda: submit_draft(
            self.rt, actor=who, draft_id=draft.id, revision=draft.revision, effective_at=at
        )), draft)

    @rule(who=WHO, by=WHO, cell=st.sampled_from(CELLS), moved=st.sampled_from([0, 0, 60]),
          days=st.sampled_from([None, None, None, 1]))
    def ask_for_a_small_change(self, who, by, cell, moved, days):
        """All the way to being submitted, by one person or two."""
        draft = start_draft(self.rt, actor=who, key=KEY)
        self.touched(who, draft)
        self.touched(who, self.tried(lambda: change_draft(
            self.rt, actor=who, draft_id=draft.id, revision=1,
            document=changed(draft.document, 1, cell),
        )), draft)
        draft = self.draft(0)
        measure(self.rt, draft, moved=moved)
        at = None if days is None else self.rt.now() + timedelta(days=days)
        self.touched(by, self.tried(lambda: submit_draft(
            self.rt, actor=by, draft_id=draft.id, revision=draft.revision, effective_at=at
        )), draft)

    @rule(who=WHO, which=WHICH, hash_of=st.sampled_from([None, None, None, None, None, 1]))
    def approve(self, who, which, hash_of):
        """Mostly of what was submitted last."""
        draft = self.draft(which // 2, DraftState.SUBMITTED)
        if draft is None:
            return
        wrong = self.draft(which + 1) if hash_of else None
        hash = wrong.hash if wrong else draft.hash
        done = self.tried(
            lambda: approve_draft(self.rt, actor=who, draft_id=draft.id, hash=hash)
        )
        if done is not None:
            assert str(who) not in self.handled[draft.id], "an author approved"
            said = self.approved.setdefault((draft.id, draft.revision), set())
            assert str(who) not in {name for name, _ in said}, "a person counted twice"
            said.add((str(who), hash))

    @rule(who=WHO, which=WHICH, really=st.sampled_from([True, False, False]))
    def send_back(self, who, which, really):
        draft = self.draft(which, DraftState.SUBMITTED)
        if draft is not None and really:
            self.tried(lambda: send_back_draft(
                self.rt, actor=who, draft_id=draft.id, note="No."
            ))

    @rule(who=WHO, which=WHICH, really=st.sampled_from([True, False, False]))
    def withdraw(self, who, which, really):
        draft = self.draft(which)
        if draft is not None and really:
            self.tried(lambda: withdraw_draft(self.rt, actor=who, draft_id=draft.id))

    @rule(who=WHO, which=WHICH, keep=st.sampled_from([None, Keep.MINE, Keep.THEIRS]))
    def bring_up_to_date(self, who, which, keep):
        draft = self.draft(which, DraftState.EDITING, DraftState.SUBMITTED)
        if draft is not None:
            self.touched(who, self.tried(lambda: update_base(
                self.rt, actor=who, draft_id=draft.id, revision=draft.revision, keep=keep
            )), draft)

    @rule(who=WHO, version=st.integers(1, 6))
    def go_back(self, who, version):
        made = self.tried(lambda: roll_back(self.rt, actor=who, key=KEY, version=version))
        self.touched(who, made)
        if made is not None:
            measure(self.rt, made)

    @rule(who=WHO, version=st.integers(1, 6))
    def take_off(self, who, version):
        self.tried(lambda: unschedule_version(
            self.rt, actor=who, key=KEY, version=version, why="No."
        ))

    @rule(hours=st.sampled_from([1, 23, 80]))
    def time_goes_by(self, hours):
        self.clock.tick(hours=hours)

    @invariant()
    def what_was_published_was_approved_and_stays(self):
        with self.db.read() as tx:
            rows = tx.execute(
                select(t.workflow_versions).where(t.workflow_versions.c.key == KEY)
                .order_by(t.workflow_versions.c.version)
            ).all()
            asked = {row.draft_id: drafts.get(tx, row.draft_id) for row in rows if row.draft_id}
        assert [row.version for row in rows] == list(range(1, len(rows) + 1))
        for row in rows:
            kept = {
                name: value for name, value in row._mapping.items()
                if not name.startswith("unscheduled")
            }
            assert kept == self.seen.setdefault(row.version, deepcopy(kept)), "it was changed"
            assert digest(row.document) == row.hash
            assert row.document["version"] == row.version
            if row.draft_id:
                self.was_approved(asked[row.draft_id], row)

    def was_approved(self, draft: Draft, row: Any) -> None:
        assert (draft.state, draft.published_version) == (DraftState.PUBLISHED, row.version)
        by = {who for who, hash in self.approved[draft.id, draft.revision] if hash == row.hash}
        assert len(by) >= draft.needed
        assert not by & self.handled[draft.id]

    @invariant()
    def what_is_in_force_is_the_newest_whose_hour_has_come(self):
        workflow = Shelf(self.rt).look().workflows[KEY]
        with self.db.read() as tx:
            rows = tx.execute(
                select(t.workflow_versions).where(t.workflow_versions.c.key == KEY)
                .order_by(t.workflow_versions.c.version)
            ).all()
        come = [
            row for row in rows
            if row.effective_at <= self.rt.now() and row.unscheduled_at is None
        ]
        newest = max(come, key=lambda row: row.version)
        assert (workflow.version, workflow.hash) == (newest.version, newest.hash)
        hours = [row.effective_at for row in rows if row.unscheduled_at is None]
        assert hours == sorted(hours), "a version would be in force before the one it was made from"

    def teardown(self):
        with self.db.read() as tx:
            for subject in audit.subjects(tx, "", 100):
                assert broken_at(audit.of_subject(tx, subject)) is None


def test_a69_whatever_staff_do_what_is_in_force_was_approved(db: Database) -> None:
    most = settings.default.max_examples if db.sqlite else settings.default.max_examples // 3
    run_state_machine_as_test(
        type("PublishingHere", (Publishing,), {"db": db}),
        settings=settings(settings.default, max_examples=most),
    )


WHICHES, ONE_IN_THREE = range(4), [True, False, False]
# What a long walk does next: the rule, how often, and what it is given.
WALK: dict[str, tuple[int, dict[str, Any]]] = {
    "ask_for_a_small_change": (4, {
        "who": STAFF, "by": STAFF, "cell": CELLS, "moved": [0, 0, 60],
        "days": [None, None, None, 1],
    }),
    "approve": (12, {"who": STAFF, "which": WHICHES, "hash_of": [None] * 5 + [1]}),
    "edit": (2, {
        "who": STAFF, "which": WHICHES, "cell": CELLS, "at": [1, 2], "behind": [0, 0, 0, 1],
    }),
    "measured": (3, {"which": WHICHES, "moved": [0, 0, 60]}),
    "ask_for_approval": (4, {
        "who": STAFF, "which": WHICHES, "days": [None, None, None, 0, 1],
        "first": [True, True, False],
    }),
    "send_back": (1, {"who": STAFF, "which": WHICHES, "really": [True]}),
    "withdraw": (2, {"who": STAFF, "which": WHICHES, "really": ONE_IN_THREE}),
    "bring_up_to_date": (3, {
        "who": STAFF, "which": WHICHES, "keep": [None, Keep.MINE, Keep.THEIRS],
    }),
    "go_back": (1, {"who": STAFF, "version": range(1, 10)}),
    "take_off": (2, {"who": STAFF, "version": range(1, 14)}),
    "time_goes_by": (3, {"hours": [1, 23, 80, 80]}),
}


def test_a69_on_a_long_walk(db: Database) -> None:
    """Deeper than a search goes that likes short stories; the same one every time."""
    dice = random.Random(0)
    machine: Any = type("PublishingHere", (Publishing,), {"db": db})()
    names, weights = list(WALK), [often for often, _ in WALK.values()]
    for _ in range(60):
        [name] = dice.choices(names, weights)
        given = {key: dice.choice(list(values)) for key, values in WALK[name][1].items()}
        getattr(machine, name)(**given)
        machine.what_was_published_was_approved_and_stays()
        machine.what_is_in_force_is_the_newest_whose_hour_has_come()
    machine.teardown()
    assert max(machine.seen) >= 3, "the walk led nowhere"
