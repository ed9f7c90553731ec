"""Erase one person at their request, as far as the law lets them go (GDPR Art. 17)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from inthread.commands.steps.drop_documents import drop_documents
from inthread.commands.steps.remove_old import remove_case, remove_person
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.case import Case
from inthread.domain.refusals import BadInput, Problem
from inthread.runtime import Runtime
from inthread.store import audit, cases, documents, erasure, links, people, retention
from inthread.store.db import Tx


@dataclass(frozen=True)
class Erased:
    """`removed`: cases that went whole. `kept`: cases of which the evidence stays for its time.
    `addresses`, `replies`, `documents`: how many lost what they said. `whole`: nothing is left of
    the person but, if they are not to be written to, that."""

    removed: int
    kept: int
    addresses: int
    replies: int
    documents: int
    whole: bool


class _Undone(Exception):
    """Raised to take back what a dry run did."""


def erase_person(
    rt: Runtime, *, actor: Actor, reference: str, only_what_may: bool = False, dry: bool = False
) -> Erased:
    """What went; with *dry*, what would go, and nothing is changed.

    Refused with BadInput while a case lives, a reply waits to be read or a hold stands; and while
    evidence has to be kept, unless *only_what_may*: then all goes that is not needed for it. A stop
    that stands keeps its address: without it nobody could obey it (GDPR Art. 17(3)(b), 21(3)).
    Raises NotFound.
    """
    actor.require("retention:write")
    try:
        with rt.db.begin() as tx:
            done = _erase(rt, tx, actor, reference, only_what_may)
            if dry:
                raise _Undone
    except _Undone:
        return done
    drop_documents(rt)
    return done


def _erase(
    rt: Runtime, tx: Tx, actor: Actor, reference: str, only_what_may: bool
) -> Erased:
    person_id = people.named(tx, reference).id
    theirs = [cases.lock(tx, case_id) for case_id in erasure.cases_of(tx, person_id)]
    people.lock(tx, person_id)
    now = rt.now()
    old = {x.id for x in theirs
           if retention.case_is_old(tx, x.id, rt.retention.before("cases", now))}
    young = [x for x in theirs if x.id not in old]
    _check(tx, person_id, theirs)
    for case_id in sorted(old):
        remove_case(rt, tx, actor=actor, case_id=case_id)
    person_too = retention.person_is_old(tx, person_id, rt.retention.before("people", now))
    if not person_too and not only_what_may:
        raise BadInput([Problem("/person", _EVIDENCE)])
    disowned = sum(documents.disown(tx, case.id) for case in young)
    replies = erasure.erase_replies(tx, person_id, [case.id for case in young])
    addresses = erasure.erase_addresses(tx, person_id, now)
    if person_too:
        remove_person(rt, tx, actor=actor, person_id=person_id)
    else:
        _reduce(rt, tx, person_id, young)
    done = Erased(len(old), len(young), addresses, replies, disowned, person_too)
    audit.append(
        tx, now, actor, person_id, AuditEvent.PERSON_ERASED, removed=done.removed, kept=done.kept,
        whole=done.whole,
    )
    return done


_EVIDENCE = (
    "evidence about them has to be kept for now: erase only what may go, or wait for its time"
)


def _check(tx: Tx, person_id: str, theirs: Collection[Case]) -> None:
    if people.held_since(tx, person_id) is not None:
        raise BadInput([Problem("/person", "is under a hold: nothing about them may go")])
    live = sorted(x.reference for x in theirs if x.live)
    if live:
        raise BadInput([Problem("/person", f"has live cases: {', '.join(live)}. End them first")])
    if erasure.unread(tx, person_id):
        raise BadInput([Problem("/person", "has sent what nobody has read yet: read it first")])


def _reduce(rt: Runtime, tx: Tx, person_id: str, kept: Collection[Case]) -> None:
    """Leave the evidence, and of the person the reference that the source knows them by."""
    for case in kept:
        links.kill(tx, case.id, rt.now())
        erasure.erase_case(tx, case.id, _sensitive(rt, case))
    erasure.erase_consents(tx, person_id)
    erasure.erase_payer(tx, person_id)
    retention.forget_name(tx, person_id)


def _sensitive(rt: Runtime, case: Case) -> set[str]:
    """Facts that no page shows; of a workflow that is no longer there, all of them."""
    workflow = rt.workflows.get(case.workflow)
    shown = {f.name for f in workflow.trigger.facts if not f.sensitive} if workflow else set()
    return set(case.facts) - shown
