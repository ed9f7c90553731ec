"""Triggers and cancellations: what a back office asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from inthread.commands.answer_once import Reply
from inthread.commands.cancel_case import cancel_case
from inthread.commands.receive_triggers import CHUNK, receive_triggers
from inthread.domain.actor import Actor
from inthread.domain.intake import Answer, AnswerStatus
from inthread.domain.refusals import BadInput, Problem
from inthread.web import api_given as give
from inthread.web import api_sent as sent
from inthread.web.api import PREFIX, TRIGGERS, WITH_BODY, Api, and_problems, needs
from inthread.web.responding import runtime

# Room for 1,000 triggers with names and contacts (security A61).
BATCH_BODY = 2 * 1024 * 1024

_ANSWERS = {
    "description": "A trigger that opened nothing new, or what became of each of a batch.",
    "content": {"application/json": {"schema": {"oneOf": [
        {"$ref": "#/components/schemas/Answer"}, {"$ref": "#/components/schemas/Batch"},
    ]}}},
}

bp = Api("api_triggers", __name__, url_prefix=PREFIX, abp_tags=[TRIGGERS],
         abp_security=[{"key": []}], abp_responses=WITH_BODY)


@bp.post(
    "/triggers", operation_id="receiveTriggers", summary="Ask for cases",
    description="One trigger, or up to 1,000 as `triggers`. In a batch each is answered by itself: "
    "a bad one is `refused` and never loses the others. A trigger for an obligation that has an "
    "open case gives that case its facts instead of opening another.",
    responses={201: give.Answer, 200: _ANSWERS},
)
@needs("triggers:write", body=BATCH_BODY)
def receive(actor: Actor, header: sent.OnceKey, body: sent.Anything) -> Reply:
    if isinstance(body, Mapping) and "triggers" in body:
        return _batch(actor, body)
    [answer] = receive_triggers(runtime(), actor=actor, triggers=[body])
    if answer.status is AnswerStatus.REFUSED:
        raise BadInput(answer.problems)
    return Reply(201 if answer.status is AnswerStatus.OPENED else 200, _answer(answer))


@bp.post(
    "/cancellations", operation_id="cancelCase", summary="Take a case back",
    description="For what was settled elsewhere: the case ends, its link dies, and nothing more "
    "is sent. Sent twice, the second is `unchanged`. 409 while an outcome is on its way.",
    responses={200: give.Answer, **and_problems(404)},
)
@needs("triggers:write")
def cancel(actor: Actor, header: sent.OnceKey, body: sent.Cancellation) -> Reply:
    asked = body.root
    if isinstance(asked, sent.CancelById):
        answer = cancel_case(
            runtime(), actor=actor, case_id=asked.case_id, reason=asked.reason
        )
    else:
        answer = cancel_case(
            runtime(), actor=actor, workflow=asked.workflow, facts=asked.facts,
            reason=asked.reason,
        )
    return Reply(200, _answer(answer))


def _batch(actor: Actor, body: Mapping[str, object]) -> Reply:
    triggers = body["triggers"]
    if len(body) > 1:
        other = next(name for name in body if name != "triggers")
        raise BadInput([Problem(f"/{other[:60]}", "cannot stand beside triggers: leave it out")])
    if not isinstance(triggers, list) or not 0 < len(triggers) <= CHUNK:
        raise BadInput([Problem("/triggers", f"has to be a list of 1 to {CHUNK:,} triggers")])
    answers = receive_triggers(runtime(), actor=actor, triggers=triggers)
    counts = Counter(answer.status.value for answer in answers)
    return Reply(200, {"answers": [_answer(a) for a in answers], "counts": dict(counts)})


def _answer(answer: Answer) -> dict[str, object]:
    return {
        "status": answer.status.value, "case_id": answer.case_id, "reference": answer.reference,
        "why": answer.why,
        "problems": [{"path": p.path, "message": p.message} for p in answer.problems],
    }
