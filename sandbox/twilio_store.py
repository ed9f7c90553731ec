"""Messages as Twilio keeps them, who opted out of which sender, and what is still to happen."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, fields

from sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY,
    sid TEXT NOT NULL UNIQUE,
    direction TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    body TEXT NOT NULL,
    segments INTEGER NOT NULL,
    service TEXT NOT NULL,
    content TEXT NOT NULL,
    callback TEXT NOT NULL,
    status TEXT NOT NULL,
    rank INTEGER NOT NULL,
    error INTEGER,
    at REAL NOT NULL,
    changed REAL NOT NULL,
    sent REAL
);
CREATE INDEX IF NOT EXISTS messages_to ON messages (recipient, number);
CREATE TABLE IF NOT EXISTS happenings (
    number INTEGER PRIMARY KEY,
    message INTEGER NOT NULL,
    status TEXT NOT NULL,
    error INTEGER,
    due REAL NOT NULL,
    copies INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS happenings_due ON happenings (due);
CREATE TABLE IF NOT EXISTS opted_out (
    recipient TEXT NOT NULL,
    sender TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (recipient, sender)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS windows (
    recipient TEXT NOT NULL,
    sender TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (recipient, sender)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contents (sid TEXT PRIMARY KEY, said TEXT NOT NULL) WITHOUT ROWID;
"""
# A status that comes late does not replace one that ranks as high or higher.
RANKS = {
    "accepted": 0, "queued": 1, "sending": 2, "sent": 3, "delivered": 4, "undelivered": 4,
    "failed": 4, "read": 5, "received": 5,
}


@dataclass(frozen=True)
class Message:
    """`sender` and `recipient` as given, so with `whatsapp:`. `error` 0: none."""

    direction: str
    sender: str
    recipient: str
    body: str
    segments: int
    at: float
    status: str = "queued"
    service: str = ""
    content: str = ""
    callback: str = ""
    number: int = 0
    sid: str = ""
    rank: int = 0
    error: int | None = None
    changed: float = 0
    sent: float | None = None


@dataclass(frozen=True)
class Happening:
    """At `due` the message gets this status, and its callback is posted `copies` times."""

    status: str
    due: float
    copies: int = 1
    error: int | None = None
    number: int = 0


_COLUMNS = [field.name for field in fields(Message) if field.name != "number"]
_INSERT = (
    f"INSERT INTO messages ({', '.join(_COLUMNS)})"  # noqa: S608 - our own column names
    f" VALUES ({', '.join(':' + name for name in _COLUMNS)})"
)


