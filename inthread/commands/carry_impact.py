"""Carry a measurement on: decide the next kept decisions again, in chunks that each stand alone.

What a chunk found and how far it came are written in one transaction, so a worker that dies loses a
chunk's work and nothing else; whoever takes the job next goes on from there.
"""

from __future__ import annotations

from datetime import timedelta

from inthread.acting.read_document import read_document
from inthread.domain.actor import Actor
from inthread.domain.draft import Draft
from inthread.domain.impact import Impact, ImpactState
from inthread.domain.replay import Replay, Version
from inthread.domain.workflow import Workflow
from inthread.domain.workflow_reader import WorkflowErrors
from inthread.runtime import Runtime
from inthread.store import drafts, impacts, outbox, workflows
from inthread.store.db import Tx

CHUNK = 2000
DROPPED = 5000
# After so long, or a third of its lease, the job is given back: a hand that is told to stop is free
# in time.
STRETCH = timedelta(seconds=5)


def carry_impact(rt: Runtime, *, actor: Actor, job: outbox.Job) -> None:
    """Carry the measurement `job.ref` as far as it goes in five seconds. The last chunk ends it,
    and it counts instead of all earlier ones of its draft."""
    actor.require("carry")
    with rt.db.read() as tx:
        impact = impacts.get(tx, job.ref)
        draft = drafts.get(tx, impact.draft_id) if impact is not None else None
    if impact is None or draft is None or not impact.going_on:
        _let_be(rt, job)
        return
    _drop_old_changes(rt, impact)
    try:
        replay = _prepared(rt, impact, draft)
    except _Trouble as why:
        _fail(rt, job, impact, str(why))
        return
    until = rt.now() + min(STRETCH, rt.limits.lease / 3)
    while (gone := _one_chunk(rt, job, impact, draft, replay)) is not None:
        impact = gone
        if not impact.going_on:
            return
        if rt.now() >= until:
            break
    with rt.db.begin() as tx:
        outbox.postpone_held(tx, job, rt.now(), rt.now())


class _Trouble(Exception):
    """It cannot be measured; the text says why."""


def _prepared(rt: Runtime, impact: Impact, draft: Draft) -> Replay:
    if draft.hash != impact.hash:
        raise _Trouble("The draft was changed while it was measured.")
    with rt.db.read() as tx:
        live = _version(rt, tx, draft.key, (impact.live_version, impact.live_hash))
        spell = impacts.spelling(tx)
    if live is None:
        raise _Trouble(f"Version {impact.live_version} cannot be read here any more.")
    try:
        wanted = read_document(rt.registry, draft.document, "draft")
    except WorkflowErrors as wrong:
        raise _Trouble(f"The draft cannot be read: {wrong.problems[0]}"[:300]) from wrong
    return Replay(live, wanted, impact.tally, spell)


def _version(rt: Runtime, tx: Tx, key: str, version: Version) -> Workflow | None:
    """The workflow that decided as this version; None when its text is not to be had any more."""
    number, hash = version
    held = rt.workflows.get(key)
    if held is not None and (held.version, held.hash) == version:
        return held
    try:
        document = workflows.document_of(tx, key, number)
        found = read_document(rt.registry, document or {}, f"{key} {number}")
    except WorkflowErrors:
        return None
    return found if found.hash == hash else None


def _one_chunk(
    rt: Runtime, job: outbox.Job, impact: Impact, draft: Draft, replay: Replay
) -> Impact | None:
    """The measurement after the next chunk; None when somebody else carries it."""
    wanted = min(CHUNK, impact.asked - impact.done)
    with rt.db.read() as tx:
        rows = impacts.rows_before(tx, draft.key, impact.cursor, wanted) if wanted else []
        for version in {(row.version, row.hash) for row in rows} - replay.versions.keys():
            replay.know(version, _version(rt, tx, draft.key, version))
    for row in rows:
        replay.row(row)
    found, now = replay.take(), rt.now()
    after = impact.went_on(rows[-1].id if rows else impact.cursor, len(rows), replay.tally)
    if len(rows) < wanted or after.done >= after.asked:
        after = after.ended(now)
    with rt.db.begin() as tx:
        if not impacts.save(tx, after, before=impact):
            return None
        impacts.add_changes(tx, impact.id, found)
        if not after.going_on:
            impacts.replace_others(tx, impact.draft_id, impact.id, now)
            outbox.done(tx, job, now)
    return after


def _fail(rt: Runtime, job: outbox.Job, impact: Impact, why: str) -> None:
    with rt.db.begin() as tx:
        if impacts.save(tx, impact.failed(why, rt.now()), before=impact):
            outbox.done(tx, job, rt.now())


def _let_be(rt: Runtime, job: outbox.Job) -> None:
    with rt.db.begin() as tx:
        outbox.done(tx, job, rt.now())


def _drop_old_changes(rt: Runtime, impact: Impact) -> None:
    """What earlier measurements of the draft found is not shown any more."""
    if impact.state is not ImpactState.WAITING:
        return
    while True:
        with rt.db.begin() as tx:
            if impacts.drop_changes(tx, impact.draft_id, impact.id, DROPPED) < DROPPED:
                return
