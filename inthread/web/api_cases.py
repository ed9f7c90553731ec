"""Cases: what became of what was asked for."""

from __future__ import annotations

from datetime import UTC, datetime

from inthread.commands.answer_once import Reply
from inthread.domain.actor import Actor
from inthread.domain.case import NextStep
from inthread.domain.message import Message
from inthread.domain.money import Money
from inthread.domain.person import Person
from inthread.domain.writeback import Writeback
from inthread.queries.case_view import CaseView, case_view, find_cases
from inthread.queries.timeline import Happened, Timeline, timeline
from inthread.web import api_given as give
from inthread.web import api_sent as sent
from inthread.web.api import ALWAYS, CASES, PREFIX, Api, and_problems, needs
from inthread.web.responding import runtime

bp = Api("api_cases", __name__, url_prefix=PREFIX, abp_tags=[CASES],
         abp_security=[{"key": []}], abp_responses=ALWAYS)


@bp.get(
    "/cases", operation_id="findCases", summary="Find cases",
    description="Newest first, a page at a time; `after` leads to the next one.",
    responses={200: give.CasePage},
)
@needs("cases:read")
def find(actor: Actor, query: sent.CaseQuery) -> Reply:
    page = find_cases(
        runtime(), actor=actor, reference=query.reference or None, person=query.person or None,
        state=query.state or None, after=query.after, most=query.limit,
    )
    return Reply(200, {"cases": [case_shown(view) for view in page.cases], "after": page.after})


@bp.get(
    "/cases/<case_id>", operation_id="seeCase", summary="See a case",
    description="Where it is, whose it is, what is owed, and what happens next.",
    responses={200: give.Case, **and_problems(404)},
)
@needs("cases:read")
def see(actor: Actor, path: sent.CasePath) -> Reply:
    return Reply(200, case_shown(case_view(runtime(), actor=actor, case_id=path.case_id)))


@bp.get(
    "/cases/<case_id>/timeline", operation_id="seeTimeline", summary="See what happened",
    description="Every event, message and writeback of a case, oldest first.",
    responses={200: give.Timeline, **and_problems(404)},
)
@needs("cases:read")
def happened(actor: Actor, path: sent.CasePath) -> Reply:
    return Reply(200, _timeline(timeline(runtime(), actor=actor, case_id=path.case_id)))


def instant(at: datetime | None) -> str | None:
    """RFC 3339, in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def case_shown(view: CaseView) -> dict[str, object]:
    case = view.case
    return {
        "id": case.id, "reference": case.reference, "workflow": case.workflow,
        "workflow_version": case.workflow_version, "state": case.state.value,
        "person": _person(view.person), "facts": dict(view.facts), "as_of": instant(case.as_of),
        "owed": _amount(case.owed), "settled": _amount(case.settled),
        "remaining": _amount(case.remaining),
        "next": next_shown(case.next),
        "done": list(case.done), "opened_at": instant(case.opened_at),
        "expires_at": instant(case.expires_at), "ended_at": instant(case.ended_at),
        "ended_why": case.ended_why,
    }


def next_shown(step: NextStep | None) -> dict[str, object] | None:
    if step is None:
        return None
    return {"what": step.what, "owner": step.owner, "due": instant(step.due)}


def _amount(amount: Money | None) -> dict[str, object] | None:
    return amount.as_json() if amount else None


def _person(person: Person) -> dict[str, object]:
    return {
        "reference": person.reference, "name": person.name, "locale": person.locale,
        "zone": person.zone,
        "contacts": [
            {"channel": c.channel, "address": c.masked, "stopped": c.stopped_at is not None}
            for c in person.contacts
        ],
    }


def _timeline(seen: Timeline) -> dict[str, object]:
    return {
        "case_id": seen.case_id,
        "events": [happened_shown(e) for e in seen.events],
        "messages": [message_shown(x, seen.person) for x in seen.messages],
        "writebacks": [
            {**_writeback(w), "attempts": [
                {"at": instant(a.at), "did": a.did, "state": a.state, "trouble": a.trouble,
                 "took_ms": a.took_ms} for a in attempts
            ]} for w, attempts in seen.writebacks
        ],
    }


def happened_shown(e: Happened) -> dict[str, object]:
    return {"at": instant(e.at), "event": e.event, "actor": e.actor, "text": e.text,
            "detail": dict(e.detail)}


def message_shown(message: Message, person: Person) -> dict[str, object]:
    contact = person.contact(message.contact_id)
    return {
        "id": message.id, "channel": message.channel,
        "address": contact.masked if contact else "", "purpose": message.purpose.value,
        "template": message.template, "state": message.state.value,
        "reasons": list(message.reasons), "created_at": instant(message.created_at),
        "sent_at": instant(message.sent_at),
    }


def _writeback(writeback: Writeback) -> dict[str, object]:
    return {
        "id": writeback.id, "connector": writeback.connector, "operation": writeback.operation,
        "state": writeback.state.value, "reference": writeback.reference,
        "trouble": writeback.trouble,
    }