class Store:
    """One writer at a time, in turn: waiting for SQLite's own lock would be much slower."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = threading.Lock()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        with self._turn, self._database.write() as tx:
            yield tx

    def read(self) -> AbstractContextManager[sqlite3.Connection]:
        return self._database.read()

    # --- messages ----------------------------------------------------------------------------

    def accept(self, message: Message, to_come: Iterable[Happening], *, stops: bool) -> str | None:
        """Keeps the message and answers its SID; None, and nothing is kept, when `stops` and the
        recipient opted out of the sender, or of the service it goes by."""
        sid = ("MM" if message.content else "SM") + secrets.token_hex(16)
        with self.write() as tx:
            if stops and self._opted_out(tx, message):
                return None
            self._insert(tx, message, sid, to_come)
        return sid

    def _insert(
        self, tx: sqlite3.Connection, message: Message, sid: str, to_come: Iterable[Happening]
    ) -> None:
        row = {
            **vars(message), "sid": sid, "rank": RANKS[message.status], "changed": message.at,
        }
        number = tx.execute(_INSERT, row).lastrowid
        tx.executemany(
            "INSERT INTO happenings (message, status, error, due, copies) VALUES (?, ?, ?, ?, ?)",
            [
                (number, each.status, each.error, each.due, each.copies if message.callback else 0)
                for each in to_come
            ],
        )

    def _opted_out(self, tx: sqlite3.Connection, message: Message) -> bool:
        found = tx.execute(
            "SELECT 1 FROM opted_out WHERE recipient = ? AND (sender = ? OR ?) LIMIT 1",
            (message.recipient, message.sender, bool(message.service)),
        )
        return found.fetchone() is not None

    def message(self, sid: str) -> Message | None:
        with self.read() as tx:
            row = tx.execute("SELECT * FROM messages WHERE sid = ?", (sid,)).fetchone()
        return Message(**dict(row)) if row else None

    def messages(
        self, where: Mapping[str, object], *, most: int, skip: int = 0, oldest: bool = False
    ) -> list[Message]:
        """Those for which every `column operator` of `where` holds, the newest first."""
        held = " AND ".join(f"{name} ?" for name in where) or "1"
        order = "ASC" if oldest else "DESC"
        with self.read() as tx:
            rows = tx.execute(
                f"SELECT * FROM messages WHERE {held}"  # noqa: S608 - our own columns
                f" ORDER BY number {order} LIMIT ? OFFSET ?",
                (*where.values(), most, skip),
            ).fetchall()
        return [Message(**dict(row)) for row in rows]

    def counts(self) -> dict[str, object]:
        """Of messages that came by the API: all, those that differ in recipient or text, and how
        many were accepted in each second."""
        ours = "FROM messages WHERE direction = 'outbound-api'"
        with self.read() as tx:
            total = tx.execute(f"SELECT count(*) {ours}").fetchone()[0]
            distinct = tx.execute(
                f"SELECT count(*) FROM (SELECT DISTINCT recipient, content, body {ours})"  # noqa: S608
            ).fetchone()[0]
            seconds = tx.execute(
                f"SELECT CAST(at AS INTEGER) AS second, count(*) AS n {ours} GROUP BY 1 ORDER BY 1"
            ).fetchall()
            waiting = tx.execute("SELECT count(*) FROM happenings").fetchone()[0]
        return {
            "total": total, "distinct": distinct, "to_come": waiting,
            "per_second": {str(row["second"]): row["n"] for row in seconds},
        }

    # --- what is to come ---------------------------------------------------------------------

    def happen(self, at: float, most: int) -> list[tuple[Message, Happening]]:
        """Gives each message whose time has come its status, and answers what to call back."""
        with self.write() as tx:
            rows = tx.execute(
                "SELECT * FROM happenings WHERE due <= ? ORDER BY due, number LIMIT ?", (at, most)
            ).fetchall()
            found = [self._happen(tx, row, at) for row in rows]
            tx.executemany(
                "DELETE FROM happenings WHERE number = ?", [(row["number"],) for row in rows]
            )
        return found

    def _happen(
        self, tx: sqlite3.Connection, row: sqlite3.Row, at: float
    ) -> tuple[Message, Happening]:
        rank, status = RANKS[row["status"]], row["status"]
        tx.execute(
            "UPDATE messages SET status = ?, rank = ?, error = ?, changed = ?,"
            " sent = coalesce(sent, ?) WHERE number = ? AND rank < ?",
            (status, rank, row["error"], at, at if rank > 2 else None, row["message"], rank),
        )
        found = tx.execute("SELECT * FROM messages WHERE number = ?", (row["message"],)).fetchone()
        return Message(**dict(found)), Happening(
            status, row["due"], row["copies"], row["error"], row["number"]
        )

    def next_due(self) -> float | None:
        with self.read() as tx:
            return tx.execute("SELECT min(due) FROM happenings").fetchone()[0]

    # --- what people sent --------------------------------------------------------------------

    def receive(self, message: Message, *, stop: bool = False, start: bool = False) -> str:
        """Keeps what a person sent, opens the 24 hours of that pair, and opts out or in again."""
        sid = ("MM" if message.sender.startswith("whatsapp:") else "SM") + secrets.token_hex(16)
        pair = (message.sender, message.recipient)
        with self.write() as tx:
            self._insert(tx, message, sid, ())
            tx.execute("INSERT OR REPLACE INTO windows VALUES (?, ?, ?)", (*pair, message.at))
            if stop:
                tx.execute("INSERT OR REPLACE INTO opted_out VALUES (?, ?, ?)", (*pair, message.at))
            if start:
                tx.execute("DELETE FROM opted_out WHERE recipient = ? AND sender = ?", pair)
        return sid

    def wrote_at(self, recipient: str, sender: str) -> float | None:
        """When this person last wrote to this sender."""
        with self.read() as tx:
            row = tx.execute(
                "SELECT at FROM windows WHERE recipient = ? AND sender = ?", (recipient, sender)
            ).fetchone()
        return row["at"] if row else None

    # --- contents ----------------------------------------------------------------------------

    def put_content(self, sid: str, said: Mapping[str, object]) -> None:
        with self.write() as tx:
            tx.execute("INSERT OR REPLACE INTO contents VALUES (?, ?)", (sid, json.dumps(said)))

    def content(self, sid: str) -> dict | None:
        with self.read() as tx:
            row = tx.execute("SELECT said FROM contents WHERE sid = ?", (sid,)).fetchone()
        return json.loads(row["said"]) if row else None

    def empty(self, tables: Sequence[str]) -> None:
        with self.write() as tx:
            for table in tables:
                tx.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
