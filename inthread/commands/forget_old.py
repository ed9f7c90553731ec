"""Remove what was kept long enough, in small transactions: stopped at any point, it is gone on with
by the next run (security R4.14, ASVS 14.2.7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from inthread.commands.steps.drop_documents import drop_documents
from inthread.commands.steps.remove_old import remove_case, remove_document, remove_person
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.retention import KINDS
from inthread.runtime import Runtime
from inthread.store import audit, cases, people, retention

CHUNK = 500
MOST = 10_000


def forget_old(rt: Runtime, *, actor: Actor, most: int = MOST) -> Mapping[str, int]:
    """How many of each kind went, at most *most* of each; and of `documents`, whose bytes went.
    Nothing goes of somebody under a hold."""
    actor.require("retention:write")
    now, gone = rt.now(), Counter[str]()
    for kind in KINDS:
        before = rt.retention.before(kind, now)
        if kind == "cases":
            gone[kind] = _cases(rt, actor, before, most)
        elif kind == "people":
            gone[kind] = _people(rt, actor, before, most)
        else:
            gone[kind] = _rows(rt, kind, before, most)
    for kind in rt.retention.documents:
        _documents(rt, actor, kind, rt.retention.documents_before(kind, now), most)
    gone["documents"] = drop_documents(rt, most)
    told = {kind: number for kind, number in gone.items() if number}
    if told:
        with rt.db.begin() as tx:
            audit.append_unheld(
                tx, rt.now(), actor, "retention", AuditEvent.RETENTION, gone=told,
                periods=rt.retention.version,
            )
    return told


def _rows(rt: Runtime, kind: str, before: datetime, most: int) -> int:
    gone = 0
    while gone < most:
        with rt.db.begin() as tx:
            went = retention.drop_old(tx, kind, before, min(CHUNK, most - gone))
        gone += went
        if not went:
            break
    return gone


def _cases(rt: Runtime, actor: Actor, before: datetime, most: int) -> int:
    """Each in a transaction of its own, looked at again once it is held. One that somebody holds
    just now is left to the next run."""
    gone, after = 0, None
    while gone < most:
        with rt.db.read() as tx:
            some = retention.some_old_cases(tx, before, after, min(CHUNK, most - gone))
        if not some:
            break
        gone += sum(_case(rt, actor, case_id, before) for _, case_id in some)
        after = some[-1]
    return gone


def _case(rt: Runtime, actor: Actor, case_id: str, before: datetime) -> bool:
    with rt.db.begin() as tx:
        case = cases.try_lock(tx, case_id)
        if case is None or not people.try_lock(tx, case.person_id):
            return False
        if not retention.case_is_old(tx, case_id, before):
            return False
        remove_case(rt, tx, actor=actor, case_id=case_id)
        return True


def _people(rt: Runtime, actor: Actor, before: datetime, most: int) -> int:
    gone, after = 0, ""
    while gone < most:
        with rt.db.read() as tx:
            some = retention.some_old_people(tx, before, after, min(CHUNK, most - gone))
        if not some:
            break
        gone += sum(_person(rt, actor, person_id, before) for person_id in some)
        after = some[-1]
    return gone


def _person(rt: Runtime, actor: Actor, person_id: str, before: datetime) -> bool:
    with rt.db.begin() as tx:
        if not people.try_lock(tx, person_id):
            return False
        if not retention.person_is_old(tx, person_id, before):
            return False
        remove_person(rt, tx, actor=actor, person_id=person_id)
        return True


def _documents(rt: Runtime, actor: Actor, kind: str, before: datetime, most: int) -> None:
    """They become nobody's, one by one, as cases go."""
    gone, after = 0, ""
    while gone < most:
        with rt.db.read() as tx:
            some = retention.some_old_documents(tx, kind, before, after, min(CHUNK, most - gone))
        if not some:
            break
        gone += sum(_document(rt, actor, kind, each, before) for each in some)
        after = some[-1][0]


def _document(
    rt: Runtime, actor: Actor, kind: str, document: tuple[str, str], before: datetime
) -> bool:
    document_id, case_id = document
    with rt.db.begin() as tx:
        case = cases.try_lock(tx, case_id)
        if case is None or not people.try_lock(tx, case.person_id):
            return False
        if not retention.document_is_old(tx, document_id, kind, before):
            return False
        remove_document(rt, tx, actor=actor, case_id=case_id, document_id=document_id)
        return True
