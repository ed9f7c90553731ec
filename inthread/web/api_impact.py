"""What a draft would have done, and what a supposed case would be offered."""

from __future__ import annotations

from collections.abc import Mapping

from flask_openapi3.models.tag import Tag

from inthread.commands.answer_once import Reply
from inthread.commands.measure_impact import measure_impact
from inthread.domain.actor import Actor
from inthread.domain.facts import to_json
from inthread.domain.impact import Counted, Impact
from inthread.domain.policy import Cell
from inthread.domain.refusals import NotFound
from inthread.queries.impact import ChangeLine, impact_changes, impact_of
from inthread.queries.what_if import Tried, WhatIf, what_if
from inthread.web import api_given_impact as give
from inthread.web import api_sent as sent
from inthread.web.api import ALWAYS, PREFIX, WITH_BODY, Api, and_problems, needs
from inthread.web.api_cases import instant
from inthread.web.responding import runtime
from inthread.web.words_for_customers import words_for_customers

IMPACT = Tag(name="Impact", description="What another policy would do, before it does it.")
bp = Api("api_impact", __name__, url_prefix=PREFIX, abp_tags=[IMPACT],
         abp_security=[{"key": []}], abp_responses=ALWAYS)


@bp.post(
    "/drafts/<draft_id>/impact", operation_id="measureImpact", summary="Measure a draft's impact",
    description="The newest decisions of the workflow are taken again by the draft. A worker does "
    "it; ask `showImpact` how far it is. One that goes on still is replaced.",
    responses={200: give.Impact, **WITH_BODY, **and_problems(404)},
)
@needs("policy:write")
def measure(
    actor: Actor, header: sent.OnceKey, path: give.DraftPath, body: give.Measurement
) -> Reply:
    return Reply(200, _impact(measure_impact(
        runtime(), actor=actor, draft_id=path.draft_id, most=body.most
    )))


@bp.get(
    "/drafts/<draft_id>/impact", operation_id="showImpact", summary="See a draft's impact",
    description="The measurement that was asked for last. It is of the content with its `hash`.",
    responses={200: give.Impact, **and_problems(404)},
)
@needs("policy:read")
def result(actor: Actor, path: give.DraftPath) -> Reply:
    found = impact_of(runtime(), actor=actor, draft_id=path.draft_id)
    if found is None:
        raise NotFound("impact")
    return Reply(200, _impact(found))


@bp.get(
    "/drafts/<draft_id>/impact/changes", operation_id="findImpactChanges",
    summary="Find whom a draft changes",
    description="The decisions behind one number of the impact, a page at a time.",
    responses={200: give.ImpactChanges, **and_problems(404)},
)
@needs("policy:read")
def changes(actor: Actor, path: give.DraftPath, query: give.ChangeQuery) -> Reply:
    page = impact_changes(
        runtime(), actor=actor, draft_id=path.draft_id, action=query.action, kind=query.kind,
        group=(query.by, query.value) if query.by else None, after=query.after, most=query.limit,
    )
    return Reply(200, {"changes": [_change(one) for one in page.lines], "after": page.after})


@bp.post(
    "/workflows/<key>/what-if", operation_id="whatIf", summary="Try a case",
    description="What a case with these facts would be offered, by the version in force or by a "
    "draft, cell by cell. Nothing is written, and nobody is contacted.",
    responses={200: give.WhatIf, **WITH_BODY, **and_problems(404)},
)
@needs("policy:read")
def suppose(actor: Actor, path: give.WorkflowPath, body: give.Supposed) -> Reply:
    tried = what_if(
        runtime(), actor=actor, key=path.key, draft_id=body.draft_id, facts=body.facts,
        settled=body.settled, attempts=body.attempts, done=body.done, on=body.on,
    )
    return Reply(200, {
        "workflow": tried.workflow.key, "version": tried.workflow.version,
        "hash": tried.workflow.hash, "on": tried.supposed.today.isoformat(),
        "inputs": {name: to_json(value) for name, value in tried.inputs.items()},
        "refers": tried.refers, "verdicts": [_tried(tried, one) for one in tried.tried],
    })


def _impact(impact: Impact) -> dict[str, object]:
    tally = impact.tally
    return {
        "id": impact.id, "draft_id": impact.draft_id, "hash": impact.hash,
        "state": impact.state.value, "asked": impact.asked, "done": impact.done,
        "changed": impact.changed, "against_version": impact.live_version,
        "mismatches": impact.mismatches, "mismatched": list(tally.listed),
        "actions": {key: _counted(one) for key, one in tally.actions.items()},
        "groups": {
            fact: {
                value: {key: _counted(one) for key, one in actions.items()}
                for value, actions in values.items()
            }
            for fact, values in tally.groups.items()
        },
        "started_at": instant(impact.started_at), "ended_at": instant(impact.ended_at),
        "trouble": impact.trouble,
    }


def _counted(one: Counted) -> dict[str, object]:
    return {
        "decisions": one.decisions, "was": one.was, "now": one.now, **one.kinds,
        "gained_minor": one.gained_minor, "lost_minor": one.lost_minor, "by_term": one.names,
    }


def _change(line: ChangeLine) -> dict[str, object]:
    return {
        "decision_id": line.decision_id, "case_id": line.case_id, "reference": line.reference,
        "action": line.action, "kind": line.kind, "remaining_minor": line.minor, "was": line.was,
        "now": line.now,
    }


def _tried(tried: WhatIf, one: Tried) -> dict[str, object]:
    kept: Mapping[str, object] = one.verdict.as_json()
    return {
        **{name: kept[name] for name in
           ("action", "offered", "terms", "identity", "reason", "row")},
        "cells": [_cell(cell) for cell in one.cells], "staff": one.staff,
        "customer": words_for_customers(tried.workflow, one.verdict, tried.inputs),
    }


def _cell(cell: Cell) -> dict[str, object]:
    return {
        "row": cell.row, "input": cell.input, "test": cell.test, "saw": to_json(cell.saw),
        "matched": cell.matched,
    }
