"""`inthread doctor`: everything that is wrong, in one go, and no secret."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from inthread.runtime import sortable_id, utc_now
from inthread.settings import described
from inthread.store.db import Database
from tests.build import a_case, a_person, a_runtime
from tests.cli.conftest import Inthread, Said
from tests.clock import Clock
from tests.peers import clamd, moto


@pytest.fixture
def somebody(settings: dict[str, str]) -> Iterator[int]:
    """A port that takes connections, for every peer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
        here = f"http://127.0.0.1:{port}"
        settings |= {
            "INTHREAD_CONNECTORS": f"billing={here},compliance={here}",
            "INTHREAD_PAYMENTS_API": here, "INTHREAD_PAYMENTS_ORIGIN": here, "INTHREAD_PHONE": here,
        }
        yield port


def _lines(said: Said, what: str) -> list[str]:
    return [line[12:] for line in said.out.splitlines() if line.startswith(f"{what:<12}")]


@pytest.mark.usefixtures("migrated")
def test_nothing_is_wrong(inthread: Inthread, somebody: int) -> None:
    said = inthread("doctor")
    assert said.status == 0, said.out
    assert said.out.endswith("\n\nNothing is wrong.\n")
    assert {line.split()[1] for line in said.out.splitlines()[:-2]} == {"ok"}
    assert _lines(said, "keys") == ["ok     k1 signs"]
    assert _lines(said, "jobs") == ["ok     nothing is due"]
    assert _lines(said, "workflows") == [
        "ok     annual_attestation version 1, card_expiring version 1, contact_change version 1, "
        "document_refresh version 1, failed_payment version 1, overdue_invoice version 1"
    ]
    assert _lines(said, "reaches") == [
        f"ok     {peer}: http://127.0.0.1:{somebody}"
        for peer in ("connector billing", "connector compliance", "payments", "phone")
    ]


def test_settings_come_first(inthread: Inthread, settings: dict[str, str]) -> None:
    settings |= {"INTHREAD_KEYS": "k1:short", "INTHREAD_LINK_HOURS": "0"}
    said = inthread("doctor")
    assert said.status == 1
    assert said.out.splitlines() == [
        "settings    wrong  INTHREAD_LINK_HOURS is a whole number from 1 to 336, not '0'",
        "settings    wrong  INTHREAD_KEYS: key k1 is not base64; `inthread keys new` makes one",
        "", "2 wrong",
    ]


@pytest.mark.usefixtures("somebody")
def test_an_empty_database_is_not_touched(inthread: Inthread, settings: dict[str, str]) -> None:
    said = inthread("doctor")
    (line,) = _lines(said, "database")
    assert line.startswith(
        "wrong  The database is empty and this version needs 0002: run `inthread migrate`."
    )
    assert _lines(said, "jobs") == []
    path = settings["INTHREAD_DATABASE_URL"].removeprefix("sqlite:///")
    assert not Path(path).exists()


def test_every_peer_that_does_not_answer_is_named(
    inthread: Inthread, migrated: Database, settings: dict[str, str]
) -> None:
    said = inthread("doctor")
    assert said.status == 1
    assert [line.partition(" does not answer")[0] for line in _lines(said, "reaches")] == [
        f"wrong  {peer}: http://localhost:9"
        for peer in ("connector billing", "connector compliance", "payments", "phone")
    ]
    assert said.out.endswith("\n4 wrong\n")


@pytest.mark.usefixtures("somebody")
@pytest.mark.parametrize(
    ("who", "named"), [("process", "`inthread worker`"), ("thread", "the web process")]
)
def test_work_that_nobody_carries_is_seen(
    inthread: Inthread, migrated: Database, settings: dict[str, str], who: str, named: str
) -> None:
    settings["INTHREAD_WORKER"] = who
    _due_since(migrated, timedelta(seconds=30), "1")
    assert _lines(inthread("doctor"), "jobs")[0].startswith("ok     1 due, the oldest for 3")
    _due_since(migrated, timedelta(minutes=7, seconds=5), "2")
    said = inthread("doctor")
    assert said.status == 1
    assert _lines(said, "jobs") == [
        f"wrong  2 due, the oldest for 7 min: {named} is not running, or cannot keep up"
    ]


