"""A runtime on fakes, for every test of the commands."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from inthread.runtime import Runtime
from inthread.store.db import Database
from tests.build import Fakes, a_runtime, fakes_of
from tests.clock import Clock
from tests.rows import empty


@pytest.fixture(scope="session")
def _sqlite_database(
    sqlite_master: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("commands") / "inthread.db"
    shutil.copyfile(sqlite_master, path)
    database = Database(f"sqlite:///{path}")
    event.listen(database.engine, "connect", _careless)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def _postgres_database(postgres_master: str) -> Iterator[Database]:
    database = Database(postgres_master)
    yield database
    database.dispose()


def _careless(connection: sqlite3.Connection, _record: object) -> None:
    """A crash of the machine may lose a test's rows; nobody will miss them."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(params=["sqlite", "postgres"])
def db(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database of either kind without a row. It is the same one for all tests, because a new
    engine compiles every statement again, which takes longer than most tests do."""
    database: Database = request.getfixturevalue(f"_{request.param}_database")
    yield database
    assert database.engine.pool.checkedout() == 0, "a connection was left open"  # type: ignore[attr-defined]
    empty(database)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rt(db: Database, clock: Clock) -> Runtime:
    return a_runtime(db, clock=clock)


@pytest.fixture
def fakes(rt: Runtime) -> Fakes:
    return fakes_of(rt)
