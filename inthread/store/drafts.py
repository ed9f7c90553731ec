"""Drafts of workflows, and what approvers said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from inthread.domain.draft import LIVE, Approval, Draft, DraftLine, DraftState, Verdict
from inthread.domain.refusals import NotFound
from inthread.store import tables as t

d, a = t.workflow_drafts.c, t.workflow_approvals.c
LINE = [column for column in t.workflow_drafts.columns if column.name != "document"]


def add(tx: Connection, draft: Draft) -> None:
    tx.execute(insert(t.workflow_drafts).values(_row(draft)))


def save(tx: Connection, draft: Draft) -> None:
    """Keep it as it is now; the caller holds it."""
    tx.execute(update(t.workflow_drafts).where(d.id == draft.id).values(_row(draft)))


def get(tx: Connection, draft_id: str) -> Draft:
    """Raises NotFound."""
    return _one(tx.execute(select(t.workflow_drafts).where(d.id == draft_id)).one_or_none())


def lock(tx: Connection, draft_id: str) -> Draft:
    """The draft, held until the transaction ends. Raises NotFound."""
    return _one(tx.execute(
        select(t.workflow_drafts).where(d.id == draft_id).with_for_update()
    ).one_or_none())


def page(
    tx: Connection, most: int, *, after: str = "", key: str | None = None,
    state: DraftState | None = None, live: bool = False,
) -> list[DraftLine]:
    """Without their documents, the newest first; *after*: the id of the last one seen. *live*:
    only those on their way."""
    query = select(*LINE).order_by(d.id.desc()).limit(most)
    if after:
        query = query.where(d.id < after)
    if key is not None:
        query = query.where(d.key == key)
    if state is not None:
        query = query.where(d.state == state.value)
    if live:
        query = query.where(d.state.in_([one.value for one in LIVE]))
    return [DraftLine(**_known(row)) for row in tx.execute(query)]


def lines(tx: Connection, draft_ids: Sequence[str]) -> dict[str, DraftLine]:
    """These drafts, without their documents, by id."""
    if not draft_ids:
        return {}
    rows = tx.execute(select(*LINE).where(d.id.in_(draft_ids)))
    return {row.id: DraftLine(**_known(row)) for row in rows}


def say(tx: Connection, approval_id: str, draft_id: str, approval: Approval) -> None:
    """Keep what somebody said of a revision; who spoke before of the same one has changed their
    mind."""
    kind = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    row = {
        **asdict(approval), "id": approval_id, "draft_id": draft_id,
        "verdict": approval.verdict.value,
    }
    tx.execute(kind(t.workflow_approvals).values(row).on_conflict_do_update(
        index_elements=["draft_id", "revision", "approver"],
        set_={"verdict": row["verdict"], "note": approval.note, "at": approval.at},
    ))


def said_of(tx: Connection, draft_id: str) -> list[Approval]:
    """All that was said of a draft at any revision, oldest first."""
    return _approvals(tx, [draft_id]).get(draft_id, [])


def said_of_all(tx: Connection, draft_ids: Sequence[str]) -> dict[str, list[Approval]]:
    """The same of several, by draft."""
    return _approvals(tx, draft_ids) if draft_ids else {}


def _approvals(tx: Connection, draft_ids: Sequence[str]) -> dict[str, list[Approval]]:
    rows = tx.execute(
        select(t.workflow_approvals).where(a.draft_id.in_(draft_ids)).order_by(a.at, a.id)
    )
    found: dict[str, list[Approval]] = {}
    for r in rows:
        found.setdefault(r.draft_id, []).append(
            Approval(r.revision, r.hash, r.approver, Verdict(r.verdict), r.note, r.at)
        )
    return found


def _row(draft: Draft) -> dict[str, object]:
    return {
        **asdict(draft), "document": dict(draft.document), "authors": list(draft.authors),
        "state": draft.state.value,
    }


def _one(row: Row[Any] | None) -> Draft:
    if row is None:
        raise NotFound("draft")
    return Draft(**_known(row))


def _known(row: Row[Any]) -> dict[str, Any]:
    kept = dict(row._mapping)
    return {**kept, "state": DraftState(kept["state"]), "authors": tuple(kept["authors"])}
