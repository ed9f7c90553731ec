"""Finding: one thing that looking at a policy, without any case, shows about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from inthread.domain.facts import FactValue
from inthread.domain.unary import print_value

Severity = Literal["error", "warning", "note"]
Kind = Literal[
    "unreachable", "overlap", "gap", "terms", "identity", "no_wording", "never_offered",
    "nothing_offered", "too_complex",
]


@dataclass(frozen=True)
class Finding:
    """An error keeps a draft from being submitted, a warning is to be looked at, a note says how a
    table reads. `action` is empty for what concerns the workflow as a whole, or its referral.
    `rows` count from 0, the one it is about first; `says` is a sentence for people and counts
    rows from 1. `example` is an input that shows it; an input it does not name is missing."""

    severity: Severity
    kind: Kind
    action: str
    rows: tuple[int, ...]
    says: str
    example: Mapping[str, FactValue] | None = None

    def __str__(self) -> str:
        """One line: how grave, of which table, the sentence, the example as cells write it."""
        where = self.action or "workflow"
        shown = ", ".join(f"{n} {print_value(v)}" for n, v in (self.example or {}).items())
        return f"{self.severity}: {where}: {self.says}{f' For example: {shown}.' if shown else ''}"
