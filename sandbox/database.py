"""One SQLite file that many threads of one process read and write."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Database:
    """A connection a thread. The file and its tables are made when first used."""

    def __init__(self, path: Path, schema: str) -> None:
        self._path = path
        self._schema = schema
        self._own = threading.local()
        self._making = threading.Lock()
        self._made = False

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One unchanging view of the file."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The only writer until it ends. Raising undoes everything."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        connection.execute(begin)
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def _connection(self) -> sqlite3.Connection:
        connection = getattr(self._own, "connection", None)
        if connection is None:
            self._make()
            connection = self._own.connection = self._open()
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=20, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _make(self) -> None:
        with self._making:
            if self._made:
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = self._open()
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(self._schema)
            connection.close()
            self._made = True
