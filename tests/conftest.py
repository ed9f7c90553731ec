"""What every test may ask for: an empty database of either kind, and a machine shut off."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text

from inthread.store.db import Database
from inthread.store.tables import metadata
from tests import loopback, postgres

CI = os.environ.get("CI") == "true"
CHROMIUM = Path(os.environ.get("INTHREAD_TEST_CHROMIUM", "/usr/bin/chromium"))
NODE_TOOLS = Path(__file__).parents[1] / "node_modules" / ".bin"
TWILIO = NODE_TOOLS.parent / ".twilio" / "api.json"

settings.register_profile("dev", max_examples=25, stateful_step_count=25, deadline=None)
settings.register_profile(
    "ci", max_examples=100, stateful_step_count=40, deadline=None, derandomize=True, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if CI else "dev"))

_numbers = itertools.count(1)


def pytest_configure() -> None:
    named = os.environ.get("INTHREAD_TEST_POSTGRES_URL")
    host = make_url(named).host if named else None
    loopback.shut(frozenset({host} if host else ()))


def pytest_sessionstart() -> None:
    """In CI nothing may be missing: a test that cannot run is a test that failed."""
    if CI:
        _demand_browser()
        _demand_postgres()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """What a test printed goes from its worker to the one that reports as UTF-8: some print what is
    none (half a character pair), and the run would end there."""
    report = yield
    report.sections = [
        (name, said.encode("utf-8", "backslashreplace").decode()) for name, said in report.sections
    ]
    return report


def pytest_collection_finish(session: pytest.Session) -> None:
    if any(item.get_closest_marker("browser") for item in session.items):
        _demand_browser()


def _demand_browser() -> None:
    if not os.access(CHROMIUM, os.X_OK):
        pytest.exit(f"{CHROMIUM} is missing: `make test` installs it where it may.", 3)
    if not all((NODE_TOOLS / tool).exists() for tool in ("lighthouse", "prism")):
        pytest.exit("The page checks or Prism are missing: `make test` installs them.", 3)
    if not TWILIO.exists():
        pytest.exit("Twilio's description of its API is missing: `make test` fetches it.", 3)


def _demand_postgres() -> None:
    try:
        with postgres.server_url() as url:
            postgres.run(url, "SELECT 1")
    except Exception as why:  # noqa: BLE001 - whatever it was, CI stops with one sentence
        pytest.exit(f"No PostgreSQL: {type(why).__name__}: {why}", 3)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server; its first database is for making others."""
    with postgres.server_url() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "master.db"
    _create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_master(postgres_url: str) -> Iterator[str]:
    name = f"inthread_test_{os.getpid()}"
    postgres.run(postgres_url, f"CREATE DATABASE {name}")
    url = postgres.database(postgres_url, name)
    _create_tables(url)
    yield url
    postgres.run(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def db_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with every table and no row. Each test runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "inthread.db"
        shutil.copyfile(request.getfixturevalue("sqlite_master"), path)
        yield f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgres_master")
        yield url
        empty(url)


@pytest.fixture(params=["sqlite", "postgres"])
def bare_db_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a table, for migrations."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    server = request.getfixturevalue("postgres_url")
    name = f"inthread_bare_{os.getpid()}_{next(_numbers)}"
    postgres.run(server, f"CREATE DATABASE {name}")
    yield postgres.database(server, name)
    postgres.run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def db(db_url: str) -> Iterator[Database]:
    database = Database(db_url)
    yield database
    database.dispose()


def _create_tables(url: str) -> None:
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()


def empty(url: str) -> None:
    """Delete every row and start the numbers again: 4 ms, where TRUNCATE takes 15 and a database
    of its own 35. What a test left open is ended first."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        deletes = [f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables)]
        connection.execute(text(";".join(deletes)))
        connection.execute(
            text(
                "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
                " FROM pg_sequences WHERE last_value IS NOT NULL"
            )
        )
    engine.dispose()
