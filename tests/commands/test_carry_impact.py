"""What a draft would have done to whom: found exactly, and only when the past comes out as it was
recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from inthread.commands.submit_draft import submit_draft
from inthread.domain.impact import KINDS, ImpactState
from inthread.domain.refusals import BadInput
from inthread.runtime import Runtime
from inthread.store import impacts
from inthread.store import tables as t
from tests.drafts import ADA, KEY, in_print
from tests.history import seed_decisions
from tests.impacts import a_draft, found, left, measured, plans_from_80
from tests.runtimes import changed_workflows


def test_a_planted_change_is_found_with_exactly_the_right_cases(rt: Runtime) -> None:
    in_print(rt)
    history = seed_decisions(rt, 600)
    lose = [k for k in history if 6000 <= left(k) < 8000 and not k.facts["disputed"]]
    assert 5 < len(lose) < 200
    impact = measured(rt, a_draft(rt, plans_from_80))
    assert found(rt, impact) == {(k.id, k.case_id, "plan", "lost", left(k)) for k in lose}
    assert (impact.state, impact.done, impact.changed) == (ImpactState.DONE, 600, len(lose))
    plan = impact.tally.actions["plan"]
    assert plan.kinds == {**dict.fromkeys(KINDS, 0), "lost": len(lose)}
    assert (plan.lost_minor, plan.gained_minor) == (sum(map(left, lose)), 0)
    assert plan.was == sum(k.decision.verdict("plan").offered for k in history)
    assert plan.now == plan.was - len(lose)
    for action in ("pay", "promise"):
        other = impact.tally.actions[action]
        assert set(other.kinds.values()) == {0}
        assert other.was == other.now == sum(k.decision.verdict(action).offered for k in history)


def test_groups_add_up_and_each_is_right(rt: Runtime) -> None:
    in_print(rt)
    history = seed_decisions(rt, 500)
    impact = measured(rt, a_draft(rt, plans_from_80))
    lose = [k for k in history if 6000 <= left(k) < 8000 and not k.facts["disputed"]]
    groups = impact.tally.groups
    assert set(groups) == {"remaining", "disputed", "country"}
    by_country = {
        value: sum((k.facts["country"] or "not stated") == value for k in lose)
        for value in groups["country"]
    }
    assert {v: a["plan"].kinds["lost"] for v, a in groups["country"].items()} == by_country
    assert groups["remaining"]["50-200"]["plan"].lost_minor == sum(map(left, lose))
    for values in groups.values():
        assert sum(each["pay"].decisions for each in values.values()) == 500


def test_terms_identity_and_reasons_are_told_apart(rt: Runtime) -> None:
    def longer_and_strong(document: dict[str, Any]) -> None:
        row = document["policy"]["plan"]["rows"][3]
        row["offer"]["most_instalments"] = 8
        row["identity"] = "strong"
        document["policy"]["plan"]["rows"].insert(
            2, {"when": ["> 20000.00", "-"], "refuse": "no_rule"}
        )

    in_print(rt)
    history = seed_decisions(rt, 300)
    impact = measured(rt, a_draft(rt, longer_and_strong))
    middle = [k for k in history if 6000 <= left(k) <= 100_000 and not k.facts["disputed"]]
    large = [k for k in history if left(k) > 2_000_000 and not k.facts["disputed"]]
    plan = impact.tally.actions["plan"]
    assert plan.kinds == {
        **dict.fromkeys(KINDS, 0), "terms": len(middle), "identity": len(middle),
        "reason": len(large),
    }
    assert plan.names == {"most_instalments": len(middle)}
    assert impact.changed == len(middle) + len(large)
    with rt.db.read() as tx:
        [line] = impacts.changes(tx, impact.id, action="plan", kind="terms", most=1)
    assert line.was["terms"]["most_instalments"] == 6
    assert line.now["terms"]["most_instalments"] == 8


def test_the_list_of_a_number_is_kept_to_its_group(rt: Runtime) -> None:
    in_print(rt)
    history = seed_decisions(rt, 400)
    impact = measured(rt, a_draft(rt, plans_from_80))
    lose = {
        k.id for k in history
        if 6000 <= left(k) < 8000 and not k.facts["disputed"] and k.facts["country"] == "US"
    }
    seen: list[str] = []
    after = 0
    while True:
        with rt.db.read() as tx:
            page = impacts.changes(
                tx, impact.id, action="plan", kind="lost", most=7, after=after,
                group=("country", "US"),
            )
        if not page:
            break
        seen += [one.decision_id for one in page]
        after = page[-1].seq
    assert len(seen) == len(lose)
    assert set(seen) == lose


def test_a_draft_that_says_the_same_changes_nobody(rt: Runtime) -> None:
    in_print(rt)
    seed_decisions(rt, 200)
    impact = measured(rt, a_draft(rt))
    assert (impact.state, impact.done, impact.changed) == (ImpactState.DONE, 200, 0)
    assert found(rt, impact) == set()


@pytest.mark.parametrize("plant", [
    lambda kept: kept["verdicts"][1].update(reason="nothing_left"),
    lambda kept: kept["inputs"]["remaining"].update(minor=1),
    lambda kept: kept["inputs"].pop("days_late"),
    lambda kept: kept["verdicts"][0].update(row=None),
    lambda kept: kept.update(version=True),
    lambda kept: kept["verdicts"][2]["cells"].append("..."),
], ids=["reason", "input", "missing", "row", "version", "cells"])
def test_a_corrupt_decision_is_found_and_holds_the_draft_up(
    rt: Runtime, plant: Callable[[dict[str, Any]], None]
) -> None:
    in_print(rt)
    history = seed_decisions(rt, 60)
    target = next(k for k in history if k.facts["disputed"] and left(k) > 2000)
    document = target.decision.as_json()
    plant(document)
    with rt.db.begin() as tx:
        d = t.decisions
        tx.execute(update(d).where(d.c.id == target.id).values(document=document))
    draft = a_draft(rt, plans_from_80)
    impact = measured(rt, draft)
    assert (impact.state, impact.done, impact.mismatches) == (ImpactState.UNSOUND, 60, 1)
    [listed] = impact.tally.listed
    assert (listed["decision"], listed["case"]) == (target.id, target.case_id)
    assert impact.tally.decisions == 59
    with rt.db.read() as tx:
        assert not impacts.done_for(tx, draft.id, draft.hash)
    with pytest.raises(BadInput) as refusal:
        submit_draft(rt, actor=ADA, draft_id=draft.id, revision=draft.revision)
    assert "/impact" in {p.path for p in refusal.value.problems}


def test_a_decision_spelled_in_another_way_is_the_same(rt: Runtime) -> None:
    """The bytes that are compared are the canonical ones, whatever the column made of them."""
    in_print(rt)
    history = seed_decisions(rt, 30)
    with rt.db.begin() as tx:
        for kept in history:
            turned = dict(reversed(kept.decision.as_json().items()))
            tx.execute(
                update(t.decisions).where(t.decisions.c.id == kept.id).values(document=turned)
            )
    impact = measured(rt, a_draft(rt))
    assert (impact.state, impact.mismatches) == (ImpactState.DONE, 0)


def test_a_sound_measurement_lets_the_draft_go_on(rt: Runtime) -> None:
    in_print(rt)
    seed_decisions(rt, 30)
    draft = a_draft(rt, plans_from_80)
    impact = measured(rt, draft)
    with rt.db.read() as tx:
        assert impacts.done_for(tx, draft.id, draft.hash)
        assert impacts.share_of(tx, draft.id, draft.hash) == (impact.changed, 30)
        assert not impacts.done_for(tx, draft.id, "0" * 64)


def test_without_a_history_it_is_done_at_once(rt: Runtime) -> None:
    in_print(rt)
    impact = measured(rt, a_draft(rt, plans_from_80))
    assert (impact.state, impact.asked, impact.done) == (ImpactState.DONE, 0, 0)


def test_it_takes_the_newest_and_leaves_out_what_was_denied(rt: Runtime) -> None:
    in_print(rt)
    history = seed_decisions(rt, 90)
    with rt.db.begin() as tx:
        tx.execute(
            update(t.decisions).where(t.decisions.c.id == history[-1].id).values(stage="denied")
        )
    impact = measured(rt, a_draft(rt, plans_from_80), most=40)
    taken = {k.id for k in history[-41:-1]}
    lose = {k.id for k in history[-41:-1]
            if 6000 <= left(k) < 8000 and not k.facts["disputed"]}
    assert impact.done == 40
    assert {one[0] for one in found(rt, impact)} == lose <= taken


# --- older versions, and what they did not look at ----------------------------------------------


def test_older_decisions_are_held_to_their_own_version(rt: Runtime) -> None:
    """Version 2 offered plans from 80.00 already: over what version 1 decided, too."""
    in_print(rt)
    history = seed_decisions(rt, 120)
    second = rt.with_workflows(changed_workflows(KEY, plans_from_80))
    seed_decisions(second, 50, seed=2)
    impact = measured(second, a_draft(rt, plans_from_80))
    assert impact.done == 170
    assert second.workflows[KEY].version == 2
    assert impact.live_version == 2
    # nobody put version 2 into the shelf's table, but it is the one in force
    assert (impact.state, impact.mismatches, impact.changed) == (ImpactState.DONE, 0, 0)
    from_first = measured(second, a_draft(rt))
    gain = {k.id for k in history if 6000 <= left(k) < 8000 and not k.facts["disputed"]}
    assert gain <= {one[0] for one in found(second, from_first)}


def test_a_version_that_is_gone_cannot_be_reproduced(rt: Runtime) -> None:
    in_print(rt)
    seed_decisions(rt, 20)
    with rt.db.begin() as tx:
        tx.execute(update(t.decisions).values(version=9))
    impact = measured(rt, a_draft(rt))
    assert (impact.state, impact.mismatches) == (ImpactState.UNSOUND, 20)
    assert impact.tally.listed[0]["why"] == "version 9 with this hash is not kept"


def looks_at_the_country(document: dict[str, Any]) -> None:
    table = document["policy"]["promise"]
    table["inputs"].append("country")
    for row in table["rows"]:
        row["when"].append("-")
    table["rows"].insert(0, {"when": ["-", "-", "-", '"GB"'], "refuse": "nothing_left"})


def test_what_was_not_kept_comes_from_the_case_or_is_unknown(rt: Runtime) -> None:
    in_print(rt)
    history = seed_decisions(rt, 150)
    newer = {k.case_id for k in history[::3]}  # refreshed since: what they were then is not known
    with rt.db.begin() as tx:
        tx.execute(update(t.cases).where(t.cases.c.id.in_(newer)).values(as_of=rt.now()))
    impact = measured(rt, a_draft(rt, looks_at_the_country))
    hidden = {k.id for k in history if k.case_id in newer}
    known = [k for k in history if k.id not in hidden and k.facts["country"] == "GB"]
    promise = impact.tally.actions["promise"]
    assert promise.kinds["unknown"] == len(hidden)
    assert promise.known == 150 - len(hidden)
    lost = {k.id for k in known if k.decision.verdict("promise").offered}
    assert {d for d, _, _, kind, _ in found(rt, impact) if kind == "lost"} == lost
    assert impact.changed == promise.kinds["lost"] + promise.kinds["reason"]
    assert impact.tally.actions["pay"].kinds["unknown"] == 0
