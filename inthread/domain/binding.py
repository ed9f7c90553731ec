"""A binding: the connector and operation that prove an action, and whether it was ever tested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class BindingTest:
    """The last look for an id that nobody ever wrote. `trouble`: what went wrong; None when the
    other side said that it is not there, as it has to."""

    connector: str
    operation: str
    tested_at: datetime
    tested_by: str
    trouble: str | None

    @property
    def passed(self) -> bool:
        return self.trouble is None


@dataclass(frozen=True)
class Binding:
    """`actions`: those of the workflow that are proved through it. `proved`: a writeback was proved
    through it, so it works whatever the last test said."""

    connector: str
    operation: str
    actions: tuple[str, ...]
    configured: bool
    test: BindingTest | None
    proved: bool

    @property
    def trouble(self) -> str | None:
        """Why no draft may rely on it, and what to do; None when one may."""
        if not self.configured:
            return "is not configured: name one that is"
        if self.proved or (self.test is not None and self.test.passed):
            return None
        if self.test is None:
            return "was never tested: test it"
        return f"did not pass its test ({self.test.trouble}): mend it, and test it again"
