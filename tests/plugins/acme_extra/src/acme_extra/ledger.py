"""Acme's ledger: a system of record that happens to be a SQLite file."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from inthread.spi import Applied, Connector, Rejected, Retry, Writeback

OPERATIONS = ("callbacks",)


@dataclass(frozen=True)
class Ledger:
    """Entries are kept for ever under the writeback's id, so the same id twice is one entry."""

    path: str
    key: str = "acme_ledger"
    remembers: timedelta = timedelta(days=3650)
    visible_after: timedelta = timedelta(0)

    def apply(self, writeback: Writeback) -> Applied:
        if writeback.operation not in OPERATIONS:
            raise Rejected(f"the ledger knows {', '.join(OPERATIONS)}, not {writeback.operation}")
        with self._opened() as ledger:
            ledger.execute(
                "INSERT INTO entry (id, fields) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (writeback.id, json.dumps(dict(writeback.fields))),
            )
        return Applied(f"acme:{writeback.id}")

    def read_back(self, writeback: Writeback) -> Mapping[str, object] | None:
        with self._opened() as ledger:
            query = "SELECT fields FROM entry WHERE id = ?"
            found = ledger.execute(query, (writeback.id,)).fetchone()
        if found is None:
            return None
        shown: Mapping[str, object] = json.loads(found[0])
        return shown

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        ledger = sqlite3.connect(self.path, timeout=1.0)
        try:
            with ledger:
                ledger.execute(
                    "CREATE TABLE IF NOT EXISTS entry (id TEXT PRIMARY KEY, fields TEXT NOT NULL)"
                )
                yield ledger
        except sqlite3.OperationalError as trouble:
            # Only a locked file is certain to have taken nothing; all else is for a read-back.
            if trouble.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise Retry(str(trouble), after=5) from trouble
        finally:
            ledger.close()


def ledger() -> Connector:
    """What the entry point names. A plugin reads settings of its own."""
    return Ledger(os.environ["ACME_LEDGER"])
