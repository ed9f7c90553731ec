"""What may be shown of a link before anybody has pressed anything: nothing personal."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.domain.case import CaseState
from inthread.domain.link import Link
from inthread.domain.refusals import LinkGone, NotFound
from inthread.domain.workflow import Workflow
from inthread.runtime import Runtime
from inthread.store import cases, links, people


@dataclass(frozen=True)
class Landing:
    """`finished`: the case is done, and the link shows its receipt to whom it belongs. `locale` is
    the person's own wish. `can_fact`: there is a question that opens the case."""

    link: Link
    workflow: Workflow
    finished: bool
    can_fact: bool
    locale: str | None
    zone: str | None


def landing(rt: Runtime, token: str) -> Landing:
    """Raises NotFound for what we did not sign, LinkExpired or LinkGone for what cannot be opened
    any more. What it tells is the same for every person behind such a link."""
    found = rt.keyring.read_link(token)
    if found is None:
        raise NotFound("link")
    with rt.db.read() as tx:
        link = links.by_digest(tx, found)
        if link is None:
            raise NotFound("link")
        link.check(rt.now())
        case = cases.get(tx, link.case_id)
        person = people.get(tx, link.person_id)
    if case.state in (CaseState.WITHDRAWN, CaseState.EXPIRED):
        raise LinkGone(case.state.value)
    workflow = rt.workflows[case.workflow]
    return Landing(
        link, workflow, case.state is CaseState.CLOSED,
        workflow.identity.fact_opens and case.state is not CaseState.CLOSED,
        person.locale, person.zone,
    )
