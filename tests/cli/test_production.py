"""Production starts on nothing that belongs to the sandbox or is not safe (R10.3)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from inthread.cli.keys import new_key
from inthread.cli.parts import Stop
from inthread.cli.start import checked_settings
from tests.cli.conftest import Inthread, good_settings


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as environment:
        environment.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def _production(tmp_path: Path) -> dict[str, str]:
    return {
        **good_settings("postgresql+psycopg://db/inthread", tmp_path),
        "INTHREAD_MODE": "production", "INTHREAD_ORIGIN": "https://pay.alder.example",
        "INTHREAD_CONNECTORS": "billing=https://billing.alder.example",
        "INTHREAD_PAYMENTS_API": "", "INTHREAD_PHONE": "", "INTHREAD_BRAND_NAME": "Alder Credit",
        "INTHREAD_BRAND_PHONE": "+44 20 7946 0000", "INTHREAD_BLOB_KEYS": new_key("b1"),
        "INTHREAD_CLAMD": "/run/clamav/clamd.ctl",
    }


@pytest.mark.usefixtures("utc")
def test_r10_3_production_that_is_complete_may_start(tmp_path: Path) -> None:
    assert checked_settings(_production(tmp_path)).production


ONE = new_key("k1")
_KEYS_OF_THEIR_OWN = (
    "INTHREAD_BLOB_KEYS: production seals documents with keys of their own; `inthread keys new` "
    "makes one"
)
UNSAFE = {
    "http": ({"INTHREAD_ORIGIN": "http://pay.alder.example"},
             "INTHREAD_ORIGIN: production needs its own https host"),
    "loopback": ({"INTHREAD_ORIGIN": "https://localhost"},
                 "INTHREAD_ORIGIN: production needs its own https host"),
    "phone": ({"INTHREAD_PHONE": "http://localhost:8403"},
              "INTHREAD_PHONE: production has no simulator; set it to nothing"),
    "payments": ({"INTHREAD_PAYMENTS_API": "http://localhost:8402"},
                 "INTHREAD_PAYMENTS_API: production has no sandbox payments; set it to nothing"),
    "clock": ({"INTHREAD_CLOCK": "var/clock"},
              "INTHREAD_CLOCK: production goes by the real time; set it to nothing"),
    "connector": ({"INTHREAD_CONNECTORS": "billing=http://localhost:8401"},
                  "INTHREAD_CONNECTORS: http://localhost:8401 is a sandbox address; production "
                  "needs https"),
    "no scanner": ({"INTHREAD_CLAMD": ""},
                   "INTHREAD_CLAMD: production keeps no document that nothing looked at"),
    "no blob keys": ({"INTHREAD_BLOB_KEYS": ""}, _KEYS_OF_THEIR_OWN),
    "one key for all": ({"INTHREAD_BLOB_KEYS": ONE, "INTHREAD_KEYS": ONE}, _KEYS_OF_THEIR_OWN),
    "plain bucket": ({"INTHREAD_S3_ENDPOINT": "http://s3.alder.example"},
                     "INTHREAD_S3_ENDPOINT: production needs https"),
    "name": ({"INTHREAD_BRAND_NAME": "Alderway"},
             "INTHREAD_BRAND_NAME: production needs your own name"),
    "number": ({"INTHREAD_BRAND_PHONE": "+1 555 010 0147"},
               "INTHREAD_BRAND_PHONE: production needs your own number"),
    "debug": ({"FLASK_DEBUG": "1"},
              "FLASK_DEBUG: production never runs in debug mode; take it away."),
}


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize("name", UNSAFE)
def test_r10_3_r3_5_production_refuses(tmp_path: Path, name: str) -> None:
    change, sentence = UNSAFE[name]
    with pytest.raises(Stop) as stop:
        checked_settings({**_production(tmp_path), **change})
    assert str(stop.value) == sentence


@pytest.mark.parametrize("zone", ["America/New_York", "Etc/GMT-3"])
def test_r10_3_production_runs_in_utc(
    tmp_path: Path, utc: None, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    with pytest.raises(Stop) as stop:
        checked_settings(_production(tmp_path))
    assert str(stop.value) == "TZ: production runs in UTC; start it with TZ=UTC."


def test_the_sandbox_may_run_anywhere(
    tmp_path: Path, utc: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    env: Mapping[str, str] = good_settings(f"sqlite:///{tmp_path}/x.db", tmp_path)
    assert not checked_settings(env).production


@pytest.mark.parametrize("part", ["office", "payments", "phone"])
def test_r10_3_no_part_of_the_sandbox_starts_in_production(
    inthread: Inthread, settings: dict[str, str], part: str
) -> None:
    settings["INTHREAD_MODE"] = "production"
    said = inthread("sandbox", part)
    assert (said.status, said.err) == (
        1, "INTHREAD_MODE is production: no part of the sandbox is started beside it.\n"
    )
