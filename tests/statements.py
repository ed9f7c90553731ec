"""What is said to the database: statements and commits, counted where they leave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

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
