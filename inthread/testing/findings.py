"""What a check saw, and the notebook it is written into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """One promise of the SPI, whether it was kept, and what was seen (plain text, for people)."""

    name: str
    passed: bool
    seen: str


class Notebook:
    """Collects findings. A check that raises is a finding too, never the end of the run."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def note(self, name: str, passed: bool, seen: object) -> None:
        self.findings.append(Finding(name, passed, str(seen)))

    def equal(self, name: str, expected: object, actual: object) -> None:
        self.note(name, expected == actual, f"{actual!r}, expected {expected!r}")

    def attempt(self, name: str, call: Callable[[], T]) -> T | None:
        """What `call` gave; None and a failed finding when it raised."""
        try:
            return call()
        except Exception as trouble:  # noqa: BLE001 - whatever a plugin raises is what was seen
            self.note(name, False, f"raised {type(trouble).__name__}: {trouble}")
            return None

    def raises(self, name: str, kind: type[Exception], call: Callable[[], object]) -> None:
        """Passes when `call` raises `kind` and nothing else."""
        try:
            given = call()
        except kind as trouble:
            self.note(name, True, f"{type(trouble).__name__}: {trouble}")
        except Exception as trouble:  # noqa: BLE001 - another exception is the finding
            self.note(name, False, f"raised {type(trouble).__name__}: {trouble}")
        else:
            self.note(name, False, f"gave {given!r}")
