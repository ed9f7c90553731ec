"""What the bench of contact stands on: its floor, its clock, and how it knows a rate was held."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench import crowd
from inthread.clock import AheadClock
from inthread.runtime import utc_now


def test_the_floor_sends_each_once(tmp_path: Path) -> None:
    with crowd.twilio(tmp_path / "twilio") as peer:
        command = [
            sys.executable, "-m", "bench.floor_contact", "--peer", peer.url, "--first", "5",
            "--many", "40",
        ]
        done = subprocess.run(
            command, input=f"{time.time()}\n", capture_output=True, text=True, timeout=60,
            check=True,
        )
        handed = peer.handed()
    ready, said = done.stdout.splitlines()
    assert (ready, json.loads(said)["cpu"] > 0) == ("ready", True)
    assert sorted((h.to, h.message) for h in handed) == sorted(
        (crowd.number(n), str(n)) for n in range(5, 45)
    )
    assert [h.at for h in handed] == sorted(h.at for h in handed)


def test_it_is_noon_on_a_wednesday(tmp_path: Path) -> None:
    clock = crowd.noon(tmp_path)
    now = AheadClock(clock.file, utc_now)()
    there = now.astimezone(ZoneInfo("America/New_York"))
    assert (there.weekday(), there.hour * 60 + there.minute in (719, 720, 721)) == (2, True)
    assert abs(clock.truly(now) - datetime.now(UTC).timestamp()) < 5


@pytest.mark.parametrize(("at", "beyond"), [
    ([], 0),
    ([0.0] * 5, 0),  # the burst
    ([0.0] * 6, 1),
    ([0.0] * 5 + [0.1, 0.2, 0.3], 0),
    ([0.0] * 5 + [0.1, 0.1], 1),
    ([n / 20 for n in range(40)], 16),  # twice the rate for two seconds
    ([0.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0], 1),  # rest saves up no more than the burst
])
def test_what_passes_the_rate_is_seen(at: list[float], beyond: int) -> None:
    assert crowd.beyond(at, 10, 5, 0) == beyond
    assert crowd.beyond(at, 10, 4, 1) == beyond


def test_numbers_differ_and_few_share_a_prefix() -> None:
    numbers = [crowd.number(n) for n in range(10_000)]
    prefixes = [number[:-4] for number in numbers]
    assert len(set(numbers)) == 10_000
    assert max(prefixes.count(prefix) for prefix in set(prefixes)) <= 15
