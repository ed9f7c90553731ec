"""What `inthread doctor` says of each provider of a channel."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from inthread.domain.shares import Tally
from inthread.runtime import utc_now
from inthread.store import providers
from inthread.store.db import Database
from tests.cli.conftest import Inthread

NAMED = """
[providers.sim_sms]
price = "0.50"
daily_spend = "1.00"
"""


def _said(inthread: Inthread) -> list[str]:
    lines = inthread("doctor").out.splitlines()
    return [line.removeprefix("provider    ") for line in lines if line.startswith("provider ")]


def test_each_provider_has_a_line(
    inthread: Inthread, migrated: Database, settings: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "providers.toml"
    file.write_text(NAMED)
    settings["INTHREAD_PROVIDERS"] = str(file)
    now = utc_now()
    with migrated.begin() as tx:
        providers.record(tx, {("sim_sms", providers.minute_of(now)): Tally(18, 1, 2)})
        for day in (now.date(), now.date() + timedelta(days=1)):  # midnight may be near
            assert providers.add_spend(tx, "sim_sms", day.isoformat(), 500_000, 1_000_000)
    said = _said(inthread)
    assert "ok     sim_email: 100 % of email" in said
    assert "ok     sim_sms: 100 % of sms, 3 of 21 failed or slow in 15 min, 0.50 of 1.00 USD " \
           "spent today" in said


@pytest.mark.usefixtures("migrated")
def test_what_is_wrong_with_the_file_is_said(
    inthread: Inthread, settings: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "providers.toml"
    settings["INTHREAD_PROVIDERS"] = str(file)
    assert _said(inthread) == [f"wrong  INTHREAD_PROVIDERS: there is no file {file}"]
    file.write_text("[providers.sim_smms]")
    [line] = _said(inthread)
    assert line.startswith(f"wrong  {file}: providers.sim_smms: is no provider of this install")
    file.write_text("weight: 70")
    [line] = _said(inthread)
    assert line.startswith(f"wrong  {file}: is not TOML: ")
