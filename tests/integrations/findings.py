"""What the conformance kit found."""

from __future__ import annotations

from collections.abc import Sequence

from inthread.testing import Finding


def failed(findings: Sequence[Finding]) -> list[str]:
    assert len(findings) > 3
    return [finding.name for finding in findings if not finding.passed]
