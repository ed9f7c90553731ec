"""`inthread migrate`: the schema, then the workflows. A refusal leaves the database as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from inthread.store.db import Database
from inthread.store.tables import workflow_versions
from tests.architecture.tree import ROOT
from tests.cli.conftest import Inthread
from tests.rows import nothing_written

KEYS = (
    "annual_attestation", "card_expiring", "contact_change", "document_refresh", "failed_payment",
    "overdue_invoice",
)
NEWEST = max(file.stem[:4] for file in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))


@pytest.fixture
def folder(settings: dict[str, str], tmp_path: Path) -> Path:
    """The shipped workflows, to change."""
    copy = tmp_path / "workflows"
    shutil.copytree(ROOT / "workflows", copy)
    settings["INTHREAD_WORKFLOWS"] = str(copy)
    return copy


def _published(settings: dict[str, str]) -> list[tuple[str, int, object]]:
    db, t = Database(settings["INTHREAD_DATABASE_URL"]), workflow_versions.c
    with db.read() as tx:
        rows = tx.execute(select(t.key, t.version, t.document).order_by(t.key, t.version)).all()
    db.dispose()
    return [(r.key, r.version, r.document["version"]) for r in rows]


def test_from_empty_and_once_more(inthread: Inthread, settings: dict[str, str]) -> None:
    first, again = inthread("migrate"), inthread("migrate")
    assert (first.status, first.err) == (0, "")
    assert first.out.splitlines() == [
        f"Schema    empty -> {NEWEST}",
        *(f"Workflow  {key} version 1: published" for key in KEYS),
    ]
    assert again.out.splitlines() == [
        f"Schema    {NEWEST}", *(f"Workflow  {key} version 1: as published" for key in KEYS),
    ]
    assert _published(settings) == [(key, 1, 1) for key in KEYS]


def test_a_changed_document_has_to_raise_its_version(
    inthread: Inthread, settings: dict[str, str], folder: Path, migrated: Database
) -> None:
    inthread("migrate")
    file = folder / "overdue_invoice.toml"
    changed = file.read_text().replace('refuse = "nothing_left"', 'refuse = "disputed"', 1)
    file.write_text(changed)
    with nothing_written(migrated):
        said = inthread("migrate")
    assert (said.status, said.out, said.err) == (1, "", (
        "The workflow overdue_invoice has changed and still says version 1, which was published "
        "with other words: raise it to 2. No workflow was published.\n"
    ))
    file.write_text(changed.replace("version = 1", "version = 2", 1))
    assert inthread("migrate").out.splitlines()[-1] == (
        "Workflow  overdue_invoice version 2: published"
    )
    assert _published(settings) == [
        *((key, 1, 1) for key in KEYS), ("overdue_invoice", 2, 2),
    ]


def test_an_older_file_is_left_alone(
    inthread: Inthread, folder: Path, migrated: Database
) -> None:
    """The files of a release may be older than what was published from the console since."""
    file = folder / "overdue_invoice.toml"
    shipped = file.read_text()
    file.write_text(shipped.replace("version = 1", "version = 4", 1))
    inthread("migrate")
    file.write_text(shipped.replace('refuse = "nothing_left"', 'refuse = "disputed"', 1))
    with nothing_written(migrated):
        said = inthread("migrate")
    assert (said.status, said.out.splitlines()[-1]) == (
        0, "Workflow  overdue_invoice version 1: left alone, version 4 is published"
    )


def test_a_newer_database_is_left_alone(inthread: Inthread, migrated: Database) -> None:
    with migrated.begin() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with nothing_written(migrated):
        said = inthread("migrate")
    assert said.status == 1
    assert said.err.startswith("The database is at revision 9999")


def test_a_server_that_does_not_answer(inthread: Inthread, settings: dict[str, str]) -> None:
    url = "postgresql+psycopg://inthread:hunter2@127.0.0.1:1/inthread"
    settings["INTHREAD_DATABASE_URL"] = url
    said = inthread("migrate")
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("The database does not answer: ")
    assert "hunter2" not in said.err
