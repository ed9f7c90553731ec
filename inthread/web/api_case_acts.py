"""What staff do to a case, as programs do it: the same commands as behind the console's forms."""

from __future__ import annotations

from datetime import datetime

from inthread.commands.answer_once import Reply
from inthread.commands.close_case import close_case
from inthread.commands.hand_over_case import hand_over_case
from inthread.commands.pause_case import pause_case
from inthread.commands.resend_link import resend_link
from inthread.commands.resume_case import resume_case
from inthread.commands.reveal_person import reveal_person
from inthread.domain.actor import Actor
from inthread.domain.case import Case
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.stated import instant as read_instant
from inthread.queries.person_view import contact_of_case, person_named
from inthread.queries.search_cases import search_cases
from inthread.web import api_given as give
from inthread.web import api_given_cases as cases
from inthread.web import api_sent as sent
from inthread.web.api import ALWAYS, CASES, PREFIX, WITH_BODY, Api, and_problems, needs
from inthread.web.api_cases import case_shown, instant, next_shown
from inthread.web.api_given_delivery import Nothing
from inthread.web.responding import runtime

bp = Api("api_case_acts", __name__, url_prefix=PREFIX, abp_tags=[CASES],
         abp_security=[{"key": []}], abp_responses=ALWAYS)
_MAY_FAIL = {**WITH_BODY, **and_problems(404)}


@bp.post(
    "/case-searches", operation_id="searchCases", summary="Search cases",
    description="By what somebody says of it and by how it stands, a page at a time. Nothing is "
    "changed; it is a POST so that no name stands in an address.",
    responses={200: give.CasePage, **WITH_BODY},
)
@needs("cases:read")
def search(actor: Actor, body: cases.CaseSearch) -> Reply:
    before = _instant("/due_before", body.due_before) if body.due_before else None
    found = search_cases(
        runtime(), actor=actor, text=body.text, state=body.state, workflow=body.workflow,
        owner=body.owner, before=before, after=body.after, most=body.limit,
    )
    return Reply(200, {"cases": [case_shown(view) for view in found.rows], "after": found.after})


@bp.post(
    "/cases/<case_id>/link", operation_id="resendLink", summary="Send the link again",
    description="To a contact point on file, if the gate lets it: 422 says why not, and when to "
    "try again.",
    responses={200: cases.Resent, **_MAY_FAIL},
)
@needs("cases:write")
def link(actor: Actor, header: sent.OnceKey, path: sent.CasePath, body: cases.Resend) -> Reply:
    contact = contact_of_case(
        runtime(), actor=actor, case_id=path.case_id, channel=body.channel, address=body.address
    )
    went = resend_link(
        runtime(), actor=actor, case_id=path.case_id, contact_id=contact, asked=body.asked
    )
    return Reply(200, {"channel": went.channel, "address": went.masked})


@bp.post(
    "/cases/<case_id>/pause", operation_id="pauseCase", summary="Pause a case",
    description="Until then nothing is asked of the customer, whose link works as always. It goes "
    "on by itself.",
    responses={200: cases.CaseStanding, **_MAY_FAIL},
)
@needs("cases:write")
def pause(actor: Actor, header: sent.OnceKey, path: sent.CasePath, body: cases.Pause) -> Reply:
    return _standing(pause_case(
        runtime(), actor=actor, case_id=path.case_id, until=_instant("/until", body.until),
        reason=body.reason,
    ))


@bp.post(
    "/cases/<case_id>/resume", operation_id="resumeCase", summary="End a pause",
    description="What waited for its end is due now.",
    responses={200: cases.CaseStanding, **_MAY_FAIL},
)
@needs("cases:write")
def resume(actor: Actor, header: sent.OnceKey, path: sent.CasePath, body: Nothing) -> Reply:
    return _standing(resume_case(runtime(), actor=actor, case_id=path.case_id))


@bp.post(
    "/cases/<case_id>/hand-over", operation_id="handOverCase", summary="Hand a case over",
    description="To the queue that the workflow names for the reason, with a whole packet.",
    responses={200: cases.HandedOver, **_MAY_FAIL},
)
@needs("cases:write")
def hand_over(
    actor: Actor, header: sent.OnceKey, path: sent.CasePath, body: cases.HandOver
) -> Reply:
    item = hand_over_case(
        runtime(), actor=actor, case_id=path.case_id, reason=body.reason, note=body.note
    )
    return Reply(200, {
        "work_item": item.id, "queue": item.queue, "due_at": instant(item.due_at)
    })


@bp.post(
    "/cases/<case_id>/close", operation_id="closeCase", summary="Close a case",
    description="For good: its link stops working and nothing more is sent. Refused while money or "
    "an outcome is on its way.",
    responses={200: cases.CaseStanding, **_MAY_FAIL},
)
@needs("cases:write")
def close(actor: Actor, header: sent.OnceKey, path: sent.CasePath, body: cases.Close) -> Reply:
    return _standing(
        close_case(runtime(), actor=actor, case_id=path.case_id, reason=body.reason)
    )


@bp.post(
    "/people/<reference:reference>/reveal", operation_id="revealPerson", summary="Show who it is",
    description="The whole name and the addresses. Audited with the reason. The answer is not "
    "kept, so no once-key is taken.",
    responses={200: cases.Revealed, **_MAY_FAIL},
)
@needs("people:reveal")
def reveal(actor: Actor, path: sent.PersonPath, body: cases.Reveal) -> Reply:
    named = person_named(runtime(), actor=actor, reference=path.reference)
    person = reveal_person(runtime(), actor=actor, person_id=named, reason=body.reason)
    return Reply(200, {
        "reference": person.reference, "name": person.name,
        "contacts": [{"channel": c.channel, "address": c.address} for c in person.contacts],
    })


def _standing(case: Case) -> Reply:
    paused = case.paused_until if case.paused(runtime().now()) else None
    return Reply(200, {
        "id": case.id, "state": case.state.value, "next": next_shown(case.next),
        "paused_until": instant(paused),
    })


def _instant(path: str, text: str) -> datetime:
    try:
        return read_instant(text)
    except ValueError as problem:
        raise BadInput([Problem(path, str(problem))]) from None
