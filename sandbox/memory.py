"""What the office remembers of idempotency keys."""

from __future__ import annotations

from sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS memory (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    forgetful INTEGER NOT NULL,
    remembers REAL NOT NULL
);
"""


class Memory:
    """`forgetful`: no keys at all, so each call that lands is a new effect."""

    def __init__(self, database: Database, remembers: float, forgetful: bool) -> None:
        self._database = database
        self._default = (forgetful, remembers)

    def read(self) -> tuple[bool, float]:
        """Whether it forgets keys, and for how many seconds it honours one."""
        with self._database.read() as tx:
            row = tx.execute("SELECT forgetful, remembers FROM memory").fetchone()
        return (bool(row["forgetful"]), row["remembers"]) if row else self._default

    def put(self, forgetful: bool, remembers: float) -> None:
        with self._database.write() as tx:
            tx.execute("INSERT OR REPLACE INTO memory VALUES (1, ?, ?)", (forgetful, remembers))

    @property
    def honoured(self) -> float:
        """Seconds a key is honoured; 0 when it forgets."""
        forgetful, remembers = self.read()
        return 0.0 if forgetful else remembers
