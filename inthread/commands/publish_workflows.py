"""Keep the documents of the workflows in force, so that a case can always be read by its own."""

from __future__ import annotations

from collections.abc import Mapping

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.workflow import Workflow
from inthread.runtime import Runtime
from inthread.store import audit, workflows


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
    """The workflows that were not published yet, in the order of the runtime's. *documents*: by
    workflow key, what each was read from. Raises VersionTaken; then none is published."""
    actor.require("workflows:write")
    now, new = rt.now(), []
    with rt.db.begin() as tx:
        for key, workflow in rt.workflows.items():
            document, version = documents[key], workflow.version
            if workflows.add_version(
                tx, key, version, workflow.hash, document, now, by=str(actor)
            ):
                new.append(workflow)
                audit.append(
                    tx, now, actor, f"workflow:{key}", AuditEvent.WORKFLOW_PUBLISHED,
                    version=version, hash=workflow.hash,
                )
            elif workflows.hash_of(tx, key, version) != workflow.hash:
                raise VersionTaken(workflow)
    return new
