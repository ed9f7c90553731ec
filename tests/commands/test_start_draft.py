"""A draft begins as the newest published version, under the next number."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inthread.commands.approve_draft import approve_draft
from inthread.commands.start_draft import start_draft
from inthread.domain.canonical import digest
from inthread.domain.draft import DraftState
from inthread.domain.refusals import BadInput, Forbidden, NotFound
from inthread.runtime import Runtime
from inthread.store import audit, drafts
from tests.drafts import ADA, CYD, KEY, a_submitted_draft, in_print, shipped_document
from tests.rows import nothing_written


def test_it_is_the_newest_version_with_the_next_number(rt: Runtime) -> None:
    in_print(rt)
    draft = start_draft(rt, actor=ADA, key=KEY, title="  Small amounts ")
    assert draft.document == {**shipped_document(), "version": 2}
    assert draft.hash == digest(draft.document)
    assert (draft.base_version, draft.version, draft.revision) == (1, 2, 1)
    assert (draft.title, draft.state, draft.authors) == (
        "Small amounts", DraftState.EDITING, ("staff:stf_ada",)
    )
    with rt.db.read() as tx:
        assert drafts.get(tx, draft.id) == draft
        chain = audit.of_subject(tx, draft.id)
    assert [(e.event, e.actor, e.detail) for e in chain] == [
        ("draft.started", "staff:stf_ada", {"workflow": KEY, "base": 1, "hash": draft.hash}),
    ]


def test_the_document_is_kept_as_it_was_written(rt: Runtime) -> None:
    """On both databases: the order of its facts is what the editor shows."""
    in_print(rt)
    draft = start_draft(rt, actor=ADA, key=KEY)
    with rt.db.read() as tx:
        kept = drafts.get(tx, draft.id).document
    assert list(kept) == list(shipped_document())
    trigger, shipped = kept["trigger"], shipped_document()["trigger"]
    assert isinstance(trigger, dict)
    assert list(trigger["facts"]) == list(shipped["facts"])


def test_two_may_live_at_once_and_begin_from_what_is_scheduled(rt: Runtime) -> None:
    in_print(rt)
    first = start_draft(rt, actor=ADA, key=KEY)
    second = start_draft(rt, actor=ADA, key=KEY)
    assert (first.version, second.version) == (2, 2)
    submitted = a_submitted_draft(rt, effective_at=rt.now() + timedelta(days=3))
    approve_draft(rt, actor=CYD, draft_id=submitted.id, hash=submitted.hash)
    third = start_draft(rt, actor=ADA, key=KEY)
    assert (third.base_version, third.version) == (2, 3)
    assert third.document == {**submitted.document, "version": 3}


def test_of_a_workflow_that_was_never_published(rt: Runtime) -> None:
    with pytest.raises(NotFound), nothing_written(rt.db):
        start_draft(rt, actor=ADA, key=KEY)


@pytest.mark.parametrize("title", ["x" * 201, "a\x07b"])
def test_a_title_that_is_none(rt: Runtime, title: str) -> None:
    in_print(rt)
    with pytest.raises(BadInput) as refusal, nothing_written(rt.db):
        start_draft(rt, actor=ADA, key=KEY, title=title)
    assert [p.path for p in refusal.value.problems] == ["/title"]


def test_an_approver_does_not_write(rt: Runtime) -> None:
    in_print(rt)
    with pytest.raises(Forbidden), nothing_written(rt.db):
        start_draft(rt, actor=CYD, key=KEY)
