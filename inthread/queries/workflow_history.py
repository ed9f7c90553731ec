"""The versions of a workflow: what each said, who wrote, approved and published it, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inthread.domain.actor import Actor
from inthread.domain.draft import Approval, DraftLine, counting
from inthread.domain.refusals import NotFound
from inthread.runtime import Runtime
from inthread.store import drafts, workflows
from inthread.store.workflows import Version

MOST = 100


class Standing(StrEnum):
    """What a version is at this moment."""

    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"
    PAST = "past"
    UNSCHEDULED = "unscheduled"


@dataclass(frozen=True)
class HistoryLine:
    """`draft`: None for a version that came from a file."""

    version: Version
    standing: Standing
    draft: DraftLine | None
    approvals: tuple[Approval, ...]


@dataclass(frozen=True)
class History:
    """`after`: the number below which the next page begins; None when this is the last."""

    key: str
    lines: Sequence[HistoryLine]
    after: int | None


@dataclass(frozen=True)
class Published:
    """`in_force` is None before the first hour of the first version."""

    key: str
    in_force: Version | None
    scheduled: tuple[Version, ...]


def workflow_history(
    rt: Runtime, *, actor: Actor, key: str, before: int | None = None, most: int = 50
) -> History:
    """The newest first. *before*: the `after` of the page before. Raises Forbidden, and NotFound
    for a workflow that was never published."""
    actor.require("policy:read")
    now, most = rt.now(), min(most, MOST)
    with rt.db.read() as tx:
        found = workflows.versions(tx, most + 1, key=key, before=before)
        if not found and before is None:
            raise NotFound("workflow")
        page = found[:most]
        in_force = workflows.in_force(tx, now).get(key, (0, ""))[0]
        lines = drafts.lines(tx, [v.draft_id for v in page if v.draft_id])
        said = drafts.said_of_all(tx, list(lines))
    return History(
        key, [_line(v, in_force, now, lines, said) for v in page],
        page[-1].version if len(found) > most else None,
    )


def newest_versions(rt: Runtime, *, actor: Actor) -> Mapping[str, int]:
    """By workflow, the highest number that was ever published. Raises Forbidden."""
    actor.require("policy:read")
    with rt.db.read() as tx:
        return workflows.newest_numbers(tx)


def version_document(
    rt: Runtime, *, actor: Actor, key: str, version: int
) -> Mapping[str, object]:
    """The document as it was published. Raises Forbidden, NotFound."""
    actor.require("policy:read")
    with rt.db.read() as tx:
        document = workflows.document_of(tx, key, version)
    if document is None:
        raise NotFound("version")
    return document


def published_workflows(rt: Runtime, *, actor: Actor) -> tuple[Published, ...]:
    """What is in force, and what will be, by workflow. Raises Forbidden."""
    actor.require("policy:read")
    now = rt.now()
    with rt.db.read() as tx:
        in_force = {
            key: workflows.version(tx, key, number)
            for key, (number, _) in workflows.in_force(tx, now).items()
        }
        coming = workflows.scheduled(tx, now)
    keys = sorted({*in_force, *(v.key for v in coming)})
    return tuple(
        Published(key, in_force.get(key), tuple(v for v in coming if v.key == key)) for key in keys
    )


def _line(
    version: Version, in_force: int, now: datetime, lines: Mapping[str, DraftLine],
    said: Mapping[str, Sequence[Approval]],
) -> HistoryLine:
    draft = lines.get(version.draft_id or "")
    counted = counting(said.get(draft.id, ()), draft) if draft else ()
    return HistoryLine(version, _standing(version, in_force, now), draft, counted)


def _standing(version: Version, in_force: int, now: datetime) -> Standing:
    if version.unscheduled_at is not None:
        return Standing.UNSCHEDULED
    if version.version == in_force:
        return Standing.IN_FORCE
    return Standing.SCHEDULED if version.effective_at > now else Standing.PAST
