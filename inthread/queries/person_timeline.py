"""Everything between us and one person, over all channels and cases, oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inthread.domain.actor import Actor
from inthread.domain.consent import Consent
from inthread.domain.message import Message, MessageState
from inthread.domain.person import Person
from inthread.domain.refusals import NotFound
from inthread.domain.reply import Reply
from inthread.domain.says import says
from inthread.queries.person_view import the_person
from inthread.queries.timeline import Happened
from inthread.runtime import Runtime
from inthread.store import messages, replies
from inthread.store import person_timeline as line
from inthread.store.db import Tx
from inthread.store.person_timeline import KINDS, Place, Receipt

MOST = 100


@dataclass(frozen=True)
class Said:
    """`receipts`: what providers said of it. `until`: when a message that is held is next decided
    upon."""

    message: Message
    receipts: Sequence[Receipt]
    until: datetime | None


@dataclass(frozen=True)
class Entry:
    """One thing, at the place that it keeps: a message stands where it was written."""

    id: str
    at: datetime
    case_id: str | None
    what: Said | Reply | Consent | Happened


@dataclass(frozen=True)
class PersonTimeline:
    """`after`: where the next page begins; None when this is the last."""

    person: Person
    entries: Sequence[Entry]
    after: str | None


def person_timeline(
    rt: Runtime, *, actor: Actor, reference: str, after: str = "", most: int = 50,
    newest: bool = False,
) -> PersonTimeline:
    """*after*: the id of the last entry seen. *newest*: the newest first. Raises Forbidden, and
    NotFound for a person or an entry that is not there. At most eight statements, however much
    there is."""
    actor.require("cases:read")
    most = min(most, MOST)
    with rt.db.read() as tx:
        person = the_person(tx, reference)
        begin = line.place(tx, person.id, after) if after else None
        if after and begin is None:
            raise NotFound("entry")
        found = line.places(tx, person.id, begin, most + 1, newest=newest)
        entries = _entries(tx, person, found[:most])
    return PersonTimeline(person, entries, found[most - 1].name if len(found) > most else None)


def _entries(tx: Tx, person: Person, places: Sequence[Place]) -> list[Entry]:
    """What stands at these places, each kind in one look."""
    of = {kind: [p for p in places if KINDS[p.kind] == kind] for kind in KINDS}
    made = {
        **_said(tx, [p.id for p in of["msg"]]),
        **{x.id: (x.case_id, x) for x in replies.by_id(tx, [p.id for p in of["rep"]]).values()},
    }
    agreed = line.consents_at(tx, [p.seq for p in of["consent"]])
    events = line.events_at(tx, [p.seq for p in of["event"]])
    for place in of["consent"]:
        made[place.name] = (None, agreed[place.seq])
    for place in of["event"]:
        e = events[place.seq]
        happened = Happened(e.at, e.event, e.actor, says(e.event, e.detail), e.detail)
        made[place.name] = (None if e.subject == person.id else e.subject, happened)
    return [Entry(p.name, p.at, *made[p.name]) for p in places]


_Made = dict[str, tuple[str | None, Said | Reply | Consent | Happened]]


def _said(tx: Tx, ids: Sequence[str]) -> _Made:
    found = messages.by_id(tx, ids)
    receipts = line.receipts_of(tx, ids)
    held = [x for x in found.values() if x.state is MessageState.QUEUED and x.reasons]
    again = line.asked_again_at(tx, {x.case_id for x in held}, {x.id for x in held})
    return {
        x.id: (x.case_id, Said(x, receipts.get(x.id, ()), again.get(x.id)))
        for x in found.values()
    }
