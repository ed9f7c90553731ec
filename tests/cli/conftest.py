"""`inthread` in this process, on settings that hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from app import PARTS
from inthread.cli import main
from inthread.cli.keys import new_key, new_secret
from inthread.store import schema
from inthread.store.db import Database
from tests.architecture.tree import ROOT

Inthread = Callable[..., "Said"]


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str


def good_settings(url: str, folder: Path) -> dict[str, str]:
    """Nothing answers at any of the addresses."""
    return {
        "INTHREAD_DATABASE_URL": url, "INTHREAD_KEYS": new_key("k1"),
        "INTHREAD_CONNECTOR_SECRET": new_secret(), "INTHREAD_PAYMENTS_SECRET": new_secret(),
        "INTHREAD_PAYMENTS_KEY": "payments-key", "INTHREAD_PHONE_KEY": "phone-key",
        "INTHREAD_WORKFLOWS": str(ROOT / "workflows"), "INTHREAD_BLOBS": str(folder / "blobs"),
        "INTHREAD_CONNECTORS": "billing=http://localhost:9,compliance=http://localhost:9",
        "INTHREAD_PAYMENTS_API": "http://localhost:9",
        "INTHREAD_PAYMENTS_ORIGIN": "http://localhost:9", "INTHREAD_PHONE": "http://localhost:9",
    }


@pytest.fixture
def settings(bare_db_url: str, tmp_path: Path) -> dict[str, str]:
    """On a database without a table, of either kind; a test may change them before it runs."""
    return good_settings(bare_db_url, tmp_path)


@pytest.fixture
def migrated(settings: Mapping[str, str]) -> Iterator[Database]:
    db = Database(settings["INTHREAD_DATABASE_URL"])
    schema.upgrade(db, PARTS.migrations)
    yield db
    db.dispose()


@pytest.fixture
def inthread(
    settings: Mapping[str, str], monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Inthread]:
    """`inthread("migrate")`: its status and what it printed, under the settings as they are."""

    def run(*argv: object) -> Said:
        with monkeypatch.context() as environment:
            for name, value in settings.items():
                environment.setenv(name, value)
            capfd.readouterr()
            status = main(PARTS, [str(each) for each in argv])
        printed = capfd.readouterr()
        return Said(status, printed.out, printed.err)

    yield run
    structlog.reset_defaults()
