"""Each version of a document is kept once; a changed one has to raise its version."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from inthread.commands.approve_draft import approve_draft
from inthread.commands.publish_workflows import VersionTaken, publish_workflows
from inthread.commands.unschedule_version import unschedule_version
from inthread.domain.actor import CUSTOMER, OPERATOR
from inthread.domain.refusals import Forbidden
from inthread.runtime import Runtime
from inthread.store import audit
from inthread.store.tables import workflow_versions
from tests.drafts import CYD, a_submitted_draft, in_print
from tests.rows import nothing_written

KEYS = [
    "annual_attestation", "card_expiring", "contact_change", "document_refresh", "failed_payment",
    "overdue_invoice",
]
DOCUMENTS: dict[str, dict[str, object]] = {key: {"key": key, "version": 1} for key in KEYS}


def _kept(rt: Runtime) -> list[tuple[object, ...]]:
    t = workflow_versions.c
    with rt.db.read() as tx:
        return [
            tuple(r)
            for r in tx.execute(
                select(t.key, t.version, t.hash, t.document).order_by(t.key, t.version)
            )
        ]


def _row(rt: Runtime, key: str, version: int = 1) -> tuple[object, ...]:
    return key, version, rt.workflows[key].hash, DOCUMENTS[key]


def test_each_is_kept_with_its_document(rt: Runtime) -> None:
    new = publish_workflows(rt, actor=OPERATOR, documents=DOCUMENTS)
    assert [w.key for w in new] == KEYS
    assert _kept(rt) == [_row(rt, key) for key in KEYS]
    with rt.db.read() as tx:
        chain = audit.of_subject(tx, "workflow:overdue_invoice")
    assert [(e.event, e.actor, e.detail) for e in chain] == [
        ("workflow.published", "operator:cli",
         {"version": 1, "hash": rt.workflows["overdue_invoice"].hash}),
    ]


def test_the_same_again_changes_nothing(rt: Runtime) -> None:
    publish_workflows(rt, actor=OPERATOR, documents=DOCUMENTS)
    with nothing_written(rt.db):
        assert publish_workflows(rt, actor=OPERATOR, documents=DOCUMENTS) == []


def _changed(rt: Runtime, **how: object) -> Runtime:
    changed = replace(rt.workflows["overdue_invoice"], hash="f" * 64, **how)  # type: ignore[arg-type]
    return replace(rt, workflows={**rt.workflows, changed.key: changed})


def test_a_changed_document_under_its_old_version_is_refused(rt: Runtime) -> None:
    """All or nothing: the new version beside it is not published either."""
    publish_workflows(rt, actor=OPERATOR, documents=DOCUMENTS)
    fresh = replace(rt.workflows["document_refresh"], version=2, hash="e" * 64)
    later = _changed(rt)
    later = replace(later, workflows={**later.workflows, "document_refresh": fresh})
    with pytest.raises(VersionTaken) as refusal, nothing_written(rt.db):
        publish_workflows(later, actor=OPERATOR, documents=DOCUMENTS)
    assert str(refusal.value) == (
        "The workflow overdue_invoice has changed and still says version 1, which was published "
        "with other words: raise it to 2."
    )


def test_a_raised_version_is_kept_beside_the_old_one(rt: Runtime) -> None:
    publish_workflows(rt, actor=OPERATOR, documents=DOCUMENTS)
    later = _changed(rt, version=2)
    new = publish_workflows(later, actor=OPERATOR, documents=DOCUMENTS)
    assert [(w.key, w.version) for w in new] == [("overdue_invoice", 2)]
    assert _kept(rt) == [*(_row(rt, key) for key in KEYS), _row(later, "overdue_invoice", 2)]


def test_an_older_file_changes_nothing(rt: Runtime) -> None:
    """Whatever it says: what was published from the console since is newer."""
    publish_workflows(rt, actor=OPERATOR, documents=DOCUMENTS)
    publish_workflows(_changed(rt, version=3), actor=OPERATOR, documents=DOCUMENTS)
    with nothing_written(rt.db):
        assert publish_workflows(rt, actor=OPERATOR, documents=DOCUMENTS) == []
        assert publish_workflows(_changed(rt, version=2), actor=OPERATOR, documents=DOCUMENTS) == []
        assert publish_workflows(_changed(rt), actor=OPERATOR, documents=DOCUMENTS) == []


def test_a_number_that_was_taken_off_is_not_used_again(rt: Runtime) -> None:
    in_print(rt)
    at = rt.now() + timedelta(days=1)
    waiting = a_submitted_draft(rt, effective_at=at)
    approve_draft(rt, actor=CYD, draft_id=waiting.id, hash=waiting.hash)
    unschedule_version(rt, actor=CYD, key="overdue_invoice", version=2, why="Too early.")
    with pytest.raises(VersionTaken), nothing_written(rt.db):
        publish_workflows(_changed(rt, version=2), actor=OPERATOR, documents=DOCUMENTS)


def test_only_an_operator_publishes(rt: Runtime) -> None:
    with pytest.raises(Forbidden), nothing_written(rt.db):
        publish_workflows(rt, actor=CUSTOMER, documents=DOCUMENTS)
