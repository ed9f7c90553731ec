"""What arrived at the phone and what was typed there, which of its channels are switched off, and
the triggers that were started from it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields

from sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    at REAL NOT NULL,
    stop_url TEXT NOT NULL,
    lost INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_by_address ON messages (address);
CREATE TABLE IF NOT EXISTS replies (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    body TEXT NOT NULL,
    choice TEXT NOT NULL,
    at REAL NOT NULL,
    trouble TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS replies_by_address ON replies (address);
CREATE TABLE IF NOT EXISTS off (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (channel, address)
);
CREATE TABLE IF NOT EXISTS started (
    person TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    body TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Message:
    """`stop_url`: where one POST ends messages to this address. `lost`: the phone was off."""

    number: int
    id: str
    channel: str
    address: str
    subject: str
    body: str
    at: float
    stop_url: str = ""
    lost: bool = False

    @property
    def reference(self) -> str:
        return f"in-{self.number}"


@dataclass(frozen=True)
class Reply:
    """`choice`: the quick reply that was tapped, or the key that was pressed. `trouble`: why nobody
    took it; empty when somebody did."""

    number: int
    id: str
    channel: str
    address: str
    body: str
    choice: str
    at: float
    trouble: str = ""


class Inbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, message: Message) -> tuple[Message, bool]:
        """Keep a message, once an id; as lost when the channel is off there. The one that is kept,
        and whether it is new."""
        with self._database.write() as tx:
            off = tx.execute(
                "SELECT 1 FROM off WHERE channel = ? AND address = ?",
                (message.channel, message.address),
            ).fetchone()
            made = tx.execute(
                "INSERT INTO messages (id, channel, address, subject, body, at, stop_url, lost)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (message.id, message.channel, message.address, message.subject, message.body,
                 message.at, message.stop_url, off is not None),
            )
            row = tx.execute("SELECT * FROM messages WHERE id = ?", (message.id,)).fetchone()
        return _message(row), made.rowcount == 1

    def of(self, addresses: Sequence[str], latest: int = 60) -> list[Message]:
        """The latest messages to any of these addresses, oldest first, lost ones too."""
        return [_message(row) for row in self._latest("messages", addresses, latest)]

    def replies(self, addresses: Sequence[str], latest: int = 60) -> list[Reply]:
        """The latest replies from any of these addresses, oldest first."""
        return [Reply(**dict(row)) for row in self._latest("replies", addresses, latest)]

    def _latest(self, table: str, addresses: Sequence[str], latest: int) -> list[sqlite3.Row]:
        marks = ", ".join("?" * len(addresses))
        with self._database.read() as tx:
            rows = tx.execute(
                f"SELECT * FROM {table} WHERE address IN ({marks})"  # noqa: S608 - fixed names
                " ORDER BY number DESC LIMIT ?",
                (*addresses, latest),
            ).fetchall()
        return rows[::-1]

    def message(self, number: int) -> Message | None:
        with self._database.read() as tx:
            row = tx.execute("SELECT * FROM messages WHERE number = ?", (number,)).fetchone()
        return _message(row) if row else None

    def addresses(self, latest: int = 200) -> list[str]:
        """Every address that got a message, the last one first."""
        with self._database.read() as tx:
            rows = tx.execute(
                "SELECT address FROM messages GROUP BY address ORDER BY max(number) DESC LIMIT ?",
                (latest,),
            )
            return [row["address"] for row in rows]

    def say(self, reply: Reply) -> None:
        """Keep what was typed, with what became of it."""
        named = [f.name for f in fields(reply) if f.name != "number"]
        with self._database.write() as tx:
            tx.execute(
                f"INSERT INTO replies ({', '.join(named)})"  # noqa: S608 - our own names
                f" VALUES ({', '.join('?' * len(named))})",
                [getattr(reply, name) for name in named],
            )

    def switch(self, channel: str, address: str, *, on: bool) -> None:
        with self._database.write() as tx:
            tx.execute(
                "DELETE FROM off WHERE channel = ? AND address = ?" if on
                else "INSERT OR IGNORE INTO off VALUES (?, ?)",
                (channel, address),
            )

    def switched_off(self, addresses: Sequence[str]) -> set[tuple[str, str]]:
        """(channel, address) of what is off."""
        marks = ", ".join("?" * len(addresses))
        with self._database.read() as tx:
            rows = tx.execute(
                f"SELECT * FROM off WHERE address IN ({marks})", addresses,  # noqa: S608 - marks
            )
            return {(row["channel"], row["address"]) for row in rows}

    def remember(self, person: str, key: str, body: dict) -> None:
        """The last trigger that was sent for a person, to send it again."""
        with self._database.write() as tx:
            tx.execute(
                "INSERT OR REPLACE INTO started VALUES (?, ?, ?)", (person, key, json.dumps(body))
            )

    def started(self, person: str) -> tuple[str, dict] | None:
        with self._database.read() as tx:
            row = tx.execute("SELECT * FROM started WHERE person = ?", (person,)).fetchone()
        return (row["key"], json.loads(row["body"])) if row else None


def _message(row: sqlite3.Row) -> Message:
    return Message(**{**dict(row), "lost": bool(row["lost"])})
