"""Keep a case that every draft of a workflow is decided on."""

from __future__ import annotations

from collections.abc import Mapping

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.canonical import digest
from inthread.domain.policy_test import PolicyTest, checked
from inthread.domain.refusals import NotFound
from inthread.runtime import Runtime
from inthread.store import audit, policy_tests, workflows


def save_policy_test(
    rt: Runtime, *, actor: Actor, key: str, name: str, inputs: Mapping[str, object],
    expects: Mapping[str, object], test_id: str | None = None,
) -> PolicyTest:
    """A new test of the workflow *key*, or another content for the one with this id
    (`domain/policy_test.py` has the form). Raises BadInput, NotFound."""
    actor.require("policy:write")
    called, given, wanted = checked(name, inputs, expects)
    now = rt.now()
    test = PolicyTest(
        test_id or rt.new_id("pt"), key, called, given, wanted, str(actor), now
    )
    with rt.db.begin() as tx:
        workflows.hold(tx, key)
        if test_id is not None and policy_tests.get(tx, test_id).key != key:
            raise NotFound("policy test")
        policy_tests.put(tx, test, new=test_id is None)
        audit.append(
            tx, now, actor, f"workflow:{key}", AuditEvent.POLICY_TEST_SAVED, test=test.id,
            name_sha256=sealed(called), content_sha256=digest({"inputs": given, "expects": wanted}),
        )
    return test
