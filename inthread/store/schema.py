"""The schema: which revision a database is at, which one this version needs, and the way up.

There is no way down: a release is taken back by the release before it, which a schema change must
not break (docs/operations.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from inthread.store.db import Database

# A change of the schema waits this long for a lock that others hold, and no longer: what queues
# behind it would wait as well.
_LOCK_TIMEOUT = "5s"
_STATEMENT_TIMEOUT = "300s"
# Two `migrate` at once take turns.
_ADVISORY_LOCK = 0x696E7468


class NotMigrated(Exception):
    """The text says what to do."""


class NotChanged(Exception):
    """The way up was not gone; the database is as it was. The text says why."""


class Unreachable(Exception):
    """The database cannot be asked. The text says why, without the address's password."""


@dataclass(frozen=True)
class Revision:
    """`at`: where the database is, None when it is empty; `head`: what this version needs."""

    at: str | None
    head: str
    known: bool

    @property
    def current(self) -> bool:
        return self.at == self.head


def revision(db: Database, folder: Path) -> Revision:
    """*folder*: where the migrations lie. Creates nothing. Raises Unreachable."""
    scripts = ScriptDirectory.from_config(_config(folder))
    head = scripts.get_current_head()
    if head is None:
        raise FileNotFoundError(f"no migrations in {folder}")
    at = _asked(db)
    known = at is None or at in {script.revision for script in scripts.walk_revisions()}
    return Revision(at, head, known)


def demand_current(db: Database, folder: Path) -> None:
    """Raises NotMigrated unless the database is where this version needs it, and Unreachable."""
    found = revision(db, folder)
    if not found.known:
        raise NotMigrated(
            f"The database is at revision {found.at}, which this version does not know: a newer "
            "version made it. Start that one."
        )
    if not found.current:
        where = f"at revision {found.at}" if found.at else "empty"
        raise NotMigrated(
            f"The database is {where} and this version needs {found.head}: run `inthread migrate`."
        )


def upgrade(db: Database, folder: Path) -> Revision:
    """Bring the database to head, all of it or nothing; where it was before.

    Raises NotMigrated for one that a newer version made, Unreachable, and NotChanged, as when a
    lock is not to be had."""
    if db.sqlite and db.url.database:
        Path(db.url.database).parent.mkdir(parents=True, exist_ok=True)
    before = revision(db, folder)
    if not before.known:
        demand_current(db, folder)
    try:
        with db.begin() as tx:
            _climb(tx, folder)
    except SQLAlchemyError as trouble:
        raise NotChanged(f"The schema was not changed: {_reason(trouble)}.") from trouble
    return before


def _climb(tx: Connection, folder: Path) -> None:
    if tx.dialect.name == "postgresql":
        tx.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"))
        tx.execute(text(f"SET LOCAL statement_timeout = '{_STATEMENT_TIMEOUT}'"))
        tx.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
    config = _config(folder)
    config.attributes["connection"] = tx
    command.upgrade(config, "head")


def clock(db: Database) -> datetime | None:
    """The database's own time; None on SQLite, which has none of its own."""
    if db.sqlite:
        return None
    with db.read() as tx:
        now: datetime = tx.execute(text("SELECT clock_timestamp()")).scalar_one()
    return now


def _asked(db: Database) -> str | None:
    if db.sqlite and not Path(db.url.database or "").exists():
        return None
    try:
        with db.read() as tx:
            return _revision_of(tx)
    except SQLAlchemyError as trouble:
        raise Unreachable(f"The database does not answer: {_reason(trouble)}.") from trouble


def _revision_of(tx: Connection) -> str | None:
    try:
        return MigrationContext.configure(tx).get_current_revision()
    except CommandError as trouble:
        raise NotMigrated(f"The database has several revisions: {trouble}") from trouble


def _reason(trouble: SQLAlchemyError) -> str:
    """The database's own first line, without the statement and its values."""
    return str(getattr(trouble, "orig", None) or trouble).strip().splitlines()[0].rstrip(".")


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
