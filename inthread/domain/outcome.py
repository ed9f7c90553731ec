"""An Outcome: what was settled, recorded once, never changed. A correction is a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

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
