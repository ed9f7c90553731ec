"""What a case does next and who has it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from inthread.domain.assurance import Assurance, Identity
from inthread.domain.case import Case
from inthread.offers import facts_of
from inthread.queries.case_page import CasePage
from inthread.runtime import Runtime
from inthread.web.console.shell import reader

_NEXT = {
    "contact": "Ask the customer", "give_up": "Hand over: nobody answered",
    "payment": "Wait for the payment", "prove": "Wait for the proof", "work": "A person acts",
}
_OWNERS = {"cadence": "By itself", "worker": "By itself"}


def next_said(case: Case, now: datetime) -> str:
    """What is next, as a phrase."""
    if case.next is None:
        return "Nothing: it has ended"
    if case.paused(now) and case.next.what in ("contact", "give_up"):
        return "Paused: nothing is asked"
    return _NEXT.get(case.next.what, case.next.what.replace("_", " ").capitalize())


def owner_said(owner: str) -> str:
    return _OWNERS.get(owner, owner)


def owners(rt: Runtime) -> Mapping[str, str]:
    """Whom a case may be waiting for, by the name that is kept: cadence, then every queue."""
    queues = {q.queue for w in rt.workflows.values() for q in w.queues.values()}
    return {"cadence": "The cadence", **{queue: queue for queue in sorted(queues)}}


_LEVELS = {
    Assurance.NONE: "nothing", Assurance.LINK: "the link they were sent",
    Assurance.CODE: "a code sent to them", Assurance.STRONG: "a fresh code for what they chose",
}


def level_said(identity: Identity) -> str:
    """What somebody has shown of who they are."""
    return _LEVELS[identity.level] + (", and knew the answer" if identity.fact else "")


def fact_rows(page: CasePage) -> list[tuple[str, str]]:
    """What may be shown of the facts, each with what it is called."""
    workflow = page.workflow
    if workflow is None:
        return [(name.replace("_", " ").capitalize(), str(value))
                for name, value in page.view.facts.items()]
    typed = facts_of(workflow, page.case)
    return [
        (f.label.get(workflow.locale("en")) or f.name.replace("_", " ").capitalize(),
         value_said(typed[f.name]))
        for f in workflow.trigger.facts
        if f.name in page.view.facts and typed.get(f.name) is not None
    ]


def value_said(value: object) -> str:
    """A fact or a term as whoever reads it reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(value_said(each) for each in value)
    return reader().value(value)
