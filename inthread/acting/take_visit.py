"""Find the visit of a cookie, with its case, person and workflow."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from inthread.domain.case import Case
from inthread.domain.link import Link, Visit, check_visit
from inthread.domain.person import Person
from inthread.domain.refusals import VisitEnded
from inthread.domain.workflow import Workflow
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import cases, links, people


@dataclass(frozen=True)
class Taken:
    visit: Visit
    link: Link
    case: Case
    person: Person
    workflow: Workflow


def take_visit(rt: Runtime, tx: Connection, token: str) -> Taken:
    """For commands: the case is locked. Raises VisitEnded or LinkGone. The visit is read again
    under the lock, because another device may have moved it meanwhile."""
    found = links.visit_by_token(tx, digest(token))
    if found is None:
        raise VisitEnded("no such visit")
    case = cases.lock(tx, found[0].case_id)
    return _checked(rt, tx, token, case)


def see_visit(rt: Runtime, tx: Connection, token: str) -> Taken:
    """For queries: the same, and nothing is held."""
    found = links.visit_by_token(tx, digest(token))
    if found is None:
        raise VisitEnded("no such visit")
    return _checked(rt, tx, token, cases.get(tx, found[0].case_id))


def _checked(rt: Runtime, tx: Connection, token: str, case: Case) -> Taken:
    again = links.visit_by_token(tx, digest(token))
    if again is None:
        raise VisitEnded("moved on")
    visit, link = again
    check_visit(visit, link, rt.now())
    person = people.get(tx, case.person_id)
    return Taken(visit, link, case, person, rt.workflows[case.workflow])

