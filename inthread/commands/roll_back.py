"""Go back to what was in force before: as a new version, which somebody else approves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from inthread.acting.check_draft import check_draft
from inthread.commands.measure_impact import measure_impact
from inthread.commands.steps.check_hour import check_hour
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.canonical import digest
from inthread.domain.draft import Draft, DraftState, Newest, numbered, said
from inthread.domain.refusals import BadInput, NotFound, Problem
from inthread.runtime import Runtime
from inthread.store import audit, drafts, workflows
from inthread.store.db import Tx


def roll_back(
    rt: Runtime, *, actor: Actor, key: str, version: int, note: str = ""
) -> Draft:
    """A submitted draft with the content of *version* under the next number, to be in force as
    soon as it is approved. Its impact is asked for, and has to be measured before that. Policy
    tests and findings do not hold it up, because it was in force before; the checks show them to
    the approver.

    Raises NotFound for a version that never was in force, BadInput for the newest one, for one
    that this installation cannot carry any more, and while a newer one is scheduled.
    """
    actor.require("policy:write")
    words, now = said(note), rt.now()
    with rt.db.begin() as tx:
        newest = workflows.newest(tx, key)
        document = _document(tx, key, version, newest, now)
        draft = _draft(rt.new_id("draft"), key, version, document, newest, actor, now).submitted(
            actor, now, effective_at=None, note=words, needed=1
        )
        wrong = (*check_draft(rt, tx, draft).unsound, *check_hour(None, now, newest))
        if wrong:
            raise BadInput(wrong)
        drafts.add(tx, draft)
        audit.append_all(tx, now, actor, draft.id, [
            (AuditEvent.DRAFT_STARTED,
             {"workflow": key, "base": newest.version, "hash": draft.hash, "again": version}),
            (AuditEvent.DRAFT_SUBMITTED,
             {"revision": draft.revision, "hash": draft.hash, "needed": draft.needed,
              "note_sha256": sealed(words), "effective_at": None}),
        ])
    measure_impact(rt, actor=actor, draft_id=draft.id)
    return draft


def _document(
    tx: Tx, key: str, version: int, newest: Newest, now: datetime
) -> Mapping[str, object]:
    kept = workflows.version(tx, key, version)
    if version == newest.version:
        raise BadInput([Problem("/version", "is the newest: there is nothing to go back from")])
    document = workflows.document_of(tx, key, version)
    if document is None or kept.unscheduled_at is not None or kept.effective_at > now:
        raise NotFound("version")
    return document


def _draft(
    id: str, key: str, version: int, document: Mapping[str, object], newest: Newest, actor: Actor,
    now: datetime,
) -> Draft:
    again = numbered(document, key, newest.next)
    return Draft(
        id=id, key=key, base_version=newest.version, title=f"Back to version {version}",
        document=again, hash=digest(again), revision=1, state=DraftState.EDITING,
        authors=(str(actor),), created_at=now, changed_at=now,
    )
