"""Delivery: writebacks, the systems they go to, and the audit of it all."""

from __future__ import annotations

from datetime import datetime
from json import loads

from inthread.commands.answer_once import Reply
from inthread.commands.export_audit import export_audit
from inthread.commands.pause_connector import pause_connector
from inthread.commands.replay_writeback import replay_writeback
from inthread.commands.replay_writebacks import replay_writebacks
from inthread.commands.resume_connector import resume_connector
from inthread.domain.actor import Actor
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.stated import instant
from inthread.queries.audit_trail import Wanted
from inthread.queries.writeback_list import connector_health, writeback_list
from inthread.web import api_given_delivery as give
from inthread.web import api_sent as sent
from inthread.web.api import ALWAYS, DELIVERY, PREFIX, WITH_BODY, Api, and_problems, needs
from inthread.web.api_cases import instant as written
from inthread.web.responding import runtime

# An answer is kept for a day, for who asks again with the same once-key.
API_MOST = 5_000
bp = Api("api_delivery", __name__, url_prefix=PREFIX, abp_tags=[DELIVERY],
         abp_security=[{"key": []}], abp_responses=ALWAYS)


@bp.get(
    "/writebacks", operation_id="findWritebacks", summary="Find writebacks",
    description="What is owed to other systems, the newest first, a page at a time.",
    responses={200: give.WritebackPage},
)
@needs("writebacks:read")
def find(actor: Actor, query: give.WritebackQuery) -> Reply:
    found = writeback_list(
        runtime(), actor=actor, connector=query.connector, state=query.state, after=query.after
    )
    lines = [
        {"id": one.id, "case_id": one.case_id, "reference": one.reference,
         "connector": one.connector, "operation": one.operation, "state": one.state,
         "attempts": one.attempts, "trouble": one.trouble, "called_at": written(one.called_at),
         "due_at": written(one.due_at)}
        for one in found.lines
    ]
    return Reply(200, {"writebacks": lines, "after": found.after})


@bp.post(
    "/writebacks/<writeback_id>/replay", operation_id="replayWriteback", summary="Try one again",
    description="Now, with the same id: what may have landed is read back first. 409 when it is "
    "proved, or its case is with a person for another reason.",
    responses={200: give.Replayed, **WITH_BODY, **and_problems(404)},
)
@needs("writebacks:write")
def replay(
    actor: Actor, header: sent.OnceKey, path: give.WritebackPath, body: give.Nothing
) -> Reply:
    replay_writeback(runtime(), actor=actor, writeback_id=path.writeback_id)
    return Reply(200, {"done": [path.writeback_id], "refused": {}, "after": None})


@bp.post(
    "/writebacks/replay", operation_id="replayWritebacks", summary="Try a range again",
    description="Everything of a system that failed in a span of time, at most 200 a call. One "
    "that cannot be tried again stops no other.",
    responses={200: give.Replayed, **WITH_BODY},
)
@needs("writebacks:write")
def replay_range(actor: Actor, header: sent.OnceKey, body: give.Range) -> Reply:
    made = replay_writebacks(
        runtime(), actor=actor, connector=body.connector, since=_instant("since", body.since),
        until=_instant("until", body.until), after=body.after,
    )
    return Reply(
        200, {"done": list(made.done), "refused": dict(made.refused), "after": made.after}
    )


@bp.get(
    "/connectors", operation_id="findConnectors", summary="How systems answer",
    description="Each system of record that is configured, over its latest calls.",
    responses={200: give.ConnectorStates},
)
@needs("writebacks:read")
def connectors(actor: Actor) -> Reply:
    found = connector_health(runtime(), actor=actor)
    return Reply(200, {"connectors": [
        {"connector": key, "state": one.name, "calls": one.calls,
         "answered_permille": one.answered, "p95_ms": one.p95_ms,
         "paused_why": one.state.paused_why}
        for key, one in found.items()
    ]})


@bp.post(
    "/connectors/<connector>/pause", operation_id="pauseConnector", summary="Pause a system",
    description="Nothing calls it until it is resumed. 409 when it is paused.",
    responses={200: give.Waiting, **WITH_BODY, **and_problems(404)},
)
@needs("writebacks:write")
def pause(
    actor: Actor, header: sent.OnceKey, path: give.ConnectorPath, body: give.Why
) -> Reply:
    pause_connector(runtime(), actor=actor, connector=path.connector, why=body.why)
    return Reply(200, {"waiting": 0})


@bp.post(
    "/connectors/<connector>/resume", operation_id="resumeConnector", summary="Resume a system",
    description="Calls go on, what waited first. 409 when it is not paused.",
    responses={200: give.Waiting, **WITH_BODY, **and_problems(404)},
)
@needs("writebacks:write")
def resume(
    actor: Actor, header: sent.OnceKey, path: give.ConnectorPath, body: give.Nothing
) -> Reply:
    return Reply(
        200, {"waiting": resume_connector(runtime(), actor=actor, connector=path.connector)}
    )


@bp.post(
    "/audit/exports", operation_id="exportAudit", summary="Take a part of the audit",
    description="At most 5,000 events, the newest first. That it was taken is recorded.",
    responses={200: give.Exported, **WITH_BODY},
)
@needs("audit:read")
def export(actor: Actor, header: sent.OnceKey, body: give.AuditExport) -> Reply:
    wanted = Wanted(
        subject=body.subject, actor=body.actor, event=body.event,
        since=_instant("since", body.since) if body.since else None,
        until=_instant("until", body.until) if body.until else None,
    )
    lines = export_audit(runtime(), actor=actor, wanted=wanted, form="jsonl", most=API_MOST)
    return Reply(200, {"events": [loads(line) for line in lines]})


def _instant(name: str, text: str) -> datetime:
    try:
        return instant(text)
    except ValueError as wrong:
        raise BadInput([Problem(f"/{name}", str(wrong))]) from None
