"""The sandbox's time: moved by one, followed by all; what is on its way then stays good."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from standardwebhooks.webhooks import Webhook

from sandbox.clock import IN_FLIGHT, Clock, Still
from tests.sandbox.processes import SECRET, running

DAY = 86400


def test_time_moves_forward_for_all_and_never_back(tmp_path: Path) -> None:
    mine, theirs = Clock(tmp_path / "clock"), Clock(tmp_path / "clock")
    assert (mine.ahead(), theirs.ahead()) == (0, 0)
    mine.forward(DAY)
    assert DAY <= theirs.ahead() <= DAY + 1
    before = mine.ahead()
    mine.forward(-DAY)
    mine.forward_to(time.time())
    (tmp_path / "clock").write_text("5")
    assert (mine.ahead(), theirs.ahead()) == (before, before)
    mine.forward(1)
    assert int((tmp_path / "clock").read_text()) > before


def test_time_moves_at_least_to_what_was_wanted(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    wanted = time.time() + 1000.4
    clock.forward_to(wanted)
    assert wanted <= clock.now() < wanted + 3


def test_without_a_file_time_stands_with_the_machine() -> None:
    clock = Clock()
    assert not clock.moves
    with pytest.raises(Still):
        clock.forward(1)
    assert abs(clock.now() - time.time()) < 1


def test_what_was_signed_before_a_move_is_good_for_a_moment_only(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = Clock(file)
    signed = clock.now()
    clock.forward(DAY)
    assert clock.close_to(signed, 300)
    assert not clock.close_to(signed - 301, 300)
    assert not clock.close_to(clock.now() + 302, 300)
    long_ago = time.time() - IN_FLIGHT - 1
    os.utime(file, (long_ago, long_ago))
    assert not clock.close_to(signed, 300)
    assert clock.close_to(clock.now() - 299, 300)


@pytest.fixture(scope="module")
def signed_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Clock]]:
    store = tmp_path_factory.mktemp("signed")
    with running("office", store, environment={"SANDBOX_CLOCK": str(store / "clock")}) as url:
        yield url, Clock(store / "clock")


def write(url: str, key: str, at: float, secret: str = SECRET) -> int:
    body = json.dumps({"id": key, "amount_minor": 100, "currency": "USD"})
    when = datetime.fromtimestamp(at, UTC)
    headers = {
        "Idempotency-Key": key, "webhook-id": key, "webhook-timestamp": str(int(at)),
        "webhook-signature": Webhook(secret).sign(key, when, body),
    }
    return requests.post(f"{url}/payments", data=body, headers=headers, timeout=5).status_code


def test_the_office_goes_by_the_moved_time(signed_office: tuple[str, Clock]) -> None:
    url, clock = signed_office
    on_its_way = clock.now()
    clock.forward(30 * DAY)
    assert write(url, "wb_moved", clock.now()) == 201
    assert write(url, "wb_on_its_way", on_its_way) == 201
    assert write(url, "wb_old", on_its_way - 400) == 401
    assert write(url, "wb_future", clock.now() + 400) == 401
    other = "whsec_" + "b3RoZXIgc2VjcmV0IG9mIHRoZSB0ZXN0cywgMzIh"
    assert write(url, "wb_other", clock.now(), other) == 401
    effects = requests.get(f"{url}/effects", timeout=5).json()["effects"]
    assert [each["key"] for each in effects] == ["wb_moved", "wb_on_its_way"]
    assert abs(datetime.fromisoformat(effects[0]["at"]).timestamp() - clock.now()) < 60
