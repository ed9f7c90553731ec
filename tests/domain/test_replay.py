"""Deciding again in bulk says what the workflow says; what changes one way changes back."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inthread.domain.decider import Decider, as_jsonb, as_written
from inthread.domain.facts import FactValue, facts_text
from inthread.domain.impact import Kind, Tally
from inthread.domain.kept_inputs import KeptInputs, KeptRow
from inthread.domain.money import Money
from inthread.domain.replay import Found, Replay
from inthread.domain.workflow import Workflow
from inthread.domain.workflow_reader import WorkflowErrors
from tests.drafts import shipped_document
from tests.runtimes import _read, shipped_workflows

TODAY = date(2026, 1, 5)
EDGES = (0, 999, 1000, 5999, 6000, 20_000, 20_001, 100_000, 100_001, 500_000, 500_001, 2_000_000,
         2_000_001)
amounts = st.one_of(st.sampled_from(EDGES), st.integers(1, 3_000_000))


def live() -> Workflow:
    return shipped_workflows()["overdue_invoice"]


@st.composite
def invoices(draw: st.DrawFn) -> dict[str, FactValue | None]:
    return {
        "invoice_number": "A \"quoted\" ñ 1", "amount_due": Money(draw(amounts), "USD"),
        "due_date": TODAY - timedelta(days=draw(st.integers(-5, 120))),
        "invoice_date": draw(st.sampled_from([None, TODAY])), "disputed": draw(st.booleans()),
        "country": draw(st.sampled_from(["US", "CA", None])), "postcode": None,
    }


@st.composite
def changed(draw: st.DrawFn) -> dict[str, Any]:
    """The shipped document with a few edits of its tables, where it still reads."""
    document = shipped_document()
    for _ in range(draw(st.integers(0, 3))):
        rows = document["policy"][draw(st.sampled_from(["pay", "plan", "promise"]))]["rows"]
        row = rows[draw(st.integers(0, len(rows) - 1))]
        if "offer" in row and draw(st.booleans()):
            row["identity"] = draw(st.sampled_from(["code", "strong"]))
        else:
            row["when"][0] = draw(st.sampled_from(
                ["< 80.00", "<= 15.00", "[100.00..900.00]", "-", "> 3000.00"]
            ))
    document["version"] = 2
    return document


def read(document: dict[str, Any]) -> Workflow | None:
    try:
        return _read(document, "changed")
    except WorkflowErrors:  # a row that nothing reaches any more
        return None


def kept(
    workflow: Workflow, facts: dict[str, FactValue | None], number: int = 0,
    settled: int = 0, spell: Any = as_written,
) -> KeptRow:
    owed = facts["amount_due"]
    assert isinstance(owed, Money)
    decision = workflow.decide(facts, today=TODAY, settled=Money(settled, "USD"))
    return KeptRow(
        f"dec_{number}", f"case_{number}", workflow.version, workflow.hash,
        spell(decision.as_json()), facts_text(facts), True, owed.minor, settled, "USD", 0, "[]",
    )


def replayed(a: Workflow, b: Workflow, rows: list[KeptRow]) -> tuple[Tally, list[Found]]:
    replay = Replay(a, b, Tally(), as_written)
    for row in rows:
        replay.row(row)
    return replay.tally, replay.take()


@pytest.mark.parametrize("spell", [as_written, as_jsonb])
@given(facts=invoices(), document=changed())
@settings(max_examples=60, deadline=None)
def test_the_text_is_what_the_workflow_would_keep(
    spell: Any, facts: dict[str, FactValue | None], document: dict[str, Any]
) -> None:
    workflow = read(document)
    if workflow is None:
        return
    decision = workflow.decide(facts, today=TODAY)
    decider, text = Decider(workflow, spell), spell(decision.as_json())
    for _ in range(2):  # the second time from what was spelled out
        snapshot, end = decider.snapshot_of(text)
        inputs = decider.inputs(snapshot)
        assert inputs == decision.inputs
        assert decider.same(text, end, decider.look(inputs), inputs)
        assert decider.same_slowly(json.loads(text), inputs)
    assert workflow.decide_again(json.loads(text)).canonical() == decision.canonical()


@given(facts=invoices(), data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_other_character_is_seen(
    facts: dict[str, FactValue | None], data: st.DataObject
) -> None:
    row = kept(live(), facts)
    place = data.draw(st.integers(row.document.index('"verdicts"') + 12, len(row.document) - 3))
    other = data.draw(st.sampled_from([c for c in "+.0a7" if c != row.document[place]]))
    damaged = row.document[:place] + other + row.document[place + 1:]
    tally, found = replayed(live(), live(), [row._replace(document=damaged)])
    assert (tally.mismatches, found) == (1, [])


@given(rows=st.lists(st.tuples(invoices(), st.integers(0, 500)), max_size=20), document=changed())
@settings(max_examples=40, deadline=None)
def test_gained_and_lost_change_places_with_the_sides(
    rows: list[tuple[dict[str, FactValue | None], int]], document: dict[str, Any]
) -> None:
    other = read(document)
    if other is None:
        return
    there, back = [
        replayed(a, b, [kept(a, facts, n) for n, (facts, _) in enumerate(rows)])
        for a, b in ((live(), other), (other, live()))
    ]
    turned = {Kind.GAINED: Kind.LOST, Kind.LOST: Kind.GAINED}
    assert {(f.decision_id, f.change.action, f.change.kind, f.minor) for f in there[1]} == {
        (f.decision_id, f.change.action, turned.get(f.change.kind, f.change.kind), f.minor)
        for f in back[1]
    }
    for action, counted in there[0].actions.items():
        mirrored = back[0].actions[action]
        assert (counted.was, counted.now) == (mirrored.now, mirrored.was)
        assert (counted.gained_minor, counted.lost_minor) == (
            mirrored.lost_minor, mirrored.gained_minor
        )


@given(rows=st.lists(invoices(), max_size=20))
@settings(max_examples=25, deadline=None)
def test_a_draft_that_decides_alike_changes_nobody(
    rows: list[dict[str, FactValue | None]]
) -> None:
    same = replace(live(), version=2, hash="0" * 64)
    tally, found = replayed(live(), same, [kept(live(), f, n) for n, f in enumerate(rows)])
    assert (tally.changed, tally.mismatches, found) == (0, 0, [])
    assert tally.decisions == len(rows)


@given(rows=st.lists(invoices(), max_size=20), document=changed())
@settings(max_examples=40, deadline=None)
def test_it_finds_what_deciding_one_by_one_finds(
    rows: list[dict[str, FactValue | None]], document: dict[str, Any]
) -> None:
    """Against the plain way: the two decisions of each case, held beside each other."""
    other = read(document)
    if other is None:
        return
    expected = set()
    for number, facts in enumerate(rows):
        old, new = live().decide(facts, today=TODAY), other.decide(facts, today=TODAY)
        for a, b in zip(old.verdicts, new.verdicts, strict=True):
            if a.offered != b.offered:
                expected.add((number, a.action, "gained" if b.offered else "lost"))
            elif a.offered:
                expected |= {(number, a.action, "terms")} if a.terms != b.terms else set()
                expected |= {(number, a.action, "identity")} if a.identity != b.identity else set()
            elif a.reason != b.reason:
                expected.add((number, a.action, "reason"))
    _, found = replayed(live(), other, [kept(live(), f, n) for n, f in enumerate(rows)])
    assert {
        (int(f.decision_id.removeprefix("dec_")), f.change.action, f.change.kind.value)
        for f in found
    } == expected


def test_a_tally_is_kept_and_read_back() -> None:
    dice = Random(3)
    document = shipped_document()
    document["version"] = 2
    document["policy"]["plan"]["rows"][1]["when"][0] = "< 80.00"
    other = read(document)
    assert other is not None
    rows = [
        kept(live(), {
            "invoice_number": "1", "amount_due": Money(dice.randrange(1, 50_000), "USD"),
            "due_date": TODAY, "invoice_date": None, "disputed": False,
            "country": f"C{n}", "postcode": None,
        }, n)
        for n in range(60)
    ]
    tally, _ = replayed(live(), other, rows)
    assert tally.wide == ["country"]
    assert "country" not in tally.groups
    assert Tally.from_json(json.loads(json.dumps(tally.as_json()))) == tally


# --- what the snapshot does not have ----------------------------------------------------------


@cache
def wider() -> Workflow:
    """A version that looks at more: facts, days and what was done."""
    document = shipped_document()
    document["version"] = 2
    document["trigger"]["derived"]["days_old"] = "days_since(invoice_date)"
    document["trigger"]["facts"]["region"] = {
        "kind": "text", "required": False, "label": {"en": "Region", "es": "Zona"},
    }
    table = document["policy"]["promise"]
    more = ["country", "days_old", "attempts", "promise_done", "region"]
    table["inputs"] += more
    for row in table["rows"]:
        row["when"] += ["-"] * len(more)
    found = read(document)
    assert found is not None
    return found


FACTS: dict[str, FactValue | None] = {
    "invoice_number": "1", "amount_due": Money(50_000, "USD"), "due_date": TODAY - timedelta(9),
    "invoice_date": TODAY - timedelta(40), "disputed": False, "country": "CA", "postcode": None,
}


def filled(row: KeptRow) -> tuple[dict[str, FactValue | None], set[str]]:
    inputs = Decider(live()).inputs(json.loads(row.document)["inputs"])
    found, unknown = KeptInputs(live(), wider()).fill(row, inputs)
    return dict(found), set(unknown)


def test_the_case_says_what_the_snapshot_does_not() -> None:
    inputs, unknown = filled(kept(live(), FACTS))
    assert unknown == {"region"}  # nobody was asked
    assert inputs["country"] == "CA"
    assert inputs["days_old"] == 40  # counted to the day that the snapshot's own days say
    assert (inputs["attempts"], inputs["promise_done"]) == (0, False)
    assert inputs["remaining"] == Money(50_000, "USD")


def test_what_is_newer_than_the_decision_is_not_taken() -> None:
    _, unknown = filled(kept(live(), FACTS)._replace(current=False))
    assert unknown == {"region", "country", "days_old"}


def test_what_happened_since_is_not_taken_for_what_was() -> None:
    _, unknown = filled(kept(live(), FACTS)._replace(attempt=1, done='["promise"]'))
    assert unknown == {"region", "attempts", "promise_done"}


def test_what_is_unknown_is_counted_and_never_guessed() -> None:
    tally, found = replayed(live(), wider(), [kept(live(), FACTS)])
    promise = tally.actions["promise"]
    assert (promise.kinds["unknown"], promise.was, promise.now) == (1, 0, 0)
    assert tally.changed == 0
    assert [(f.change.action, f.change.kind, f.change.now) for f in found] == [
        ("promise", Kind.UNKNOWN, {})
    ]
    assert tally.actions["pay"].kinds["unknown"] == 0


@pytest.mark.parametrize(("action", "back"), [("plan", "gained"), ("promise", "unknown")])
def test_an_action_that_comes_or_goes_is_gained_or_lost(action: str, back: str) -> None:
    """Coming back, a promise looks at days that nothing else made anybody count."""
    document = deepcopy(shipped_document())
    document["version"] = 2
    document["resolution"]["actions"] = [
        each for each in document["resolution"]["actions"] if each["key"] != action
    ]
    wording = document["wording"]
    for part in (
        document["policy"], document["proof"], wording["agreements"], wording["authorisations"],
    ):
        part.pop(action, None)
    document["reasons"] = {
        code: reason for code, reason in document["reasons"].items() if not code.startswith(action)
    }
    other = _read(document, "without")
    _, found = replayed(live(), other, [kept(live(), FACTS)])
    assert [(f.change.action, f.change.kind.value) for f in found] == [(action, "lost")]
    _, found = replayed(other, live(), [kept(other, FACTS)])
    assert [(f.change.action, f.change.kind.value) for f in found] == [(action, back)]
