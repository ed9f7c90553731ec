"""Floor of intake: a CSV validated by pydantic, and its cases with their audit and outbox rows
written set by set; what is there already is left alone.

Run as `python -m bench.floor_intake --url ... --file ...`; prints what it wrote.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path

from pydantic import BaseModel

from bench.floor_carry import Driver

BATCH = 5000


class Invoice(BaseModel):
    """One row of the file bench/samples.py writes."""

    invoice: str
    customer: str
    name: str
    phone: str
    amount: float
    currency: str
    due: date
    overdue: int


Row = tuple[str, str, str, int, str]


def rows(path: Path) -> Iterator[Row]:
    with path.open(newline="", encoding="utf-8") as lines:
        for raw in csv.DictReader(lines):
            seen = Invoice.model_validate(raw)
            minor, facts = round(seen.amount * 100), seen.model_dump_json()
            yield f"case_{seen.invoice}", seen.invoice, seen.invoice, minor, facts


def load(url: str, path: Path) -> int:
    """How many cases were new."""
    with closing(Driver(url)) as driver:
        write = _postgres if driver.postgres else _sqlite
        every, new = rows(path), 0
        while batch := list(islice(every, BATCH)):
            with driver.begin():
                new += write(driver, batch)
        return new


def _postgres(driver: Driver, batch: Sequence[Row]) -> int:
    driver.run(
        "CREATE TEMPORARY TABLE IF NOT EXISTS fresh"
        " (id TEXT, reference TEXT, natural_key TEXT, owed BIGINT, facts TEXT)"
    )
    driver.run("TRUNCATE fresh")
    with driver.connection.cursor().copy("COPY fresh FROM STDIN") as copy:
        for row in batch:
            copy.write_row(row)
    done = driver.run(
        "WITH added AS (INSERT INTO cases (id, reference, natural_key, owed, state, facts, next_at)"
        " SELECT id, reference, natural_key, owed, 'open', facts, 0 FROM fresh"
        " ON CONFLICT DO NOTHING RETURNING id), told AS (INSERT INTO audit (case_id, at, event)"
        " SELECT id, 0, 'case.opened' FROM added)"
        " INSERT INTO outbox (id, case_id, kind, due_at) SELECT id, id, 'contact', 0 FROM added"
    )
    return int(done.rowcount)


def _sqlite(driver: Driver, batch: Sequence[Row]) -> int:
    driver.run("CREATE TEMPORARY TABLE IF NOT EXISTS fresh (id, reference, key, owed, facts)")
    driver.run("DELETE FROM fresh")
    driver.connection.executemany("INSERT INTO fresh VALUES (?, ?, ?, ?, ?)", batch)
    driver.run("DELETE FROM fresh WHERE id IN (SELECT id FROM cases)")
    done = driver.run(
        "INSERT INTO cases (id, reference, natural_key, owed, state, facts, next_at)"
        " SELECT id, reference, key, owed, 'open', facts, 0 FROM fresh WHERE true"
        " ON CONFLICT DO NOTHING"
    )
    driver.run("INSERT INTO audit (case_id, at, event) SELECT id, 0, 'case.opened' FROM fresh")
    driver.run(
        "INSERT INTO outbox (id, case_id, kind, due_at) SELECT id, id, 'contact', 0 FROM fresh"
    )
    return int(done.rowcount)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.floor_intake", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--file", type=Path, required=True)
    given = parser.parse_args()
    start = time.perf_counter()
    new = load(given.url, given.file)
    print(json.dumps({"new": new, "seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    main()
