"""Everything that happened to a case, oldest first, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inthread.domain.actor import Actor
from inthread.domain.message import Message
from inthread.domain.person import Person
from inthread.domain.says import says
from inthread.domain.writeback import Writeback
from inthread.runtime import Runtime
from inthread.store import audit, cases, messages, people, writebacks
from inthread.store.writebacks import Attempt


@dataclass(frozen=True)
class Happened:
    """One event of the case's audit. `text` is its sentence."""

    at: datetime
    event: str
    actor: str
    text: str
    detail: Mapping[str, object]


@dataclass(frozen=True)
class Timeline:
    """Messages with the person they went to (show addresses masked); writebacks with every try."""

    case_id: str
    events: Sequence[Happened]
    messages: Sequence[Message]
    person: Person
    writebacks: Sequence[tuple[Writeback, Sequence[Attempt]]]


def timeline(rt: Runtime, *, actor: Actor, case_id: str) -> Timeline:
    """Raises Forbidden and NotFound."""
    actor.require("cases:read")
    with rt.db.read() as tx:
        case = cases.get(tx, case_id)
        recorded = audit.of_subject(tx, case_id)
        written = writebacks.of_case(tx, case_id)
        return Timeline(
            case_id,
            [Happened(e.at, e.event, e.actor, says(e.event, e.detail), e.detail)
             for e in recorded],
            messages.of_case(tx, case_id),
            people.get(tx, case.person_id),
            [(w, writebacks.attempts(tx, w.id)) for w in written],
        )
