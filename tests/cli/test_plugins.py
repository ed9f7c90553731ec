"""`inthread plugins check` calls a plugin and says which promises it keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from inthread.cli.keys import new_key
from tests.cli.conftest import Inthread, good_settings
from tests.sandbox.processes import KEY, SECRET, running

WRITEBACK = """
operation = "payments"
must_equal = ["invoice", "amount_minor"]
[fields]
account = "CUST-CHECK"
invoice = "INV-CHECK-{n}"
amount_minor = 100
currency = "USD"
"""
PAY = """
owed_minor = 18420
[terms]
least = "10.00"
most = "100.00"
other = true
[form]
how = "other"
amount = "25.00"
"""


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """No database is looked at."""
    return good_settings("sqlite:////nowhere/inthread.db", tmp_path)


@pytest.fixture
def office(settings: dict[str, str], tmp_path: Path) -> Iterator[str]:
    with running("office", tmp_path / "office") as url:
        settings |= {
            "INTHREAD_CONNECTOR_SECRET": SECRET,
            "INTHREAD_CONNECTORS": f"billing={url},compliance={url}",
        }
        yield url


def _sample(folder: Path, text: str) -> Path:
    path = folder / "sample.toml"
    path.write_text(text)
    return path


def test_a_blob_store(inthread: Inthread, settings: dict[str, str]) -> None:
    said = inthread("plugins", "check", "disk")
    assert (said.status, said.err) == (0, "")
    assert said.out.endswith("\nblob store disk: 8 of 8 promises kept\n"), said.out
    assert [p for p in Path(settings["INTHREAD_BLOBS"]).rglob("*") if p.is_file()] == []


def test_a_mini_app_with_a_sample(inthread: Inthread, tmp_path: Path) -> None:
    said = inthread("plugins", "check", "pay", "--sample", _sample(tmp_path, PAY))
    assert (said.status, said.err) == (0, ""), said.out
    lines = said.out.splitlines()
    assert {line.split()[0] for line in lines[:-2]} == {"kept"}
    assert lines[-1].startswith("mini-app pay: ")


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "'[terms] is missing'"), ('[terms]\nleast = "1.00"\n', "'[terms] lacks most, other'"),
     (PAY.replace('"10.00"', '"ten"'), ""), (PAY.partition("[form]")[0], "'[form] is missing'")],
)
def test_a_sample_that_does_not_fit(
    inthread: Inthread, tmp_path: Path, text: str, why: str
) -> None:
    said = inthread("plugins", "check", "pay", "--sample", _sample(tmp_path, text))
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith(f"The sample does not fit the mini-app pay: {why}")


def test_a_connector_twice_against_the_same_office(
    inthread: Inthread, office: str, tmp_path: Path
) -> None:
    for _ in range(2):
        said = inthread("plugins", "check", "billing", "--sample", _sample(tmp_path, WRITEBACK))
        assert said.status == 0, said.out
    effects = requests.get(f"{office}/effects", timeout=5).json()["effects"]
    assert [e["fields"] for e in effects] == [
        {"account": "CUST-CHECK", "invoice": "INV-CHECK-1", "amount_minor": 100, "currency": "USD"}
    ] * 2


def test_a_connector_that_does_not_show_what_it_was_told(
    inthread: Inthread, office: str, tmp_path: Path
) -> None:
    fault = {"mode": "wrong", "operation": "payments"}
    requests.post(f"{office}/faults", json=fault, timeout=5).raise_for_status()
    said = inthread("plugins", "check", "billing", "--sample", _sample(tmp_path, WRITEBACK))
    assert said.status == 1
    broken = [line for line in said.out.splitlines() if line.startswith("BROKEN")]
    assert len(broken) == 1, said.out
    assert broken[0].startswith("BROKEN  shows what it wrote within visible_after: ")


def test_a_channel(
    inthread: Inthread, settings: dict[str, str], tmp_path: Path
) -> None:
    with running("phone", tmp_path / "phone") as url:
        settings |= {"INTHREAD_PHONE": url, "INTHREAD_PHONE_KEY": KEY}
        said = inthread("plugins", "check", "sim_sms")
    assert said.status == 0, said.out


def test_a_name_that_nobody_has(inthread: Inthread) -> None:
    said = inthread("plugins", "check", "acme_billing")
    assert (said.status, said.err) == (1, (
        "There is no plugin 'acme_billing'. There are: attest, billing, compliance, details, "
        "disk, pay, plan, promise, sandbox_pay, sim_email, sim_sms, sim_voice, sim_whatsapp, "
        "update_card, upload. One of a package is loaded when INTHREAD_PLUGINS names it.\n"
    ))


def test_nothing_is_called_in_production_unless_it_is_meant(
    inthread: Inthread, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    settings |= {
        "INTHREAD_MODE": "production", "INTHREAD_ORIGIN": "https://pay.alder.example",
        "INTHREAD_CONNECTORS": "billing=https://billing.alder.example",
        "INTHREAD_PAYMENTS_API": "", "INTHREAD_PHONE": "", "INTHREAD_BRAND_NAME": "Alder Credit",
        "INTHREAD_BRAND_PHONE": "+44 20 7946 0000", "INTHREAD_BLOB_KEYS": new_key("b1"),
        "INTHREAD_CLAMD": "/run/clamav/clamd.ctl",
    }
    said = inthread("plugins", "check", "billing")
    assert (said.status, said.out, said.err) == (1, "", (
        "This is production, and billing would be called for real. Nothing was called: say "
        "--in-production if that is meant.\n"
    ))
