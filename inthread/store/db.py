"""One way to write, `with db.begin() as tx`, and one way to read, `with db.read() as tx`.

A transaction begins and ends in a command, is never nested, and no plugin is called inside one.
SQLite: writers queue on a plain file lock before BEGIN IMMEDIATE, because SQLite's own busy handler
starves them; PostgreSQL: rows are locked, and a forgotten transaction is ended by the server.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import sleep
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

# What commands and queries hold while a transaction is open; only the store runs statements on it.
Tx = Connection

_open: ContextVar[bool] = ContextVar("transaction_open", default=False)


class Wake:
    """A bell that many may wait for: each hears every ring since it last listened."""

    def __init__(self) -> None:
        self._rung = 0
        self._bell = threading.Condition()

    @property
    def rung(self) -> int:
        """How often it rang; take it before looking for work, so that no ring is missed."""
        return self._rung

    def ring(self) -> None:
        with self._bell:
            self._rung += 1
            self._bell.notify_all()

    def wait(self, since: int, seconds: float) -> None:
        """Until it has rung more than *since* times, or for so many seconds."""
        with self._bell:
            self._bell.wait_for(lambda: self._rung > since, seconds)


class Database:
    """`url`: an SQLAlchemy address, `sqlite:///file.db` or `postgresql+psycopg://...`."""

    def __init__(self, url: str, *, pool: int = 20) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.wake = Wake()
        if self.sqlite and self.url.database in (None, "", ":memory:"):
            raise ValueError("an in-memory SQLite database is not shared: name a file")
        self._lock_path = f"{self.url.database}.lock"
        writer = self.url.set(drivername="sqlite+immediate") if self.sqlite else self.url
        self.engine: Engine = self._engine(writer, pool, _PG_OPTIONS)
        self.reader: Engine = self._engine(self.url, pool, _PG_READS, isolation_level="AUTOCOMMIT")
        if self.sqlite:
            event.listen(self.engine, "connect", _sqlite_connect)
            event.listen(self.reader, "connect", _sqlite_connect)
            event.listen(self.reader, "connect", _sqlite_reads)

    def _engine(self, url: URL, pool: int, postgres: str, **options: Any) -> Engine:
        if not self.sqlite:
            options |= {"connect_args": {"options": postgres}, "pool_pre_ping": True}
        return create_engine(url, pool_size=pool, max_overflow=pool, **options)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """The one transaction of a command: commits on leaving, rolls back when something is
        raised. Raises RuntimeError when one is open already."""
        if _open.get():
            raise RuntimeError("a transaction is already open: one per command")
        token = _open.set(True)
        try:
            with self._turn(), self.engine.begin() as tx:
                for left in ("wake", "audit tails"):  # the connection outlives the transaction
                    tx.info.pop(left, None)
                yield tx
                wake = tx.info.pop("wake", False)
            if wake:
                self.wake.ring()
        finally:
            _open.reset(token)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """For queries: each statement sees what is committed; the database refuses to write, so
        that a GET changes nothing whatever a page does."""
        with self.reader.connect() as tx:
            yield tx

    def assert_closed(self) -> None:
        """Asked before every call of a plugin. Raises RuntimeError inside a transaction."""
        if _open.get():
            raise RuntimeError("network call inside a transaction")

    def away(self, fault: BaseException) -> bool:
        """Whether this was raised because the database cannot be asked just now."""
        return isinstance(fault, (
            OperationalError, InterfaceError, TimeoutError,
            psycopg.OperationalError, psycopg.InterfaceError,
        ))

    def dispose(self) -> None:
        self.engine.dispose()
        self.reader.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.sqlite:
            yield
            return
        fd = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)


_PG_OPTIONS = (
    "-c timezone=UTC -c statement_timeout=30000 -c lock_timeout=10000 "
    "-c idle_in_transaction_session_timeout=30000"
)
_PG_READS = f"{_PG_OPTIONS} -c default_transaction_read_only=on"


class ImmediateSqlite(SQLiteDialect_pysqlite):
    """A transaction holds the database from its beginning, so that none fails at its first write.
    A listener to `begin` would do as well, but any listener makes every statement dearer."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        dbapi_connection.execute("BEGIN IMMEDIATE")


registry.register("sqlite.immediate", __name__, ImmediateSqlite.__name__)


def _sqlite_connect(conn: Any, _record: object) -> None:
    conn.isolation_level = None
    cursor = conn.cursor()
    cursor.execute("PRAGMA busy_timeout=10000")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Connections that turn a new file over to WAL at once do not wait for each other: SQLite tells
    all but one, without a wait, that it is locked."""
    for left in reversed(range(200)):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as trouble:
            if not left or trouble.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            sleep(0.05)
        else:
            return


def _sqlite_reads(conn: Any, _record: object) -> None:
    conn.execute("PRAGMA query_only=ON")
