"""Find the visit of a cookie and lock its case, in that order for every command."""

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
    """Raises VisitEnded or LinkGone. The visit is read again under the case's lock, because
    another device may have moved it meanwhile."""
    found = links.visit_by_token(tx, digest(token))
    if found is None:
        raise VisitEnded("no such visit")
    case = cases.lock(tx, found[0].case_id)
    again = links.visit_by_token(tx, digest(token))
    if again is None:
        raise VisitEnded("moved on")
    visit, link = again
    check_visit(visit, link, rt.now())
    person = people.get(tx, case.person_id)
    return Taken(visit, link, case, person, rt.workflows[case.workflow])


def raise_assurance(rt: Runtime, tx: Connection, visit: Visit) -> str:
    """Keep the risen visit under a new cookie, which is returned; the old one is dead
    (ASVS 7.2.4)."""
    cookie = rt.new_token()
    links.save_visit(tx, visit, digest(cookie))
    return cookie
