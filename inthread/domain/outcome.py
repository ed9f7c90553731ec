"""An Outcome: what was settled, recorded once, never changed. A correction is a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from inthread.domain.audit import stamp
from inthread.domain.canonical import exact_json
from inthread.domain.money import Money


@dataclass(frozen=True)
class Outcome:
    """`amount`: money by which what is owed goes down. `completes`: the case is done with it."""

    id: str
    case_id: str
    attempt: int
    action: str
    kind: str
    values: Mapping[str, object]
    amount: Money | None
    completes: bool
    at: datetime
    lines: tuple[tuple[str, object], ...] = ()
    evidence: Mapping[str, object] | None = None

    @property
    def record(self) -> dict[str, object]:
        """All that shows what was settled, as JSON."""
        return {
            "id": self.id, "case": self.case_id, "attempt": self.attempt, "action": self.action,
            "kind": self.kind, "values": self.values, "lines": self.lines,
            "amount": self.amount.as_json() if self.amount else None, "completes": self.completes,
            "at": stamp(self.at), "evidence": self.evidence,
        }

    @property
    def digest(self) -> str:
        """SHA-256 in hex of the record as canonical JSON: the audit has it, so that nobody changes
        what was agreed to unseen (security R4.12)."""
        return sha256(exact_json(self.record).encode()).hexdigest()
