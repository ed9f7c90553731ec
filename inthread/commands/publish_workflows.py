"""Publish the workflows that lie in files: the first ones, and new versions of them.

A file whose version is older than one that was published from the console changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.workflow import Workflow
from inthread.runtime import Runtime
from inthread.store import audit, workflows
from inthread.store.db import Tx


class VersionTaken(ValueError):
    """A document was changed and its version was not. The text says what to do."""

    def __init__(self, workflow: Workflow) -> None:
        super().__init__(
            f"The workflow {workflow.key} has changed and still says version {workflow.version}, "
            f"which was published with other words: raise it to {workflow.version + 1}."
        )
        self.workflow = workflow


def publish_workflows(
    rt: Runtime, *, actor: Actor, documents: Mapping[str, Mapping[str, object]]
) -> list[Workflow]:
    """The workflows that were not published yet, in the order of the runtime's: those of a version
    above every one there is. *documents*: by workflow key, what each was read from. Raises
    VersionTaken for the newest version in other words; then none is published."""
    actor.require("workflows:write")
    now, new = rt.now(), []
    with rt.db.begin() as tx:
        newest = workflows.newest_numbers(tx)
        for key, workflow in rt.workflows.items():
            if workflow.version < newest.get(key, 0):
                continue
            if _published(tx, actor, workflow, documents[key], now):
                new.append(workflow)
    return new


def _published(
    tx: Tx, actor: Actor, workflow: Workflow, document: Mapping[str, object], now: datetime
) -> bool:
    if not workflows.add_version(
        tx, workflow.key, workflow.version, workflow.hash, document, now, by=str(actor)
    ):
        if workflows.hash_of(tx, workflow.key, workflow.version) != workflow.hash:
            raise VersionTaken(workflow)
        return False
    audit.append(
        tx, now, actor, f"workflow:{workflow.key}", AuditEvent.WORKFLOW_PUBLISHED,
        version=workflow.version, hash=workflow.hash,
    )
    return True
