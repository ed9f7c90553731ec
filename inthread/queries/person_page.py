"""Everything about one person that staff need to see at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inthread.domain.actor import Actor
from inthread.domain.case import Case
from inthread.domain.consent import Consent
from inthread.domain.person import Person
from inthread.queries.person_timeline import PersonTimeline, person_timeline
from inthread.queries.person_view import PersonView, person_view
from inthread.queries.staff_names import staff_names
from inthread.queries.timeline import Happened
from inthread.runtime import Runtime
from inthread.store import case_parts, consents, people

ENTRIES = 50
CASES = 20
LEDGER = 40


@dataclass(frozen=True)
class PersonPage:
    """`ledger`: the newest lines of consent, the newest first. `held`: since when nothing about
    them may be removed, and why. `cases`: the newest, live or not. `names`: who did what
    (`Happened.actor` -> a name)."""

    view: PersonView
    timeline: PersonTimeline
    ledger: Sequence[Consent]
    held: tuple[datetime, str] | None
    cases: Sequence[Case]
    references: Mapping[str, str]
    names: Mapping[str, str]

    @property
    def person(self) -> Person:
        return self.view.person


def person_page(
    rt: Runtime, *, actor: Actor, person_id: str, after: str = ""
) -> PersonPage:
    """*after*: the last entry of the timeline that was seen; the newest come first. `references`:
    case id -> how people call it. Raises Forbidden, NotFound."""
    actor.require("cases:read")
    with rt.db.read() as tx:
        reference = people.get(tx, person_id).reference
        held = people.hold_of(tx, person_id)
        ledger = consents.newest_of_person(tx, person_id, LEDGER)
        theirs = case_parts.others(tx, person_id, "", CASES)
    timeline = person_timeline(
        rt, actor=actor, reference=reference, after=after, most=ENTRIES, newest=True
    )
    about = {e.case_id for e in timeline.entries if e.case_id}
    with rt.db.read() as tx:
        references = case_parts.references(tx, about)
    actors = {e.what.actor for e in timeline.entries if isinstance(e.what, Happened)}
    return PersonPage(
        person_view(rt, actor=actor, reference=reference), timeline, ledger, held, theirs,
        references, staff_names(rt, actors),
    )
