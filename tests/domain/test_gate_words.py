"""Each reason of the gate has words for staff."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from inthread.domain import gate, hours
from inthread.domain.gate import Gate
from inthread.domain.gate_words import in_words, reason_words, reasons_words

_AT = datetime(2026, 1, 6, 13, 5, tzinfo=UTC)


def test_every_reason_of_the_gate_is_said() -> None:
    source = Path(gate.__file__).read_text(encoding="utf-8")
    reasons = set(re.findall(r'Finding\("([a-z_]+)"', source)) | {
        hours.OUTSIDE_HOURS, hours.OUTSIDE_WORKFLOW_HOURS, hours.HOLIDAY,
        hours.STATED_INCONVENIENT, hours.NO_PLACE,
    }
    assert "paused" in reasons
    assert [r for r in reasons if reason_words(r) == r.replace("_", " ")] == []


def test_a_state_and_what_nobody_foresaw() -> None:
    assert reason_words("case_resolved") == "the case is resolved"
    assert reason_words("unheard: TimeoutError") == "unheard: TimeoutError"
    assert reasons_words(["paused", "opted_out"]) == (
        "the case is paused; they asked for no more messages, on any channel"
    )


def test_when_to_try_again() -> None:
    assert in_words(Gate(("paused",), _AT)) == (
        "cannot be written to now: the case is paused. Try again from 06 Jan 2026, 13:05 UTC"
    )
    assert in_words(Gate(("unreachable",))) == (
        "cannot be written to now: nothing arrives at this contact point"
    )
