"""People: how they stand, and everything between us and them."""

from __future__ import annotations

from werkzeug.routing import PathConverter

from inthread.commands.answer_once import Reply
from inthread.commands.opt_out import opt_out
from inthread.domain import reply as domain
from inthread.domain.actor import Actor
from inthread.domain.consent import Consent
from inthread.domain.person import Contact, Person
from inthread.queries.person_timeline import Entry, Said, person_timeline
from inthread.queries.person_view import PersonView, Where, contact_at, person_view
from inthread.web import api_given_people as people
from inthread.web import api_sent as sent
from inthread.web.api import ALWAYS, PEOPLE, PREFIX, WITH_BODY, Api, and_problems, needs
from inthread.web.api_cases import happened_shown, instant, message_shown, next_shown
from inthread.web.api_replies import reply_shown
from inthread.web.responding import runtime

bp = Api("api_people", __name__, url_prefix=PREFIX, abp_tags=[PEOPLE],
         abp_security=[{"key": []}], abp_responses=ALWAYS)


class Reference(PathConverter):
    """A source's own name for somebody: any text, slashes too, but for what is asked of them."""

    regex = "[^/].*?(?<!/timeline)(?<!/stop)(?<!/reveal)"


@bp.get(
    "/people/<reference:reference>", operation_id="seePerson", summary="See a person",
    description="What may be sent to each of their contact points, what is open, and where they "
    "are now: the visit that was seen last, and what they have begun.",
    responses={200: people.WholePerson, **and_problems(404)},
)
@needs("cases:read")
def see(actor: Actor, path: sent.PersonPath) -> Reply:
    return Reply(200, _person(person_view(runtime(), actor=actor, reference=path.reference)))


@bp.get(
    "/people/<reference:reference>/timeline", operation_id="seePersonTimeline",
    summary="See everything between us and a person",
    description="Messages sent, held and failed, replies, consents and stops, and what happened "
    "to each of their cases, over all channels: oldest first, a page at a time.",
    responses={200: people.PersonTimeline, **and_problems(404)},
)
@needs("cases:read")
def happened(actor: Actor, path: sent.PersonPath, query: sent.TimelineQuery) -> Reply:
    seen = person_timeline(
        runtime(), actor=actor, reference=path.reference, after=query.after, most=query.limit
    )
    return Reply(200, {
        "reference": seen.person.reference, "after": seen.after,
        "entries": [_entry(entry, seen.person) for entry in seen.entries],
    })


@bp.post(
    "/people/<reference:reference>/stop", operation_id="stopAddress", summary="Stop an address",
    description="The person asked us, in a call or in writing, for no more. It holds at once, for "
    "the address on every channel and for everything we would start with its people; their open "
    "cases go to a person.",
    responses={200: people.Stopped, **WITH_BODY, **and_problems(404)},
)
@needs("contacts:stop")
def stop(
    actor: Actor, header: sent.OnceKey, path: sent.PersonPath, body: sent.StopAddress
) -> Reply:
    rt = runtime()
    contact_id, masked = contact_at(
        rt, actor=actor, reference=path.reference, channel=body.channel, address=body.address
    )
    new = opt_out(rt, actor=actor, contact_id=contact_id, source="staff")
    return Reply(200, {"channel": body.channel, "address": masked, "already": not new})


def _person(view: PersonView) -> dict[str, object]:
    person = view.person
    return {
        "reference": person.reference, "name": person.name, "locale": person.locale,
        "zone": person.zone, "country": person.country, "region": person.region,
        "prefers": dict(person.prefers) if person.prefers is not None else None,
        "stopped_at": instant(person.stopped_at),
        "contacts": [_contact(contact, view) for contact in person.contacts],
        "open_cases": [
            {"id": case.id, "reference": case.reference, "workflow": case.workflow,
             "state": case.state.value, "next": next_shown(case.next)} for case in view.open
        ],
        "where": _where(view.where) if view.where else None,
    }


def _contact(contact: Contact, view: PersonView) -> dict[str, object]:
    return {
        "channel": contact.channel, "address": contact.masked,
        "stopped_at": instant(contact.stopped_at), "off_since": instant(view.off.get(contact.id)),
        "unreachable_at": instant(contact.unreachable_at),
        "checked_at": instant(contact.checked_at), "heard_at": instant(contact.heard_at),
        "consent": [
            {"purpose": x.purpose, "given": x.given, "source": x.source, "version": x.version,
             "at": instant(x.at)} for x in view.consent.get(contact.id, ())
        ],
    }


def _where(where: Where) -> dict[str, object]:
    draft = where.draft
    return {
        "case_id": where.case_id, "reference": where.reference,
        "level": where.identity.level.name.lower(), "fact": where.identity.fact,
        "opened_at": instant(where.opened_at), "seen_at": instant(where.seen_at),
        "here": where.here,
        "draft": {
            "action": draft.action, "saved_at": instant(draft.saved_at)
        } if draft else None,
    }


def _entry(entry: Entry, person: Person) -> dict[str, object]:
    what = entry.what
    shown: dict[str, object] = {"message": None, "reply": None, "consent": None, "event": None}
    if isinstance(what, Said):
        kind, shown["message"] = "message", _message(what, person)
    elif isinstance(what, domain.Reply):
        kind, shown["reply"] = "reply", reply_shown(what)
    elif isinstance(what, Consent):
        kind, shown["consent"] = "consent", _consent(what, person)
    else:
        kind, shown["event"] = "event", happened_shown(what)
    return {
        "id": entry.id, "at": instant(entry.at), "kind": kind, "case_id": entry.case_id, **shown
    }


def _message(said: Said, person: Person) -> dict[str, object]:
    return {
        **message_shown(said.message, person), "version": said.message.version,
        "provider": said.message.provider, "until": instant(said.until),
        "receipts": [
            {"at": instant(x.at), "status": x.status, "code": x.code} for x in said.receipts
        ],
    }


def _consent(line: Consent, person: Person) -> dict[str, object]:
    contact = person.contact(line.contact_id)
    return {
        "purpose": line.purpose, "given": line.given,
        "channel": contact.channel if contact else "",
        "address": contact.masked if contact else "", "source": line.source,
        "wording": line.wording, "version": line.version, "at": instant(line.at),
        "evidence": dict(line.evidence) if line.evidence is not None else None,
    }
