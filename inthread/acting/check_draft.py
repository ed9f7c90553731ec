"""All that is said of a draft before anybody is asked to approve it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inthread.acting.read_document import read_document
from inthread.domain.analysis import Finding, analyse
from inthread.domain.binding import Binding
from inthread.domain.document import DocumentProblem
from inthread.domain.draft import Draft, Newest, pointer
from inthread.domain.policy_test import TestResult, run
from inthread.domain.refusals import Problem
from inthread.domain.succession import breaks
from inthread.domain.workflow import Workflow
from inthread.domain.workflow_reader import WorkflowErrors
from inthread.runtime import Runtime
from inthread.store import bindings, impacts, policy_tests, workflows
from inthread.store.db import Tx


@dataclass(frozen=True)
class Checks:
    """Of the draft whose hash this is. `problems`: what keeps the document from being read, or
    cases from living through the change; while there are some of the first kind, nothing else is
    looked at. `findings`: what the analysis of its tables saw. `measured`: its impact was, on this
    very content. `newest`: the version it has to be made from."""

    hash: str
    base_version: int
    newest: Newest
    problems: tuple[DocumentProblem, ...]
    findings: tuple[Finding, ...]
    tests: tuple[TestResult, ...]
    bindings: tuple[Binding, ...]
    measured: bool
    up_to_date: bool

    @property
    def ok(self) -> bool:
        return not self.errors

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Everything that keeps it from being submitted, each with where and what to do."""
        return (*self.unsound, *self._not_yet())

    @property
    def unsound(self) -> tuple[Problem, ...]:
        """What no version may have, not even one that was in force before."""
        return tuple(
            Problem(f"/document{pointer(one.place)}", one.message) for one in self.problems
        ) + tuple(
            Problem(f"/bindings/{one.connector}/{one.operation}", str(one.trouble))
            for one in self.bindings if not one.configured
        )

    def _not_yet(self) -> Iterator[Problem]:
        for one in self.findings:
            if one.severity == "error":
                yield Problem(f"/document{_where(one)}", one.says)
        for result in self.tests:
            if not result.passed:
                says = f"the test {result.test.name!r} fails: {'; '.join(result.says)}"
                yield Problem(f"/tests/{result.test.id}", says)
        yield from (
            Problem(f"/bindings/{one.connector}/{one.operation}", one.trouble)
            for one in self.bindings if one.configured and one.trouble
        )
        if not self.up_to_date:
            yield Problem(
                "/base_version",
                f"version {self.newest.version} is the newest, and this was made from "
                f"{self.base_version}: bring it up to date",
            )
        if not self.measured:
            yield Problem("/impact", "was not measured on this content: measure it")


def check_draft(rt: Runtime, tx: Tx, draft: Draft) -> Checks:
    """*tx* only reads. No plugin is called."""
    newest = workflows.newest(tx, draft.key)
    workflow, problems = _read(rt, draft)
    if workflow is not None:
        problems = (*problems, *_broken(rt, tx, draft, workflow))
    return Checks(
        hash=draft.hash, base_version=draft.base_version, newest=newest, problems=problems,
        findings=analyse(workflow) if workflow else (),
        tests=_tested(tx, workflow) if workflow else (),
        bindings=_bound(rt, tx, workflow) if workflow else (),
        measured=impacts.done_for(tx, draft.id, draft.hash),
        up_to_date=(draft.base_version, draft.version) == (newest.version, newest.next),
    )


def _where(finding: Finding) -> str:
    """The first row it speaks of; a finding without an action is of the referral, or of all."""
    table = f"/policy/{finding.action}" if finding.action else "/refer" if finding.rows else ""
    return f"{table}/rows/{finding.rows[0]}" if finding.rows else table


def _read(rt: Runtime, draft: Draft) -> tuple[Workflow | None, tuple[DocumentProblem, ...]]:
    try:
        return read_document(rt.registry, draft.document, "draft"), ()
    except WorkflowErrors as wrong:
        return None, wrong.problems


def _broken(
    rt: Runtime, tx: Tx, draft: Draft, workflow: Workflow
) -> tuple[DocumentProblem, ...]:
    """A base that this installation can no longer read has no say in it."""
    base = workflows.document_of(tx, draft.key, draft.base_version)
    try:
        old = read_document(rt.registry, base or {}, "base")
    except WorkflowErrors:
        return ()
    return breaks(old, workflow, "draft")


def _tested(tx: Tx, workflow: Workflow) -> tuple[TestResult, ...]:
    return tuple(run(test, workflow) for test in policy_tests.of(tx, workflow.key))


def _bound(rt: Runtime, tx: Tx, workflow: Workflow) -> tuple[Binding, ...]:
    named: dict[tuple[str, str], list[str]] = {}
    for action in workflow.actions:
        proof = workflow.proofs[action.key]
        named.setdefault((proof.connector, proof.operation), []).append(action.key)
    tests, proved = bindings.tests(tx), bindings.proved(tx)
    return tuple(
        Binding(
            connector, operation, tuple(actions), connector in rt.registry.connectors,
            tests.get((connector, operation)), (connector, operation) in proved,
        )
        for (connector, operation), actions in named.items()
    )
