"""Hundreds fall due at one instant: two workers hand them to the local Twilio, one is killed
half-way, and the rate holds."""

from __future__ import annotations

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
    sums = contact.Sums()
    here = Here("here", True, tmp_path, url=bare_db_url)
    contact.hand_over(here, MANY, sums, kill=True, per_second=PER_SECOND)
    assert (sums.twice, sums.lost, sums.beyond) == (0, 0, 0)
    # What the killed worker had in its hands may have left, and is not sent again.
    assert sums.unsure <= HANDS["contact"]
