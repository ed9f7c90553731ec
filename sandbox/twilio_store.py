"""Messages as Twilio keeps them, who opted out of which sender, and what is still to happen."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
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


_COLUMNS = [field.name for field in fields(Message)]
_INSERT = (
    f"INSERT INTO messages ({', '.join(_COLUMNS)})"  # noqa: S608 - our own column names
    f" VALUES ({', '.join(':' + name for name in _COLUMNS)})"
)
_TABLES = (
    "happenings", "messages", "opted_out", "windows", "contents", "call_steps", "calls"
)
_BY_NUMBER = "SELECT * FROM messages WHERE number = ?"


class Store:
    """What is accepted is written in batches: `flush` does it, and every read does it first. A
    process that is killed, not told to end, loses what it accepted some milliseconds ago."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = threading.Lock()  # one writer at a time; waiting for SQLite's lock is slower
        self._lock = threading.Lock()  # over what is in memory
        self._rows: list[dict[str, object]] = []
        self._to_come: list[tuple[object, ...]] = []
        with database.read() as tx:
            self._number = tx.execute("SELECT coalesce(max(number), 0) FROM messages").fetchone()[0]
            self._written = self._number
            self._opted_out = {tuple(row) for row in tx.execute("SELECT * FROM opted_out")}

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        with self._turn:
            self._flush()
            with self._database.write() as tx:
                yield tx

    def flush(self) -> None:
        """Everything that was accepted before is written when this returns."""
        if self._written < self._number:
            with self._turn:
                self._flush()

    def read(self) -> AbstractContextManager[sqlite3.Connection]:
        self.flush()
        return self._database.read()

    def _flush(self) -> None:
        with self._lock:
            rows, self._rows = self._rows, []
            to_come, self._to_come = self._to_come, []
            number = self._number
        if rows:
            with self._database.write() as tx:
                tx.executemany(_INSERT, rows)
                tx.executemany(
                    "INSERT INTO happenings (message, status, error, due, copies)"
                    " VALUES (?, ?, ?, ?, ?)", to_come,
                )
            self._written = number

    # --- messages ----------------------------------------------------------------------------

    def accept(self, message: Message, to_come: Iterable[Happening], *, stops: bool) -> str | None:
        """Keeps the message and answers its SID; None, and nothing is kept, when `stops` and the
        recipient opted out of the sender, or of the service it goes by."""
        sid = ("MM" if message.content else "SM") + secrets.token_hex(16)
        row = {**vars(message), "sid": sid, "rank": RANKS[message.status], "changed": message.at}
        told = bool(message.callback)
        with self._lock:
            if stops and self._opted_out and self._stopped(message):
                return None
            self._number = row["number"] = self._number + 1
            self._rows.append(row)
            self._to_come += [
                (self._number, each.status, each.error, each.due, each.copies if told else 0)
                for each in to_come
            ]
        return sid

    def _stopped(self, message: Message) -> bool:
        if message.service:
            return any(recipient == message.recipient for recipient, _ in self._opted_out)
        return (message.recipient, message.sender) in self._opted_out

    def message(self, sid: str) -> Message | None:
        with self.read() as tx:
            row = tx.execute("SELECT * FROM messages WHERE sid = ?", (sid,)).fetchone()
        return _message(row) if row else None

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
        return [_message(row) for row in rows]

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

    def happen(self, due: float, at: float, most: int) -> list[tuple[Message, Happening]]:
        """Gives each message whose time has come its status, dated `at`, and answers what to call
        back."""
        with self.write() as tx:
            rows = tx.execute(
                "SELECT number, message, status, error, due, copies FROM happenings"
                " WHERE due <= ? ORDER BY due, number LIMIT ?", (due, most),
            ).fetchall()
            ranked = [(row, RANKS[row["status"]]) for row in rows]
            tx.executemany(
                "UPDATE messages SET status = ?, rank = ?, error = ?, changed = ?,"
                " sent = coalesce(sent, ?) WHERE number = ? AND rank < ?",
                [
                    (row["status"], rank, row["error"], at, at if rank > 2 else None,
                     row["message"], rank)
                    for row, rank in ranked
                ],
            )
            tx.executemany(
                "DELETE FROM happenings WHERE number = ?", [(row["number"],) for row in rows]
            )
            return [
                (_message(tx.execute(_BY_NUMBER, (row["message"],)).fetchone()), _happening(row))
                for row in rows if row["copies"]
            ]

    def next_due(self) -> float | None:
        with self.read() as tx:
            return tx.execute("SELECT min(due) FROM happenings").fetchone()[0]

    # --- what people sent --------------------------------------------------------------------

    def receive(self, message: Message, *, stop: bool = False, start: bool = False) -> str:
        """Keeps what a person sent, opens the 24 hours of that pair, and opts out or in again."""
        sid = self.accept(message, (), stops=False)
        pair = (message.sender, message.recipient)
        with self.write() as tx:
            tx.execute("INSERT OR REPLACE INTO windows VALUES (?, ?, ?)", (*pair, message.at))
            if stop:
                tx.execute("INSERT OR IGNORE INTO opted_out VALUES (?, ?)", pair)
            if start:
                tx.execute("DELETE FROM opted_out WHERE recipient = ? AND sender = ?", pair)
        with self._lock:
            self._opted_out -= {pair} if start else set()
            self._opted_out |= {pair} if stop else set()
        return str(sid)

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

    def empty(self) -> None:
        """Forgets everything."""
        with self.write() as tx:
            for table in _TABLES:
                tx.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
        with self._lock:
            self._opted_out.clear()


def _message(row: sqlite3.Row) -> Message:
    return Message(**dict(row))


def _happening(row: sqlite3.Row) -> Happening:
    return Happening(row["status"], row["due"], row["copies"], row["error"], row["number"])
