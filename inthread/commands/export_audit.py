"""Take a part of the audit out of the house; that it was taken is itself recorded."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, Recorded, stamp
from inthread.domain.canonical import canonical_json
from inthread.domain.csv_cells import safe_cell
from inthread.domain.refusals import BadInput, Problem
from inthread.runtime import Runtime
from inthread.store import audit, audit_lists
from inthread.store.audit_lists import Wanted

MOST = 100_000
FORMS = ("csv", "jsonl")
COLUMNS = ("at", "subject", "n", "actor", "event", "detail", "prev", "hash")


def export_audit(
    rt: Runtime, *, actor: Actor, wanted: Wanted, form: str = "csv", most: int = MOST
) -> Iterator[str]:
    """The events as CSV (RFC 4180, no cell a formula) or as one JSON object a line, the newest
    first, at most *most*. Recorded before the first line leaves. Raises Forbidden, BadInput."""
    actor.require("audit:read")
    if form not in FORMS:
        raise BadInput([Problem("/form", f"use one of {', '.join(FORMS)}")])
    now = rt.now()
    with rt.db.begin() as tx:
        audit.append_unheld(
            tx, now, actor, f"export:{actor}", AuditEvent.AUDIT_EXPORTED,
            **_asked(wanted), form=form,
        )
    return _lines(rt, wanted, form, min(most, MOST))


def _asked(wanted: Wanted) -> Mapping[str, object]:
    return {
        "about": wanted.subject, "by": wanted.actor, "of": wanted.event,
        "since": _text(wanted.since), "until": _text(wanted.until),
    }


def _text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _lines(rt: Runtime, wanted: Wanted, form: str, most: int) -> Iterator[str]:
    if form == "csv":
        yield _row(COLUMNS)
    with rt.db.read() as tx:
        for event in audit_lists.through(tx, wanted, most):
            kept = _kept(event)
            yield _row(kept.values()) if form == "csv" else f"{canonical_json(kept)}\n"


def _kept(e: Recorded) -> dict[str, object]:
    return {
        "at": stamp(e.at), "subject": e.subject, "n": e.n, "actor": e.actor, "event": e.event,
        "detail": dict(e.detail), "prev": e.prev, "hash": e.hash,
    }


def _row(values: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([
        safe_cell(canonical_json(v) if isinstance(v, dict) else str(v)) for v in values
    ])
    return out.getvalue()
