"""A change keeps the whole document, knows its authors, and voids what was said before."""

from __future__ import annotations

from typing import Any

import pytest

from inthread.commands.approve_draft import approve_draft
from inthread.commands.change_draft import change_draft
from inthread.commands.start_draft import start_draft
from inthread.commands.submit_draft import submit_draft
from inthread.commands.withdraw_draft import withdraw_draft
from inthread.domain.draft import LARGEST, DraftState, approvers
from inthread.domain.refusals import BadInput, Forbidden, NotFound, Stale
from inthread.runtime import Runtime
from inthread.store import audit, drafts
from tests.drafts import (
    ADA,
    BEN,
    CYD,
    KEY,
    a_draft,
    a_submitted_draft,
    changed,
    in_force,
    in_print,
)
from tests.rows import nothing_written


def test_the_whole_document_is_kept_and_its_author_joins(rt: Runtime) -> None:
    in_print(rt)
    begun = start_draft(rt, actor=ADA, key=KEY)
    made = changed(begun.document)
    draft = change_draft(
        rt, actor=BEN, draft_id=begun.id, revision=1, document={**made, "version": 77}, title="B"
    )
    assert draft.document == made
    assert (draft.revision, draft.title, draft.authors) == (
        2, "B", ("staff:stf_ada", "staff:stf_ben")
    )
    assert draft.hash != begun.hash
    with rt.db.read() as tx:
        assert drafts.get(tx, draft.id) == draft
        assert [e.event for e in audit.of_subject(tx, draft.id)] == [
            "draft.started", "draft.changed"
        ]


def test_the_same_again_changes_nothing_and_makes_nobody_an_author(rt: Runtime) -> None:
    in_print(rt)
    draft = a_draft(rt)
    with nothing_written(rt.db):
        again = change_draft(
            rt, actor=BEN, draft_id=draft.id, revision=draft.revision, document=draft.document
        )
    assert again == draft


def test_a_document_with_problems_is_kept(rt: Runtime) -> None:
    in_print(rt)
    draft = a_draft(rt)
    half: dict[str, Any] = {"key": KEY, "policy": None}
    kept = change_draft(
        rt, actor=ADA, draft_id=draft.id, revision=draft.revision, document=half
    )
    assert kept.document == {"key": KEY, "policy": None, "version": 2}


def test_who_comes_second_is_told(rt: Runtime) -> None:
    in_print(rt)
    draft = a_draft(rt)
    with pytest.raises(Stale) as refusal, nothing_written(rt.db):
        change_draft(
            rt, actor=BEN, draft_id=draft.id, revision=draft.revision - 1,
            document=changed(draft.document, to="< 14.00"),
        )
    assert str(refusal.value) == "the draft is at revision 2, not 1"


def test_a69_a_change_of_what_was_submitted_takes_it_back(rt: Runtime) -> None:
    in_print(rt)
    submitted = a_submitted_draft(rt, moved=60)
    once = approve_draft(rt, actor=CYD, draft_id=submitted.id, hash=submitted.hash)
    assert (once.state, once.needed) == (DraftState.SUBMITTED, 2)
    draft = change_draft(
        rt, actor=BEN, draft_id=once.id, revision=once.revision,
        document=changed(once.document, to="< 15.00"),
    )
    assert (draft.state, draft.submitted_by, draft.submitted_at, draft.needed) == (
        DraftState.EDITING, None, None, 1
    )
    with rt.db.read() as tx:
        said = drafts.said_of(tx, draft.id)
    assert [a.approver for a in said] == ["staff:stf_cyd"]
    assert approvers(said, draft) == ()
    with pytest.raises(Stale), nothing_written(rt.db):
        approve_draft(rt, actor=CYD, draft_id=draft.id, hash=once.hash)
    assert in_force(rt)[0] == 1


def test_a69_the_same_content_again_is_asked_for_again(rt: Runtime) -> None:
    """There and back: the approvals of before do not come back with the content."""
    in_print(rt)
    submitted = a_submitted_draft(rt, moved=60)
    once = approve_draft(rt, actor=CYD, draft_id=submitted.id, hash=submitted.hash)
    there = change_draft(
        rt, actor=ADA, draft_id=once.id, revision=once.revision,
        document=changed(once.document, to="< 15.00"),
    )
    back = change_draft(
        rt, actor=ADA, draft_id=once.id, revision=there.revision, document=once.document
    )
    again = submit_draft(rt, actor=ADA, draft_id=back.id, revision=back.revision)
    assert again.hash == submitted.hash
    with rt.db.read() as tx:
        assert approvers(drafts.said_of(tx, again.id), again) == ()
    second = approve_draft(rt, actor=CYD, draft_id=again.id, hash=again.hash)
    assert second.state is DraftState.SUBMITTED


@pytest.mark.parametrize(("part", "path", "says"), [
    ({"a": 1.5}, "/document", "a float is not exact: 1.5"),
    ({"a": "nul\0"}, "/document", "has a character that is no text"),
    ({"a": "\ud800"}, "/document", "has a character that is no text"),
    ({"a": 10**16}, "/document", "has a number that is too large"),
    ({"a": "x" * LARGEST}, "/document", f"bytes; the most is {LARGEST:,}"),
    ({"a": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}, "/document",
     "is nested deeper than 30"),
    ({"a": object()}, "/document", "not JSON serializable"),
    ({1: "a"}, "/document", "a JSON key is text"),
    ({"key": "other"}, "/document/key", f"has to stay {KEY}"),
])
def test_what_cannot_be_kept(rt: Runtime, part: Any, path: str, says: str) -> None:
    in_print(rt)
    draft = a_draft(rt)
    with pytest.raises(BadInput) as refusal, nothing_written(rt.db):
        change_draft(
            rt, actor=ADA, draft_id=draft.id, revision=draft.revision,
            document={**draft.document, **part},
        )
    [problem] = refusal.value.problems
    assert problem.path == path
    assert says in problem.message


def test_one_that_is_over_or_is_not_there(rt: Runtime) -> None:
    in_print(rt)
    draft = withdraw_draft(rt, actor=ADA, draft_id=a_draft(rt).id)
    with pytest.raises(Stale) as refusal, nothing_written(rt.db):
        change_draft(
            rt, actor=ADA, draft_id=draft.id, revision=draft.revision,
            document=changed(draft.document, to="< 15.00"),
        )
    assert str(refusal.value) == "the draft is withdrawn"
    with pytest.raises(NotFound), nothing_written(rt.db):
        change_draft(
            rt, actor=ADA, draft_id="draft_none", revision=1, document=draft.document
        )


def test_only_authors_change(rt: Runtime) -> None:
    in_print(rt)
    draft = a_draft(rt)
    with pytest.raises(Forbidden), nothing_written(rt.db):
        change_draft(
            rt, actor=CYD, draft_id=draft.id, revision=draft.revision, document=draft.document
        )
