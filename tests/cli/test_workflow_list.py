"""`inthread workflows list`: what is in force, and what comes."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import update

from inthread.store.db import Database
from inthread.store.tables import workflow_versions as t
from tests.architecture.tree import ROOT
from tests.cli.conftest import Inthread
from tests.rows import nothing_written


def test_nothing_is_published(inthread: Inthread, migrated: Database) -> None:
    with nothing_written(migrated):
        said = inthread("workflows", "list")
    assert (said.status, said.out) == (0, "No workflow is published: inthread migrate.\n")


def test_in_force_and_scheduled(
    inthread: Inthread, migrated: Database, settings: dict[str, str]
) -> None:
    assert settings["INTHREAD_WORKFLOWS"] == str(ROOT / "workflows")
    inthread("migrate")
    since, later = datetime(2026, 1, 5, 15, tzinfo=UTC), datetime(2126, 1, 5, 15, tzinfo=UTC)
    with migrated.begin() as tx:
        tx.execute(update(t).values(effective_at=since, hash="a" * 64))
        row = dict(tx.execute(t.select().where(t.c.key == "overdue_invoice")).one()._mapping)
        tx.execute(t.insert().values(
            {**row, "version": 2, "hash": "b" * 64, "effective_at": later,
             "published_by": "staff:stf_1"}
        ))
    said = inthread("workflows", "list")
    lines = [
        f"{file.stem} version 1 (aaaaaaaaaaaa) in force since 2026-01-05 15:00:00 UTC, by "
        "operator:cli" for file in sorted((ROOT / "workflows").glob("*.toml"))
    ]
    assert lines[-1].startswith("overdue_invoice ")
    assert (said.status, said.err, said.out.splitlines()) == (0, "", [
        *lines, "overdue_invoice version 2 (bbbbbbbbbbbb) scheduled for 2126-01-05 15:00:00 UTC, "
        "by staff:stf_1",
    ])
