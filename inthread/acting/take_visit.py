"""Find the visit of a cookie, with its case, person and workflow."""

from __future__ import annotations

from dataclasses import dataclass

from inthread.domain.case import Case
from inthread.domain.link import Link, Visit, check_visit
from inthread.domain.person import Person
from inthread.domain.refusals import VisitEnded
from inthread.domain.workflow import Workflow
from inthread.keyring import digest
from inthread.runtime import Runtime
from inthread.store import audit, cases, visits
from inthread.store.db import Tx


@dataclass(frozen=True)
class Taken:
    visit: Visit
    link: Link
    case: Case
    person: Person
    workflow: Workflow


def take_visit(rt: Runtime, tx: Tx, token: str) -> Taken:
    """For commands: the case is locked, and the visit read after that, because another device may
    have moved it meanwhile. Raises VisitEnded or LinkGone."""
    case = cases.lock_visited(tx, digest(token))
    if case is None:
        raise VisitEnded("no such visit")
    found = visits.visited(tx, digest(token))
    if found is None:
        raise VisitEnded("moved on")
    if found.tail is not None:
        audit.tails(tx)[case.id] = found.tail
    return _checked(rt, found, case)


def see_visit(rt: Runtime, tx: Tx, token: str) -> Taken:
    """For queries: the same, and nothing is held."""
    found = visits.visited(tx, digest(token))
    if found is None:
        raise VisitEnded("no such visit")
    return _checked(rt, found, cases.get(tx, found.visit.case_id))


def _checked(rt: Runtime, found: visits.Visited, case: Case) -> Taken:
    check_visit(found.visit, found.link, rt.now())
    return Taken(found.visit, found.link, case, found.person, rt.workflows[case.workflow])
