"""`inthread keys signer` and `inthread evidence pdf`: from a key to a file a stranger checks."""

from __future__ import annotations

import stat
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import app
from inthread.cli.signer import certificate_of, write_signer
from inthread.runtime import Runtime
from inthread.settings import read_settings
from inthread.store.db import Database
from tests.build import a_runtime, carry_all
from tests.cli.conftest import Inthread
from tests.commands.signing import an_attesting_visit, attest
from tests.integrations.tsa import by_pyhanko


def _settings_of(printed: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in printed.splitlines())


@pytest.fixture
def signing(inthread: Inthread, settings: dict[str, str], tmp_path: Path) -> Path:
    """Where the certificate is, once the settings have the key it was made with."""
    said = inthread("keys", "signer", tmp_path / "signer.p12", "--name", "Alderway")
    assert said.status == 0, said.err
    settings |= _settings_of(said.out)
    return tmp_path / "signer.pem"


@pytest.fixture
def signing_then(settings: dict[str, str], tmp_path: Path) -> Path:
    """The same, made before the tests' own time."""
    key = tmp_path / "then.p12"
    password = write_signer(key, "Alderway", datetime(2026, 1, 2, tzinfo=UTC))
    settings |= {"INTHREAD_SIGNER": str(key), "INTHREAD_SIGNER_PASSWORD": password}
    return certificate_of(key)


def the_runtime(db: Database, settings: dict[str, str]) -> Runtime:
    """What the product makes of these settings, over the fakes of the channels."""
    rt = a_runtime(db)
    real = app.registry(read_settings(settings), rt.now)
    made = replace(rt, registry=replace(rt.registry, signer=real.signer, blobs=real.blobs))
    object.__setattr__(made, "traffic", rt.traffic)
    return made


def checked(file: Path, certificate: Path) -> tuple[int, str]:
    done = subprocess.run(
        by_pyhanko(file, certificate), capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


def test_r4_12_from_the_key_to_a_file_that_a_stranger_finds_valid(
    inthread: Inthread, migrated: Database, settings: dict[str, str], signing_then: Path,
    tmp_path: Path,
) -> None:
    assert inthread("migrate").status == 0
    rt = the_runtime(migrated, settings)
    made = attest(rt, an_attesting_visit(rt))
    out = tmp_path / "evidence.pdf"
    assert inthread("evidence", "pdf", "ATT-1", out).err == (
        "There is no signed evidence of ATT-1. Is INTHREAD_SIGNER set, and does a worker run? "
        "`inthread doctor` says so.\n"
    )
    assert carry_all(rt, kinds=("evidence",)) == 1
    said = inthread("evidence", "pdf", "ATT-1", out)
    assert (said.status, said.err) == (0, "")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert inthread("evidence", "pdf", made.ref, tmp_path / "same.pdf").status == 0
    assert (tmp_path / "same.pdf").read_bytes() == out.read_bytes()
    status, words = checked(out, signing_then)
    assert (status, "The signature is judged VALID." in words) == (0, True)
    content = bytearray(out.read_bytes())
    content[content.index(b"stream") + 40] ^= 1
    out.write_bytes(bytes(content))
    status, words = checked(out, signing_then)
    assert (status, "judged VALID" in words) == (1, False)


def test_a_key_is_made_once(inthread: Inthread, signing: Path) -> None:
    key = signing.with_suffix(".p12")
    before = key.read_bytes()
    said = inthread("keys", "signer", key)
    assert (said.status, said.err) == (1, f"{key} is there already: name another file.\n")
    assert key.read_bytes() == before
    assert signing.read_text().startswith("-----BEGIN CERTIFICATE-----\n")


def _signer_line(printed: str) -> str:
    [line] = [line[12:] for line in printed.splitlines() if line.startswith("signer")]
    return line


@pytest.mark.usefixtures("migrated")
def test_the_doctor_says_how_it_stands(
    inthread: Inthread, settings: dict[str, str], tmp_path: Path
) -> None:
    assert _signer_line(inthread("doctor").out) == (
        "ok     none: no signed evidence is made (INTHREAD_SIGNER)"
    )
    key = tmp_path / "signer.p12"
    settings |= _settings_of(inthread("keys", "signer", key).out)
    assert _signer_line(inthread("doctor").out) == f"ok     {key}"
    settings["INTHREAD_TSA"] = "http://localhost:9/stamp"
    assert _signer_line(inthread("doctor").out) == (
        f"ok     {key}, time stamps by http://localhost:9/stamp"
    )
    settings["INTHREAD_SIGNER_PASSWORD"] = "another"
    assert _signer_line(inthread("doctor").out).startswith(
        "wrong  INTHREAD_SIGNER, INTHREAD_SIGNER_PASSWORD and INTHREAD_TSA: the PKCS#12 archive"
    )


@pytest.mark.usefixtures("migrated")
def test_a_time_stamp_without_a_signer_stops_the_start(
    inthread: Inthread, settings: dict[str, str]
) -> None:
    settings["INTHREAD_TSA"] = "https://tsa.example/stamp"
    said = inthread("evidence", "ATT-1")
    assert said.status == 1
    assert "INTHREAD_TSA and INTHREAD_SIGNER_PASSWORD need INTHREAD_SIGNER" in said.err


def test_it_says_how_it_is_written(inthread: Inthread) -> None:
    said = inthread("evidence", "pdf", "ATT-1")
    assert (said.status, said.err) == (
        2, "Write it as: inthread evidence pdf CASE_OR_OUTCOME FILE\n"
    )
