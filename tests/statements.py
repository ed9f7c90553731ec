"""What is said to the database: statements and commits, counted where they leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy import text as sql

from inthread.store.db import Database


@dataclass
class Said:
    statements: list[str] = field(default_factory=list)
    commits: int = 0

    def __str__(self) -> str:
        lines = [" ".join(s.split())[:110] for s in self.statements]
        return "\n".join([f"{len(lines)} statements, {self.commits} commits", *lines])


@contextmanager
def said_to(db: Database) -> Iterator[Said]:
    """What is said while this is open. A transaction's own BEGIN and the reader's closing of what
    it never opened do not count."""
    said = Said()

    def statement(_c: Any, _cursor: Any, text: str, *_: Any) -> None:
        if not text.startswith("BEGIN"):
            said.statements.append(text)

    def commit(_c: Any) -> None:
        said.commits += 1

    engines = (db.engine, db.reader)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", statement)
    event.listen(db.engine, "commit", commit)
    try:
        yield said
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", statement)
        event.remove(db.engine, "commit", commit)


class Broken(Exception):
    """The database failed here."""


@contextmanager
def breaking_at(db: Database, which: int) -> Iterator[Callable[[], bool]]:
    """The writing engine fails at the statement of this number, counted from 1, or at the commit
    when there are no more or it is 0. What is yielded says whether it has failed."""
    seen = 0
    broke = False

    def fail() -> None:
        nonlocal broke
        if not broke:
            broke = True
            raise Broken

    def statement(_c: Any, _cursor: Any, text: str, *_: Any) -> None:
        nonlocal seen
        if not text.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen += 1
            if seen == which:
                fail()

    def commit(_c: Any) -> None:
        nonlocal seen
        seen += 1
        if which in (0, seen):
            fail()

    event.listen(db.engine, "before_cursor_execute", statement)
    event.listen(db.engine, "commit", commit)
    try:
        yield lambda: broke
    finally:
        event.remove(db.engine, "before_cursor_execute", statement)
        event.remove(db.engine, "commit", commit)


@contextmanager
def ending_connections_at(db: Database, beginning: str) -> Iterator[None]:
    """Just before the first statement that begins so, the connection it goes out on is ended."""
    ended = False

    def end(connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        nonlocal ended
        if ended or not text.startswith(beginning):
            return
        ended = True
        raw = connection.connection.driver_connection
        if db.sqlite:
            raw.set_progress_handler(lambda: 1, 1)
            return
        with db.reader.connect() as other:
            other.execute(sql("SELECT pg_terminate_backend(:pid)"), {"pid": raw.info.backend_pid})

    event.listen(db.engine, "before_cursor_execute", end)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", end)
        db.engine.dispose()