def _due_since(db: Database, ago: timedelta, number: str) -> None:
    """A case was opened then, and nobody carried its first contact."""
    rt = replace(a_runtime(db, clock=Clock(utc_now() - ago)), new_id=sortable_id)
    a_case(rt=rt, person=a_person(rt=rt, reference=number), number=number)


@pytest.mark.usefixtures("somebody", "migrated")
def test_a_name_that_is_no_setting_is_noted(
    inthread: Inthread, settings: dict[str, str]
) -> None:
    settings["INTHREAD_LINK_HUORS"] = "24"
    said = inthread("doctor")
    assert said.status == 0
    assert "note   INTHREAD_LINK_HUORS is no setting: docs/settings.md lists them" in (
        _lines(said, "settings")
    )


@pytest.mark.usefixtures("migrated")
def test_no_secret_is_printed(inthread: Inthread, settings: dict[str, str]) -> None:
    said = inthread("doctor")
    secret = {name for name, _, _, is_secret in described() if is_secret}
    assert {"INTHREAD_KEYS", "INTHREAD_PAYMENTS_KEY", "INTHREAD_PHONE_KEY"} <= secret
    hidden = (secret & settings.keys()) - {"INTHREAD_DATABASE_URL"}
    shown = [name for name in hidden if settings[name] in said.out + said.err]
    assert shown == []


def test_the_password_of_the_database_is_not_printed(
    inthread: Inthread, settings: dict[str, str]
) -> None:
    settings["INTHREAD_DATABASE_URL"] = "postgresql+psycopg://inthread:hunter2@127.0.0.1:1/x"
    said = inthread("doctor")
    (line,) = _lines(said, "database")
    assert line.startswith("wrong  The database does not answer: ")
    assert line.endswith("(postgresql+psycopg://inthread:***@127.0.0.1:1/x)")
    assert "hunter2" not in said.out + said.err


def test_a_workflow_that_does_not_hold_is_shown(
    inthread: Inthread, settings: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "workflows"
    folder.mkdir()
    settings["INTHREAD_WORKFLOWS"] = str(folder)
    assert _lines(inthread("doctor"), "workflows") == [f"wrong  none in {folder}"]
    (folder / "half.toml").write_text('key = "half"\nlocales = ["en"]\n')
    lines = _lines(inthread("doctor"), "workflows")
    assert len(lines) > 3
    assert all(line.startswith(f"wrong  {folder}/half.toml") for line in lines)


@pytest.mark.usefixtures("migrated", "somebody")
def test_the_scanner_is_asked(
    inthread: Inthread, settings: dict[str, str], tmp_path: Path
) -> None:
    with clamd(tmp_path) as scanner:
        settings["INTHREAD_CLAMD"] = scanner.path
        assert _lines(inthread("doctor"), "scanner") == [f"ok     {scanner.path}"]
    said = inthread("doctor")
    assert said.status == 1
    (line,) = _lines(said, "scanner")
    assert line.startswith(f"wrong  {scanner.path} does not answer: FileNotFoundError: ")


@pytest.mark.usefixtures("migrated", "somebody")
def test_the_bucket_is_asked(
    inthread: Inthread, settings: dict[str, str], tmp_path: Path
) -> None:
    settings |= {
        "INTHREAD_BLOBS": "s3://alder-documents/", "INTHREAD_S3_REGION": "us-east-1",
        "INTHREAD_S3_KEY_ID": "ours", "INTHREAD_S3_SECRET": "ours too",
    }
    with moto(tmp_path) as url:
        settings["INTHREAD_S3_ENDPOINT"] = url
        (line,) = _lines(inthread("doctor"), "documents")
        assert line.startswith("wrong  s3://alder-documents/ does not answer: NoSuchBucket: ")
        requests.put(f"{url}/alder-documents", timeout=10).raise_for_status()
        assert _lines(inthread("doctor"), "documents") == ["ok     s3://alder-documents/"]
