"""A draft is submitted when nothing stands in its way; else everything that does is named."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inthread.commands import test_binding as bindings
from inthread.commands.change_draft import change_draft
from inthread.commands.publish_workflows import publish_workflows
from inthread.commands.save_policy_test import save_policy_test
from inthread.commands.submit_draft import submit_draft
from inthread.domain.actor import OPERATOR
from inthread.domain.audit import sealed
from inthread.domain.draft import Draft, DraftState
from inthread.domain.refusals import BadInput, Forbidden, Stale
from inthread.runtime import Runtime
from inthread.store import audit
from tests.build import Fakes
from tests.drafts import (
    ADA,
    BEN,
    CYD,
    KEY,
    a_draft,
    a_submitted_draft,
    bound,
    in_print,
    measure,
    shipped_document,
    submit,
)
from tests.rows import nothing_written


def refused(rt: Runtime, draft: Draft, **how: Any) -> list[tuple[str, str]]:
    """(path, sentence) of everything that stands in the way; nothing was written."""
    with pytest.raises(BadInput) as refusal, nothing_written(rt.db):
        submit_draft(rt, actor=ADA, draft_id=draft.id, revision=draft.revision, **how)
    return [(p.path, p.message) for p in refusal.value.problems]


def with_document(rt: Runtime, change: Any) -> Draft:
    draft = a_draft(rt)
    document = deepcopy(dict(draft.document))
    change(document)
    kept = change_draft(
        rt, actor=ADA, draft_id=draft.id, revision=draft.revision, document=document
    )
    measure(rt, kept)
    return kept


def test_it_waits_for_approval(rt: Runtime) -> None:
    in_print(rt)
    at = rt.now() + timedelta(days=3)
    draft = a_draft(rt)
    done = submit(rt, draft, actor=BEN, effective_at=at, note=" For Monday.\nReally. ")
    assert (done.state, done.submitted_by, done.submitted_at, done.effective_at) == (
        DraftState.SUBMITTED, "staff:stf_ben", rt.now(), at
    )
    assert (done.note, done.needed, done.hash, done.revision) == (
        "For Monday.\nReally.", 1, draft.hash, draft.revision + 1
    )
    with rt.db.read() as tx:
        last = audit.of_subject(tx, draft.id)[-1]
    assert (last.event, last.actor, last.detail) == ("draft.submitted", "staff:stf_ben", {
        "revision": done.revision, "hash": draft.hash, "needed": 1,
        "note_sha256": sealed("For Monday.\nReally."), "effective_at": at.isoformat(),
    })


@pytest.mark.parametrize(("moved", "needed"), [(0, 1), (5, 1), (6, 2), (100, 2)])
def test_more_than_the_share_takes_two(rt: Runtime, moved: int, needed: int) -> None:
    in_print(rt)
    assert a_submitted_draft(rt, moved=moved).needed == needed


def test_without_impact_on_this_very_content(rt: Runtime) -> None:
    in_print(rt)
    draft = a_draft(rt)
    measure(rt, draft)
    other = change_draft(
        rt, actor=ADA, draft_id=draft.id, revision=draft.revision,
        document=a_draft(rt, to="< 13.00").document,
    )
    assert refused(rt, other) == [("/impact", "was not measured on this content: measure it")]


def test_every_problem_of_the_document_is_named(rt: Runtime) -> None:
    def halve(document: dict[str, Any]) -> None:
        document["policy"]["pay"]["rows"][0]["when"][0] = "< 60,00"
        del document["proof"]["plan"]

    in_print(rt)
    assert refused(rt, with_document(rt, halve)) == [
        ("/document/policy/pay/rows/0/when/0",
         "< 60,00 for remaining (money) is a comma between digits: write 1000.50 for a number, or "
         "1, 5 for a list, at character 5"),
        ("/document/proof/plan", "is missing: say where its outcome is written and read back"),
    ]


def test_what_live_cases_could_not_live_with(rt: Runtime) -> None:
    def break_it(document: dict[str, Any]) -> None:
        document["trigger"]["facts"]["country"] = {
            "kind": "integer", "required": False, "label": {"en": "C", "es": "C"},
        }
        for part in ("policy", "proof"):
            del document[part]["promise"]
        actions = document["resolution"]["actions"]
        actions[:] = [action for action in actions if action["key"] != "promise"]
        document["wording"]["agreements"].pop("promise", None)
        del document["reasons"]["promise_above_most"]

    in_print(rt)
    assert refused(rt, with_document(rt, break_it)) == [
        ("/document/trigger/facts/country/kind",
         "has to stay text: cases hold it so. Add another fact instead"),
        ("/document/resolution/actions",
         "has to keep promise: an outcome of it may be on its way. Refuse it in every row "
         "instead"),
    ]


def test_an_error_of_the_analysis(rt: Runtime) -> None:
    def never(document: dict[str, Any]) -> None:
        document["policy"]["pay"]["rows"][2]["when"][0] = "< 9.00"

    in_print(rt)
    [(path, says), *_] = refused(rt, with_document(rt, never))
    assert path == "/document/policy/pay/rows/2"
    assert says.startswith("Row 3 ")


def test_a_policy_test_that_fails(rt: Runtime) -> None:
    in_print(rt)
    test = save_policy_test(
        rt, actor=ADA, key=KEY, name="Small ones are paid whole", inputs={"remaining": "11.00"},
        expects={"pay": {"offered": True, "terms": {"least": "10.00"}}},
    )
    draft = a_draft(rt)
    measure(rt, draft)
    assert refused(rt, draft) == [(
        f"/tests/{test.id}",
        "the test 'Small ones are paid whole' fails: pay: least is 11.00, and was expected to be "
        "10.00",
    )]


def test_a_binding_that_was_never_tested_or_failed(rt: Runtime, fakes: Fakes) -> None:
    publish_workflows(rt, actor=OPERATOR, documents={
        key: shipped_document(key) for key in rt.workflows
    })
    fakes.billing.read_mode = "timeout"
    for connector, operation in sorted(bound(rt) - {("billing", "plans")}):
        bindings.test_binding(rt, actor=ADA, connector=connector, operation=operation)
    draft = a_draft(rt)
    measure(rt, draft)
    failed = "did not pass its test (could not look: TimeoutError): mend it, and test it again"
    assert refused(rt, draft) == [
        ("/bindings/billing/payments", failed),
        ("/bindings/billing/plans", "was never tested: test it"),
        ("/bindings/billing/promises", failed),
    ]


HOURS = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(("at", "says"), [
    (HOURS - timedelta(seconds=1), "has passed: leave it out to have it at once"),
    (HOURS + timedelta(days=367), "is more than 366 days ahead"),
    (HOURS.replace(tzinfo=None), "needs its time zone"),
])
def test_an_hour_that_cannot_be(rt: Runtime, at: datetime, says: str) -> None:
    in_print(rt)
    draft = a_draft(rt)
    measure(rt, draft)
    assert refused(rt, draft, effective_at=at) == [("/effective_at", says)]


def test_submitted_twice_or_at_another_revision(rt: Runtime) -> None:
    in_print(rt)
    draft = a_submitted_draft(rt)
    for revision in (draft.revision, draft.revision - 1):
        with pytest.raises(Stale), nothing_written(rt.db):
            submit_draft(rt, actor=ADA, draft_id=draft.id, revision=revision)
    other = a_draft(rt)
    measure(rt, other)
    with pytest.raises(Stale), nothing_written(rt.db):
        submit_draft(rt, actor=ADA, draft_id=other.id, revision=other.revision + 1)


def test_only_authors_submit(rt: Runtime) -> None:
    in_print(rt)
    draft = a_draft(rt)
    measure(rt, draft)
    with pytest.raises(Forbidden), nothing_written(rt.db):
        submit_draft(rt, actor=CYD, draft_id=draft.id, revision=draft.revision)
