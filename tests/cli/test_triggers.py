"""`inthread triggers import`: progress, a report, and going on after Ctrl-C."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from inthread.store.db import Database
from inthread.store.tables import cases
from tests.architecture.tree import ROOT
from tests.cli.conftest import Inthread
from tests.rows import nothing_written

MAP = """
workflow = "overdue_invoice"
[columns.Due]
kind = "date"
format = "DD.MM.YYYY"
[facts]
invoice_number = "No"
amount_due = "Amount"
due_date = "Due"
[person]
reference = "Customer"
"""


@pytest.fixture
def map(tmp_path: Path) -> Path:
    path = tmp_path / "map.toml"
    path.write_text(MAP)
    return path


def _file(path: Path, rows: int, bad: int | None = None) -> Path:
    lines = ["No,Customer,Amount,Due"]
    for n in range(rows):
        amount = "much" if n == bad else f"{n + 20}.50"
        lines.append(f"INV-{n},CUST-{n % 50},{amount},24.12.2025")
    path.write_text("\n".join(lines) + "\n")
    return path


def _cases(db: Database) -> int:
    with db.read() as tx:
        return tx.execute(select(func.count()).select_from(cases)).scalar_one()


def test_rows_become_cases_and_the_bad_one_is_reported(
    inthread: Inthread, migrated: Database, map: Path, tmp_path: Path
) -> None:
    file, report = _file(tmp_path / "in.csv", 30, bad=7), tmp_path / "report.csv"
    said = inthread("triggers", "import", file, "--map", map, "--report", report)
    assert said.status == 0, said.err
    assert said.out == (
        "opened                29\n"
        "refused                1\n"
        "rows                  30\n"
    )
    assert said.err == "30 rows, 100 %\n"
    assert _cases(migrated) == 29
    with report.open(newline="") as lines:
        refused = [row for row in csv.DictReader(lines) if row["status"] == "refused"]
    assert [(row["line"], row["why"].split(" ")[0]) for row in refused] == [("9", "Amount")]


def test_a_file_is_not_read_twice(
    inthread: Inthread, migrated: Database, map: Path, tmp_path: Path
) -> None:
    file = _file(tmp_path / "in.csv", 30)
    inthread("triggers", "import", file, "--map", map)
    with nothing_written(migrated):
        again = inthread("triggers", "import", file, "--map", map)
    assert again.status == 0
    assert again.out.startswith(
        "This file was imported before with this map; nothing was read. --again reads it.\n"
    )
    with nothing_written(migrated, but=("imports",)):
        once_more = inthread("triggers", "import", file, "--map", map, "--again")
    assert once_more.out == "unchanged             30\nrows                  30\n"


def test_a_column_that_is_not_there(
    inthread: Inthread, migrated: Database, map: Path, tmp_path: Path
) -> None:
    file = tmp_path / "in.csv"
    file.write_text("No,Customer,Due\n")
    with nothing_written(migrated):
        said = inthread("triggers", "import", file, "--map", map)
    assert (said.status, said.err) == (
        1, "columns/Amount is not in the header, which has: No, Customer, Due\n"
    )


def test_a_file_that_is_not_there(
    inthread: Inthread, migrated: Database, map: Path, tmp_path: Path
) -> None:
    with nothing_written(migrated):
        said = inthread("triggers", "import", tmp_path / "none.csv", "--map", map)
    assert (said.status, said.err) == (1, f"{tmp_path}/none.csv: No such file or directory\n")


def test_ctrl_c_stops_between_two_chunks_and_the_same_command_goes_on(
    inthread: Inthread, migrated: Database, settings: dict[str, str], map: Path, tmp_path: Path
) -> None:
    file = _file(tmp_path / "in.csv", 8_000)
    command = [
        sys.executable, "-c", "import sys; from app import cli; sys.exit(cli())", "triggers",
        "import", str(file), "--map", str(map),
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("1,000 rows, 1")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out.endswith("Stopped. The same command goes on from here.\n")
    first = _cases(migrated)
    assert 1_000 <= first < 8_000
    assert first % 1_000 == 0
    said = inthread("triggers", "import", file, "--map", map)
    assert said.status == 0, said.err
    assert said.out == "opened             8,000\nrows               8,000\n"
    assert said.err.startswith(f"{first + 1000:,} rows, ")
    assert _cases(migrated) == 8_000
