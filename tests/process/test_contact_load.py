"""Hundreds fall due at one instant: two workers hand them to the local Twilio, one is killed at a
random point, and the rate holds."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from pathlib import Path

from bench import contact
from bench.context import Context
from inthread.worker import HANDS

MANY, PER_SECOND = 240, 40


@dataclass(frozen=True)
class Here(Context):
    """On the database of this test."""

    url: str = ""

    def new_database(self, name: str) -> str:
        return self.url


def test_each_is_handed_over_once_though_a_worker_is_killed_and_the_rate_holds(
    bare_db_url: str, tmp_path: Path
) -> None:
    seed = int(os.environ.get("INTHREAD_TEST_SEED", "0")) or random.randrange(1, 10**9)
    print(f"INTHREAD_TEST_SEED={seed}")
    sums, here = contact.Sums(), Here("here", True, tmp_path, url=bare_db_url)
    share = random.Random(seed).uniform(0.05, 0.95)
    contact.hand_over(here, MANY, sums, kill_at=share, per_second=PER_SECOND)
    assert (sums.twice, sums.lost, sums.beyond) == (0, 0, 0)
    # What the killed worker had in its hands may have left, and is not sent again.
    assert sums.arrived <= sums.unsure <= HANDS["contact"]
