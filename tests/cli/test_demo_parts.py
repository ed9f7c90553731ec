"""The demo's people, folder, ports and processes, each by itself."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import stat
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from inthread.cli.demo.daylight import seconds_ahead, set_clock
from inthread.cli.demo.family import Family
from inthread.cli.demo.house import NAMES, build, free_ports, lived_in
from inthread.cli.demo.people import examples
from inthread.cli.parts import Stop
from inthread.domain.intake import Asked
from inthread.domain.intake_reader import TriggerReader
from inthread.settings import read_settings
from tests.architecture.tree import ROOT
from tests.build import shipped_workflows

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
EVERY_HOUR = [NOON + timedelta(hours=n, days=30 * n) for n in range(24)]


@pytest.mark.parametrize("real", EVERY_HOUR, ids=str)
def test_it_is_day_for_everyone_whenever_the_demo_starts(real: datetime) -> None:
    """Two hours and more before the contact hours of the shipped workflows end, on any day."""
    now = real + timedelta(seconds=seconds_ahead(real))
    assert now - real <= timedelta(hours=26)
    for each in examples(now):
        zone = ZoneInfo(str(each.account["zone"]))
        cadence = shipped_workflows()[str(each.trigger["workflow"])].cadence
        local, later = now.astimezone(zone), (now + timedelta(hours=2)).astimezone(zone)
        assert cadence.opens <= local.time()
        assert later.time() < cadence.closes
        assert local.date() == later.date()


def test_the_people_are_those_of_the_docs() -> None:
    everyone = examples(NOON)
    assert [(e.name, e.trigger["workflow"], e.account.get("balance_minor")) for e in everyone] == [
        ("Maya Okafor", "overdue_invoice", 18420), ("Jonas Weber", "overdue_invoice", 124000),
        ("Amira Saleh", "document_refresh", None), ("Ruth Kim", "overdue_invoice", 31075),
        ("Lena Fischer", "overdue_invoice", 9600),
    ]


def test_every_example_is_a_trigger_that_intake_reads() -> None:
    channels = frozenset({"sms", "whatsapp", "email", "voice"})
    reader = TriggerReader(shipped_workflows(), channels, NOON, False, None)
    for each in examples(NOON):
        asked = reader.read(dict(each.trigger))
        assert isinstance(asked, Asked), asked
        assert asked.person.reference == each.account["reference"]


# --- where it lives --------------------------------------------------------------------------


def test_a_house_has_keys_of_its_own_and_keeps_them(tmp_path: Path) -> None:
    one = build(tmp_path / "demo", ROOT, first_port=18400, keep=False)
    kept = build(tmp_path / "demo", ROOT, first_port=18400, keep=True)
    anew = build(tmp_path / "demo", ROOT, first_port=18400, keep=False)
    secret = [n for n in one.settings if n.endswith(("KEYS", "KEY", "SECRET", "PASSWORD"))]
    assert sorted(secret) == [
        "INTHREAD_BLOB_KEYS", "INTHREAD_CONNECTOR_SECRET", "INTHREAD_KEYS", "INTHREAD_PAYMENTS_KEY",
        "INTHREAD_PAYMENTS_SECRET", "INTHREAD_PHONE_KEY", "INTHREAD_SIGNER_PASSWORD",
    ]
    assert [n for n in secret if one.settings[n] != kept.settings[n]] == []
    assert [n for n in secret if one.settings[n] == anew.settings[n]] == []
    settings = read_settings(one.env())
    assert (settings.mode, settings.origin) == ("sandbox", f"http://localhost:{one.ports['web']}")


def test_its_time_goes_on_where_it_stood(tmp_path: Path) -> None:
    house = build(tmp_path / "demo", ROOT, first_port=18400, keep=False)
    file = Path(house.settings["INTHREAD_CLOCK"])
    assert file == tmp_path / "demo" / "clock"
    file.write_text("9000000")
    kept = build(tmp_path / "demo", ROOT, first_port=18400, keep=True)
    assert kept.now() - datetime.now(UTC) > timedelta(seconds=8_999_990)
    build(tmp_path / "demo", ROOT, first_port=18400, keep=False)
    assert int(file.read_text()) <= 26 * 3600
    set_clock(tmp_path / "demo", datetime(2026, 11, 21, 23, tzinfo=UTC), keep=False)
    assert int(file.read_text()) == 18 * 3600 + 1


def test_its_settings_are_nobody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("INTHREAD_MODE", "SANDBOX_FORGETFUL", "GRANIAN_PORT", "FLASK_DEBUG"):
        monkeypatch.setenv(name, "somebody's")
    env = build(tmp_path / "demo", ROOT, first_port=18400, keep=False).env({"MORE": "1"})
    assert (env["INTHREAD_MODE"], env["MORE"]) == ("sandbox", "1")
    assert {"SANDBOX_FORGETFUL", "GRANIAN_PORT", "FLASK_DEBUG"} & set(env) == set()
    file = tmp_path / "demo" / "settings.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    read = dict(line.split("=", 1) for line in shlex.split(file.read_text()))
    assert read == {n: v for n, v in env.items() if n.startswith("INTHREAD_")}


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(Stop, match="holds other things"):
        build(tmp_path, ROOT, first_port=18400, keep=False)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_one_demo_a_folder(tmp_path: Path) -> None:
    with lived_in(tmp_path / "demo"):
        with pytest.raises(Stop, match="A demo is running in"), lived_in(tmp_path / "demo"):
            pass
        with lived_in(tmp_path / "other"):
            pass
    with lived_in(tmp_path / "demo"):
        pass


def test_a_port_that_is_taken_is_replaced() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        first = int(taken.getsockname()[1]) - 1
        ports = free_ports(first)
    assert list(ports) == list(NAMES)
    assert ports["office"] != first + 1
    assert len(set(ports.values())) == 4


# --- its processes ---------------------------------------------------------------------------

STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_child_that_will_not_end_is_ended_with_its_children(tmp_path: Path) -> None:
    family = Family(tmp_path, patience=0.5)
    child = family.start("stubborn", [sys.executable, "-c", STUBBORN], os.environ, tmp_path)
    until = time.monotonic() + 20
    while not child.log.read_text().strip() and time.monotonic() < until:
        time.sleep(0.05)
    grandchild = int(child.log.read_text())
    assert _alive(grandchild)
    family.end()
    until = time.monotonic() + 5
    while _alive(grandchild) and time.monotonic() < until:
        time.sleep(0.05)
    assert (child.process.returncode, _alive(grandchild)) == (-signal.SIGKILL, False)


def test_a_child_that_ends_by_itself_is_told_of_with_its_last_words(tmp_path: Path) -> None:
    family = Family(tmp_path)
    program = "import sys; print('the last words'); sys.exit(7)"
    child = family.start("short", [sys.executable, "-c", program], os.environ, tmp_path)
    child.process.wait(20)
    with pytest.raises(Stop) as stop:
        family.demand_alive()
    family.end()
    assert str(stop.value) == (
        "short ended by itself (status 7). The last it said:\n  the last words"
    )
