"""The evidence file of an outcome: one at most, made once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from inthread.store import tables as t

KIND = "evidence"
d = t.documents.c


@dataclass(frozen=True)
class EvidenceFile:
    """`digest`: SHA-256 in hex of the signed file, its name in the vault."""

    id: str
    case_id: str
    outcome_id: str
    digest: str
    name: str
    size: int
    at: datetime


def add(tx: Connection, file: EvidenceFile) -> None:
    """Nobody sent it, so nobody looks for malware in it."""
    tx.execute(insert(t.documents), {
        "id": file.id, "case_id": file.case_id, "outcome_id": file.outcome_id,
        "digest": file.digest, "name": file.name, "media_type": "application/pdf",
        "size": file.size, "pages": 1, "at": file.at, "kind": KIND, "state": "clean",
        "checked_at": file.at, "found": None,
    })


def of_outcome(tx: Connection, outcome_id: str) -> EvidenceFile | None:
    row = tx.execute(
        select(t.documents).where(d.outcome_id == outcome_id, d.kind == KIND).limit(1)
    ).one_or_none()
    if row is None:
        return None
    return EvidenceFile(
        row.id, row.case_id, row.outcome_id, row.digest, row.name, row.size, row.at
    )
