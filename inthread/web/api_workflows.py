"""Workflows: their published versions, their policy tests, and the bindings that prove actions."""

from __future__ import annotations

from flask_openapi3.models.tag import Tag

from inthread.commands.answer_once import Reply
from inthread.commands.remove_policy_test import remove_policy_test
from inthread.commands.roll_back import roll_back
from inthread.commands.save_policy_test import save_policy_test
from inthread.commands.test_binding import test_binding
from inthread.commands.unschedule_version import unschedule_version
from inthread.domain.actor import Actor
from inthread.domain.policy_test import PolicyTest
from inthread.queries.policy_tests import policy_tests
from inthread.queries.workflow_history import (
    HistoryLine,
    Published,
    published_workflows,
    version_document,
    workflow_history,
)
from inthread.web import api_given_delivery as bare
from inthread.web import api_given_drafts as give
from inthread.web import api_sent as sent
from inthread.web.api import ALWAYS, PREFIX, WITH_BODY, Api, and_problems, needs
from inthread.web.api_cases import instant
from inthread.web.api_drafts import whole
from inthread.web.responding import runtime

WORKFLOWS = Tag(name="Workflows", description="What is in force, what was, and what will be.")
bp = Api("api_workflows", __name__, url_prefix=PREFIX, abp_tags=[WORKFLOWS],
         abp_security=[{"key": []}], abp_responses=ALWAYS)


@bp.get(
    "/workflows", operation_id="findWorkflows", summary="Find workflows",
    description="Which version of each is in force, and which are scheduled.",
    responses={200: give.WorkflowStandings},
)
@needs("policy:read")
def find(actor: Actor) -> Reply:
    found = published_workflows(runtime(), actor=actor)
    return Reply(200, {"workflows": [_standing(one) for one in found]})


@bp.get(
    "/workflows/<key>/versions", operation_id="findVersions", summary="The history of a workflow",
    description="The newest version first, a page at a time.",
    responses={200: give.VersionPage, **and_problems(404)},
)
@needs("policy:read")
def versions(actor: Actor, path: give.WorkflowPath, query: give.HistoryQuery) -> Reply:
    history = workflow_history(
        runtime(), actor=actor, key=path.key, most=query.limit,
        before=int(query.after) if query.after else None,
    )
    after = str(history.after) if history.after is not None else None
    return Reply(200, {"versions": [_version(one) for one in history.lines], "after": after})


@bp.get(
    "/workflows/<key>/versions/<version>", operation_id="getVersion", summary="One version",
    description="Its document, as it was published.",
    responses={200: give.VersionDocument, **and_problems(404)},
)
@needs("policy:read")
def version(actor: Actor, path: give.VersionPath) -> Reply:
    document = version_document(
        runtime(), actor=actor, key=path.key, version=int(path.version)
    )
    return Reply(200, {"document": dict(document)})


@bp.post(
    "/workflows/<key>/roll-back", operation_id="rollBack", summary="Go back to a version",
    description="A submitted draft with its content, under the next number. Somebody else "
    "approves it once its impact is measured.",
    responses={200: give.WholeDraft, **WITH_BODY, **and_problems(404)},
)
@needs("policy:write")
def back(
    actor: Actor, header: sent.OnceKey, path: give.WorkflowPath, body: give.RollBack
) -> Reply:
    draft = roll_back(
        runtime(), actor=actor, key=path.key, version=body.version, note=body.note
    )
    return Reply(200, whole(actor, draft.id))


@bp.post(
    "/workflows/<key>/versions/<version>/unschedule", operation_id="unscheduleVersion",
    summary="Take a version off", description="Before its hour has come: it never will be in "
    "force. 409 when it is, or another version was made from it.",
    responses={200: give.PublishedVersion, **WITH_BODY, **and_problems(404)},
)
@needs("policy:approve")
def unschedule(
    actor: Actor, header: sent.OnceKey, path: give.VersionPath, body: give.TakingOff
) -> Reply:
    number = int(path.version)
    unschedule_version(runtime(), actor=actor, key=path.key, version=number, why=body.why)
    history = workflow_history(runtime(), actor=actor, key=path.key, before=number + 1, most=1)
    return Reply(200, _version(history.lines[0]))


