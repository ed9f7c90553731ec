"""The messages that arrived at the phone, and the triggers that were started from it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_by_address ON messages (address);
CREATE TABLE IF NOT EXISTS started (
    person TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    body TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Message:
    number: int
    id: str
    channel: str
    address: str
    subject: str
    body: str
    at: float

    @property
    def reference(self) -> str:
        return f"in-{self.number}"


class Inbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, message: Message) -> tuple[Message, bool]:
        """Keep a message, once an id. The one that is kept, and whether it is new."""
        with self._database.write() as tx:
            made = tx.execute(
                "INSERT INTO messages (id, channel, address, subject, body, at)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (message.id, message.channel, message.address, message.subject, message.body,
                 message.at),
            )
            row = tx.execute("SELECT * FROM messages WHERE id = ?", (message.id,)).fetchone()
        return _message(row), made.rowcount == 1

    def of(self, addresses: Sequence[str], latest: int = 60) -> list[Message]:
        """The latest messages to any of these addresses, oldest first."""
        marks = ", ".join("?" * len(addresses))
        with self._database.read() as tx:
            rows = tx.execute(
                f"SELECT * FROM messages WHERE address IN ({marks})"  # noqa: S608 - marks only
                " ORDER BY number DESC LIMIT ?",
                (*addresses, latest),
            ).fetchall()
        return [_message(row) for row in rows[::-1]]

    def addresses(self, latest: int = 200) -> list[str]:
        """Every address that got a message, the last one first."""
        with self._database.read() as tx:
            rows = tx.execute(
                "SELECT address FROM messages GROUP BY address ORDER BY max(number) DESC LIMIT ?",
                (latest,),
            )
            return [row["address"] for row in rows]

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
    return Message(**dict(row))
