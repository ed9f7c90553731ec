"""When a system of record is called, by what is known of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from inthread.domain.breaker import PAUSED_LOOK, TRY_EVERY, ConnectorState

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
KNOWN = ConnectorState("billing")


def test_one_that_answers_is_called_at_once() -> None:
    assert (KNOWN.name, KNOWN.call_at(NOW)) == ("answering", NOW)
    missed = replace(KNOWN, failures=4)
    assert (missed.name, missed.call_at(NOW)) == ("answering", NOW)


def test_a_silent_one_is_called_once_a_minute() -> None:
    silent = replace(KNOWN, failures=5, silent_since=NOW, tried_at=NOW)
    assert silent.name == "silent"
    assert silent.call_at(NOW + timedelta(seconds=59)) == NOW + TRY_EVERY
    assert silent.call_at(NOW + TRY_EVERY) == NOW + TRY_EVERY


def test_a_paused_one_is_not_called_whatever_else_it_is() -> None:
    paused = replace(KNOWN, paused_at=NOW, silent_since=NOW)
    assert (paused.name, paused.call_at(NOW)) == ("paused", NOW + PAUSED_LOOK)
