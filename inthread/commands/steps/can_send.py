"""Ask the gate about one message, with all that it has to know read in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from inthread.domain.case import Case
from inthread.domain.gate import Gate, Standing, Terms, can_answer, can_ask
from inthread.domain.hours import NO_PREFERENCES, Preferences, next_opening, shut
from inthread.domain.jurisdiction import Window
from inthread.domain.jurisdiction_reader import DAYS
from inthread.domain.message import Message, Purpose
from inthread.domain.person import Contact, Person
from inthread.domain.places import Place, places_of
from inthread.domain.wording import MessageText
from inthread.domain.workflow import Workflow
from inthread.runtime import Runtime
from inthread.store import standing, suppressions
from inthread.store.db import Tx


@dataclass(frozen=True)
class Decided:
    """The gate's answer, and what it looked at as a JSON document to be kept."""

    gate: Gate
    document: Mapping[str, object]


def may_ask(
    rt: Runtime, tx: Tx, *, case: Case, person: Person, contact: Contact, template: str,
    waiting: bool = False, but: str = "",
) -> Decided:
    """Whether we may ask this person there, now. Exact for who holds the person. *waiting*: what
    is about to go counts as gone; *but*: except this message."""
    now = rt.now()
    workflow = rt.workflows[case.workflow]
    places = _places(rt, workflow, person)
    known = _standing(rt, tx, workflow, case, person, contact, waiting=waiting, but=but)
    terms = _terms(rt, workflow, person, places, contact, template, now)
    gate = can_ask(known, terms, now)
    return Decided(gate, {
        **_looked_at(known, gate, now), "purpose": workflow.contact.purpose,
        "zones": sorted({p.zone for p in places}),
        "packs": {p.pack: rt.packs[p.pack].version for p in places},
        "asked_today": known.asked.today, "per_day": terms.per_day, "calls": known.asked.calls,
        "checked_at": contact.checked_at.isoformat() if contact.checked_at else None,
    })


def may_answer(
    rt: Runtime, tx: Tx, *, message: Message, case: Case, person: Person, contact: Contact
) -> Decided:
    """Whether a message may go that answers what this person just did."""
    now = rt.now()
    workflow = rt.workflows[case.workflow]
    look = standing.look(
        tx, person=person.id, contact=contact.id, purpose=workflow.contact.purpose,
        kind=contact.kind, address=contact.address,
    )
    text, since = None, None
    if message.purpose is not Purpose.ANSWER:
        text = workflow.message(message.template, message.locale)
    elif look.suppressed:
        since = suppressions.since(tx, contact.kind, contact.address)
    known = Standing(
        case.state, contact, stopped=person.stopped_at is not None, suppressed=look.suppressed,
        suppressed_since=since,
    )
    gate = can_answer(
        known, message.purpose, now, approved_text=_approved(text),
        voice_text=text is not None and text.voice is not None, asked_at=message.created_at,
    )
    return Decided(gate, _looked_at(known, gate, now))


def _standing(
    rt: Runtime, tx: Tx, workflow: Workflow, case: Case, person: Person, contact: Contact, *,
    waiting: bool, but: str,
) -> Standing:
    before = [
        w.key for w in rt.workflows.values() if w.contact.priority < workflow.contact.priority
    ]
    look, asked, rival = standing.look_and_count(
        tx, case=case.id, person=person.id, contact=contact.id, purpose=workflow.contact.purpose,
        kind=contact.kind, address=contact.address, now=rt.now(), calls=contact.channel == "voice",
        waiting=waiting, rivals=before, but=but,
    )
    return Standing(
        case.state, contact, stopped=person.stopped_at is not None, consent=look.consent,
        suppressed=look.suppressed, in_doubt=look.in_doubt, asked=asked, rival=rival,
        paused_until=case.paused_until,
    )


def _places(rt: Runtime, workflow: Workflow, person: Person) -> tuple[Place, ...]:
    return places_of(
        rt.packs, country=person.country, region=person.region, zone=person.zone,
        phones=sorted({c.address for c in person.contacts if c.kind == "phone"
                       and c.stopped_at is None}),
        default_country=workflow.contact.country,
    )


def _terms(
    rt: Runtime, workflow: Workflow, person: Person, places: tuple[Place, ...], contact: Contact,
    template: str, now: datetime,
) -> Terms:
    cadence = workflow.cadence
    narrow = Window(cadence.opens, cadence.closes)
    prefers = _preferences(person)
    why = shut(places, prefers, narrow, now)
    packs = [rt.packs[key] for key in dict.fromkeys(p.pack for p in places)]
    calls = [p.calls_per_week for p in packs if p.calls_per_week is not None]
    fresh = [p.fresh_days[workflow.contact.purpose] for p in packs
             if workflow.contact.purpose in p.fresh_days]
    text = workflow.message(template, workflow.locale(person.locale))
    return Terms(
        per_day=min([cadence.per_day, *(p.per_day for p in packs)]),
        calls_per_week=min(calls, default=None), fresh_days=min(fresh, default=None), shut=why,
        opens=next_opening(places, prefers, narrow, now) if why else None,
        approved_text=_approved(text), voice_text=text.voice is not None,
    )


def _preferences(person: Person) -> Preferences:
    """As a source stated them; the reader of triggers has checked them."""
    stated = person.prefers
    if not stated:
        return NO_PREFERENCES
    before, after, on = (stated.get(n) for n in ("not_before", "not_after", "not_on"))
    return Preferences(
        not_before=time.fromisoformat(str(before)) if before else None,
        not_after=time.fromisoformat(str(after)) if after else None,
        not_on=frozenset(DAYS.index(str(day)) for day in on) if isinstance(on, list) else
        frozenset(),
    )


def _approved(text: MessageText | None) -> bool:
    return text is not None and text.whatsapp is not None and text.whatsapp.approved


def _looked_at(known: Standing, gate: Gate, now: datetime) -> dict[str, object]:
    return {
        "at": now.isoformat(), "channel": known.contact.channel, "consent": known.consent,
        "suppressed": known.suppressed, "stopped": known.stopped, "in_doubt": known.in_doubt,
        "reasons": list(gate.reasons), "again": gate.again.isoformat() if gate.again else None,
    }
