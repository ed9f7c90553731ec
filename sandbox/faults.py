"""Faults on demand: which of the next calls go wrong, and how."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sandbox.database import Database
from sandbox.modes import MODES, MOST_SECONDS, READ_MODES, REASON

SCHEMA = """
CREATE TABLE IF NOT EXISTS faults (
    target TEXT NOT NULL CHECK (target IN ('write', 'read')),
    operation TEXT NOT NULL,
    mode TEXT NOT NULL,
    times INTEGER CHECK (times > 0),
    seconds REAL NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (target, operation)
);
"""


@dataclass(frozen=True)
class Fault:
    """`times`: calls left, None for all until changed. `operation`: empty for every one."""

    mode: str = "ok"
    operation: str = ""
    target: str = "write"
    times: int | None = None
    seconds: float = 0
    reason: str = REASON

    @classmethod
    def read(cls, given: Mapping[str, object]) -> Fault:
        """From JSON or a form. Raises ValueError with a sentence."""
        mode, target = str(given.get("mode", "")), str(given.get("on", "write"))
        if mode not in MODES:
            raise ValueError(f"mode is one of {', '.join(MODES)}")
        if target not in ("write", "read"):
            raise ValueError("on is write or read")
        if target == "read" and mode not in READ_MODES:
            raise ValueError(f"a read can only be {', '.join(READ_MODES)}")
        try:
            times = given.get("times")
            times = None if times in (None, "") else int(str(times))
            seconds = given.get("seconds")
            seconds = MODES[mode][2] if seconds in (None, "") else float(str(seconds))
        except ValueError:
            raise ValueError("times and seconds are numbers") from None
        if (times is not None and times < 1) or not 0 <= seconds <= MOST_SECONDS:
            raise ValueError(f"times is 1 or more, seconds 0 to {MOST_SECONDS}")
        operation = str(given.get("operation") or "")
        return cls(mode, operation, target, times, seconds, str(given.get("reason") or REASON))

    def shown(self) -> dict[str, object]:
        return {**asdict(self), "label": MODES[self.mode][0]}


class Faults:
    """One fault for each operation, and one for all the others; the operation's own comes first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, fault: Fault) -> None:
        """Replaces the fault for the same operation. `ok` for all operations clears everything."""
        with self._database.write() as tx:
            if fault.mode == "ok" and not fault.operation and fault.times is None:
                tx.execute("DELETE FROM faults WHERE target = ?", (fault.target,))
                return
            tx.execute(
                "INSERT OR REPLACE INTO faults VALUES (?, ?, ?, ?, ?, ?)",
                (fault.target, fault.operation, fault.mode, fault.times, fault.seconds,
                 fault.reason),
            )

    def all(self) -> list[Fault]:
        with self._database.read() as tx:
            rows = tx.execute("SELECT * FROM faults ORDER BY target DESC, operation")
            return [_fault(row) for row in rows]

    def take(self, target: str, operation: str) -> Fault:
        """The fault this call meets; uses up one of its times."""
        with self._database.read() as tx:
            if tx.execute("SELECT 1 FROM faults LIMIT 1").fetchone() is None:
                return Fault()
        with self._database.write() as tx:
            row = tx.execute(
                "SELECT * FROM faults WHERE target = ? AND operation IN (?, '')"
                " ORDER BY operation DESC LIMIT 1",
                (target, operation),
            ).fetchone()
            if row is None:
                return Fault()
            which = (row["target"], row["operation"])
            if row["times"] == 1:
                tx.execute("DELETE FROM faults WHERE target = ? AND operation = ?", which)
            elif row["times"]:
                tx.execute(
                    "UPDATE faults SET times = times - 1 WHERE target = ? AND operation = ?", which
                )
            return _fault(row)


def _fault(row: sqlite3.Row) -> Fault:
    return Fault(
        row["mode"], row["operation"], row["target"], row["times"], row["seconds"], row["reason"]
    )
