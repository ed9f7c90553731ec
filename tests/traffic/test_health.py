"""A provider that fails loses its messages to the others, and gets them back."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from structlog.testing import capture_logs

from inthread.domain.routing import Guards, ProviderTerms
from inthread.store import tables as t
from inthread.store.db import Database
from inthread.traffic import Traffic
from tests.clock import MONDAY, Clock
from tests.statements import ending_connections_at, said_to
from tests.traffic.parts import PHONE, a_traffic

SOON, LATE = timedelta(milliseconds=80), timedelta(seconds=6)
MINUTE = int(MONDAY.timestamp()) // 60


def _send(traffic: Traffic, *, failing: str) -> str:
    provider = traffic.permit("sms", PHONE).provider
    assert provider is not None
    traffic.record(provider, provider != failing, SOON)
    return provider


def _rows(db: Database) -> list[tuple[object, ...]]:
    with db.read() as tx:
        return [tuple(r) for r in tx.execute(select(t.provider_minutes).order_by("provider"))]


def test_five_failures_in_a_row_leave_a_provider_out_at_once(db: Database) -> None:
    clock = Clock()
    traffic = a_traffic(db, clock)
    assert [_send(traffic, failing="a") for _ in range(7)] == ["a"] * 5 + ["b"] * 2
    clock.tick(seconds=30)
    assert [_send(traffic, failing="a") for _ in range(2)] == ["a", "b"]
    clock.tick(seconds=30)
    assert [_send(traffic, failing="") for _ in range(2)] == ["a", "a"]


def test_when_all_are_left_out_all_are_asked(db: Database) -> None:
    traffic = a_traffic(db, Clock())
    for provider in ("a", "b") * 5:
        traffic.record(provider, False, SOON)
    assert traffic.permit("sms", PHONE).provider == "a"


def test_what_one_process_saw_moves_the_shares_of_another(db: Database) -> None:
    """Every other send of a fails, never five in a row: after its first minute a has 40 points of
    100, and 50 again 65 minutes later, when it has been quiet for long."""
    clock = Clock(MONDAY + timedelta(seconds=30))
    seen = a_traffic(db, clock)
    other = a_traffic(db, clock, draw=lambda most: 44)
    carried = []
    for minute in range(80):
        for n in range(20 if minute < 30 else 0):
            seen.record("a", n % 2 == 0, SOON)
            seen.record("b", True, SOON)
        seen.flush()
        carried.append(other.permit("sms", PHONE).provider)
        clock.tick(minutes=1)
    assert carried == ["a"] + ["b"] * 64 + ["a"] * 15


def test_counts_are_kept_in_memory_for_a_second_and_each_send_once(db: Database) -> None:
    clock = Clock(MONDAY + timedelta(seconds=10))
    traffic = a_traffic(db, clock)
    traffic.record("a", True, SOON)
    assert _rows(db) == [("a", MINUTE, 1, 0, 0)]
    with said_to(db) as said:
        traffic.record("a", True, LATE)
        traffic.record("a", False, SOON)
        traffic.record("b", True, SOON)
    assert said.statements == []
    traffic.flush()
    clock.tick(seconds=1)
    traffic.record("b", True, timedelta(seconds=5))
    assert _rows(db) == [("a", MINUTE, 1, 1, 1), ("b", MINUTE, 2, 0, 0)]


def test_an_answer_is_slow_by_its_provider_s_own_measure(db: Database) -> None:
    patient = ProviderTerms(slow=timedelta(seconds=10))
    traffic = a_traffic(db, Clock(), a=patient)
    traffic.record("a", True, LATE)
    assert _rows(db) == [("a", MINUTE, 1, 0, 0)]


def test_counts_outlast_a_database_that_is_away(db: Database) -> None:
    traffic = a_traffic(db, Clock())
    with ending_connections_at(db, "INSERT INTO provider_minutes"), capture_logs() as logs:
        traffic.record("a", True, SOON)
    assert [(each["event"], each["sends"]) for each in logs] == [("traffic.not_written", 1)]
    traffic.flush()
    assert _rows(db) == [("a", MINUTE, 1, 0, 0)]


def test_what_nobody_asks_about_any_more_is_dropped_once_an_hour(db: Database) -> None:
    clock = Clock()
    traffic = a_traffic(db, clock, guards=Guards(per_prefix_hour=9))
    _send(traffic, failing="")
    clock.tick(days=2, hours=1)
    _send(traffic, failing="")
    with db.read() as tx:
        counted = tx.execute(select(t.counters)).all()
    assert [row.window for row in counted] == [MINUTE // 60 + 49]
    assert [row[1] for row in _rows(db)] == [MINUTE + 49 * 60]
