"""The sandbox's time follows its file forward and never back."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from inthread import clock
from inthread.clock import AheadClock
from tests.clock import MONDAY, Clock

WEEK = timedelta(days=7)


def moved(file: Path, seconds: object) -> None:
    """As the phone does it: replaced as a whole."""
    new = file.with_suffix(".new")
    new.write_text(f"{seconds}\n")
    new.replace(file)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Holds 0, and is looked at each time."""
    monkeypatch.setattr(clock, "LOOK_EVERY", 0.0)
    path = tmp_path / "clock"
    moved(path, 0)
    return path


def test_time_is_ahead_by_what_the_file_says(file: Path) -> None:
    now = AheadClock(file, Clock())
    assert now() == MONDAY
    moved(file, 3600)
    assert now() == MONDAY + timedelta(hours=1)


@pytest.mark.parametrize("later", ["0", "", "-5", "soon", "1.5", "9" * 11, None])
def test_time_never_goes_back(file: Path, later: str | None) -> None:
    moved(file, int(WEEK.total_seconds()))
    now = AheadClock(file, Clock())
    if later is None:
        file.unlink()
    else:
        moved(file, later)
    assert now() == MONDAY + WEEK


def test_the_file_is_looked_at_a_few_times_a_second_at_most(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "LOOK_EVERY", 3600.0)
    now = AheadClock(file, Clock())
    moved(file, 3600)
    assert now() == MONDAY


def test_time_goes_forward_in_every_thread_while_the_file_moves(file: Path) -> None:
    now, back = AheadClock(file, Clock()), []

    def look() -> None:
        last = now()
        while last < MONDAY + timedelta(seconds=100):
            seen = now()
            if seen < last:
                back.append((last, seen))
            last = seen

    threads = [threading.Thread(target=look) for _ in range(4)]
    for each in threads:
        each.start()
    for second in range(101):
        moved(file, second)
    for each in threads:
        each.join()
    assert back == []


@pytest.mark.parametrize("holds", ["", "-1", "1.5", "an hour", "315360001"])
def test_a_file_that_holds_no_number_is_refused(file: Path, holds: str) -> None:
    file.write_text(holds)
    with pytest.raises(ValueError, match="holds no whole number of seconds"):
        AheadClock(file, Clock())


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        AheadClock(tmp_path / "none", Clock())


def test_the_product_goes_by_the_file_that_the_setting_names(file: Path) -> None:
    from app import time_of
    from inthread.runtime import utc_now
    from inthread.settings import Settings

    moved(file, int(WEEK.total_seconds()))
    ahead = time_of(Settings(clock=str(file)))() - utc_now()
    assert abs(ahead - WEEK) < timedelta(minutes=1)
    assert time_of(Settings()) is utc_now
    assert isinstance(utc_now(), datetime)