@bp.get(
    "/workflows/<key>/tests", operation_id="findPolicyTests", summary="Find policy tests",
    description="Those that every draft of the workflow is decided on, by name.",
    responses={200: give.PolicyTests, **and_problems(404)},
)
@needs("policy:read")
def tests(actor: Actor, path: give.WorkflowPath) -> Reply:
    found = policy_tests(runtime(), actor=actor, key=path.key)
    return Reply(200, {"tests": [_test(one) for one in found]})


@bp.post(
    "/workflows/<key>/tests", operation_id="savePolicyTest", summary="Save a policy test",
    description="A new one; with `id`, another content for that one.",
    responses={200: give.OnePolicyTest, **WITH_BODY, **and_problems(404)},
)
@needs("policy:write")
def save(
    actor: Actor, header: sent.OnceKey, path: give.WorkflowPath, body: give.NewPolicyTest
) -> Reply:
    test = save_policy_test(
        runtime(), actor=actor, key=path.key, name=body.name, inputs=body.inputs,
        expects=body.expects, test_id=body.id,
    )
    return Reply(200, _test(test))


@bp.post(
    "/policy-tests/<test_id>/remove", operation_id="removePolicyTest",
    summary="Remove a policy test", description="It holds no draft up any more.",
    responses={200: give.RemovedTest, **WITH_BODY, **and_problems(404)},
)
@needs("policy:write")
def remove(
    actor: Actor, header: sent.OnceKey, path: give.PolicyTestPath, body: bare.Nothing
) -> Reply:
    remove_policy_test(runtime(), actor=actor, test_id=path.test_id)
    return Reply(200, {"removed": path.test_id})


@bp.post(
    "/bindings/<connector>/<operation>/test", operation_id="testBinding",
    summary="Test a binding", description="Ask the system for a write that never was: it has to "
    "say that there is none. Nothing is written there.",
    responses={200: give.BindingTested, **WITH_BODY, **and_problems(404)},
)
@needs("policy:write")
def look(
    actor: Actor, header: sent.OnceKey, path: give.BindingPath, body: bare.Nothing
) -> Reply:
    test = test_binding(
        runtime(), actor=actor, connector=path.connector, operation=path.operation
    )
    return Reply(200, {
        "connector": test.connector, "operation": test.operation, "passed": test.passed,
        "trouble": test.trouble, "tested_at": instant(test.tested_at), "tested_by": test.tested_by,
    })


def _standing(one: Published) -> dict[str, object]:
    now = one.in_force
    return {
        "workflow": one.key, "version": now.version if now else None,
        "hash": now.hash if now else None,
        "effective_at": instant(now.effective_at) if now else None,
        "scheduled": [version.version for version in one.scheduled],
    }


def _version(line: HistoryLine) -> dict[str, object]:
    one = line.version
    return {
        "workflow": one.key, "version": one.version, "hash": one.hash,
        "standing": line.standing.value, "effective_at": instant(one.effective_at),
        "published_at": instant(one.published_at), "published_by": one.published_by,
        "draft": one.draft_id, "authors": list(line.draft.authors) if line.draft else [],
        "approvers": [each.approver for each in line.approvals], "note": one.note,
        "unscheduled_by": one.unscheduled_by, "unscheduled_why": one.unscheduled_why,
    }


def _test(test: PolicyTest) -> dict[str, object]:
    return {
        "id": test.id, "workflow": test.key, "name": test.name, "inputs": dict(test.inputs),
        "expects": dict(test.expects), "made_by": test.made_by,
        "changed_at": instant(test.changed_at),
    }
