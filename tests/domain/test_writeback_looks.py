"""When a writeback of which nothing was heard is looked at again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from inthread.domain.writeback import Writeback, WritebackState

NOW = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
VISIBLE = timedelta(seconds=120)


def test_what_was_lost_is_sent_again_within_three_minutes() -> None:
    """A worker that died between `unknown` and the call costs the time a write may take to show,
    and not the long waits of a refused one."""
    called = Writeback("wb", "case", "out", "billing", "payments", {"a": 1}, ("a",)).calling(
        NOW, timedelta(days=1)
    )
    at, lost = NOW, called
    while lost.state is WritebackState.UNKNOWN:
        again = lost.next_at(at)
        assert again is not None
        at, lost = again, lost.looking().seen(None, again, VISIBLE)

    assert at - NOW == timedelta(seconds=5 + 30 + 120)
    assert lost.state is WritebackState.DUE
    assert lost.looks == 0
    assert lost.next_at(at) == at + timedelta(seconds=5)
