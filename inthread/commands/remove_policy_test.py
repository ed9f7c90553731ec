"""No longer hold a workflow to a policy test."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.runtime import Runtime
from inthread.store import audit, policy_tests, workflows


def remove_policy_test(rt: Runtime, *, actor: Actor, test_id: str) -> None:
    """Raises NotFound."""
    actor.require("policy:write")
    now = rt.now()
    with rt.db.begin() as tx:
        test = policy_tests.get(tx, test_id)
        workflows.hold(tx, test.key)
        policy_tests.remove(tx, test_id)
        audit.append(
            tx, now, actor, f"workflow:{test.key}", AuditEvent.POLICY_TEST_REMOVED, test=test.id,
            name_sha256=sealed(test.name),
        )
