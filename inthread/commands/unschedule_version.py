"""Take a published version off before its hour has come: what is in force stays."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.draft import said
from inthread.domain.refusals import BadInput, Forbidden, Problem, Stale
from inthread.runtime import Runtime
from inthread.store import audit, workflows
from inthread.store.workflows import Version


def unschedule_version(
    rt: Runtime, *, actor: Actor, key: str, version: int, why: str
) -> Version:
    """The version, which never will be in force; its number is not used again. One approver does
    this alone, an author too: nothing new comes into force by it.

    Raises BadInput without a reason; Stale when it is in force, was taken off before, or a later
    version was made from it; NotFound.
    """
    actor.require("policy:approve")
    words, now = said(why, "/why"), rt.now()
    if actor.kind != "staff":
        raise Forbidden("only a member of staff takes a version off")
    if words is None:
        raise BadInput([Problem("/why", "is empty: say why")])
    with rt.db.begin() as tx:
        workflows.hold(tx, key)
        found, newest = workflows.version(tx, key, version), workflows.newest(tx, key)
        if found.unscheduled_at is not None:
            raise Stale(f"version {version} was taken off before")
        if found.effective_at <= now:
            raise Stale(f"version {version} is in force or was: roll back instead")
        if newest.version != version:
            raise Stale(f"version {newest.version} was made from it: take that off first")
        workflows.take_off(tx, key, version, now, by=str(actor), why=words)
        audit.append(
            tx, now, actor, f"workflow:{key}", AuditEvent.WORKFLOW_UNSCHEDULED, version=version,
            hash=found.hash, why_sha256=sealed(words),
        )
        return workflows.version(tx, key, version)
