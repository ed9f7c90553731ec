"""The policy tests of a workflow, and what they come to on what is in force."""

from __future__ import annotations

from inthread.domain.actor import Actor
from inthread.domain.policy_test import PolicyTest, TestResult, run
from inthread.runtime import Runtime
from inthread.store import policy_tests as kept


def policy_tests(rt: Runtime, *, actor: Actor, key: str) -> list[PolicyTest]:
    """By name. Raises Forbidden."""
    actor.require("policy:read")
    with rt.db.read() as tx:
        return kept.of(tx, key)


def policy_tests_in_force(rt: Runtime, *, actor: Actor, key: str) -> list[TestResult]:
    """Each test run on the version that this process decides by; nothing for a workflow it does
    not have. Raises Forbidden."""
    workflow = rt.workflows.get(key)
    found = policy_tests(rt, actor=actor, key=key)
    return [run(test, workflow) for test in found] if workflow else []
