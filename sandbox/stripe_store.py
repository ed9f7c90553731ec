"""What the local Stripe keeps: objects, what was asked under which key, and events to be told."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    said TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_objects_kind ON objects (kind, number);
CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY,
    asked TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    due REAL,
    copies INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0
);
"""
# The API's version that our SDK speaks (stripe 16.1.0).
API_VERSION = "2026-10-28.endive"
PREFIXES = {
    "customer": "cus", "payment_method": "pm", "checkout.session": "cs_test", "charge": "ch",
    "payment_intent": "pi", "setup_intent": "seti", "refund": "re", "dispute": "dp",
}
RETRY_AFTER = (0.5, 1, 2, 4, 8, 15)
# Between two events that come in a wrong order.
APART = 0.3

Thing = dict[str, Any]


@dataclass(frozen=True)
class Telling:
    """How events reach the customer's webhook: `copies` of each, after `late` seconds, or in the
    wrong order. `types`: only of these, all when empty."""

    copies: int = 1
    late: float = 0
    reversed: bool = False
    types: tuple[str, ...] = ()


@dataclass
class Books:
    """One transaction over everything. Keys that begin with `_` are ours and never shown."""

    tx: sqlite3.Connection
    at: float
    told: list[tuple[str, str]] = field(default_factory=list)

    def new(self, kind: str, **more: Any) -> Thing:
        id = f"{PREFIXES[kind]}_{secrets.token_hex(12)}"
        thing = {"id": id, "object": kind, "created": int(self.at), "livemode": False, **more}
        self.tx.execute(
            "INSERT INTO objects (id, kind, said) VALUES (?, ?, ?)", (id, kind, json.dumps(thing))
        )
        return thing

    def save(self, thing: Thing, **more: Any) -> Thing:
        thing.update(more)
        self.tx.execute(
            "UPDATE objects SET said = ? WHERE id = ?", (json.dumps(thing), thing["id"])
        )
        return thing

    def find(self, id: object) -> Thing | None:
        row = self.tx.execute("SELECT said FROM objects WHERE id = ?", (id,)).fetchone()
        return json.loads(row["said"]) if row else None

    def all(self, kind: str) -> list[Thing]:
        """The newest first."""
        rows = self.tx.execute(
            "SELECT said FROM objects WHERE kind = ? ORDER BY number DESC", (kind,)
        )
        return [json.loads(row["said"]) for row in rows]

    def tell(self, type: str, thing: Mapping[str, Any]) -> None:
        """An event, as the thing is now."""
        event = {
            "id": f"evt_{secrets.token_hex(12)}", "object": "event", "api_version": API_VERSION,
            "created": int(self.at), "livemode": False, "pending_webhooks": 1, "type": type,
            "data": {"object": shown(thing)}, "request": {"id": None, "idempotency_key": None},
        }
        self.told.append((type, json.dumps(event)))


class Store:
    def __init__(self, database: Database, clock: Clock, *, hook: str) -> None:
        self._database = database
        self._clock = clock
        self._hook = hook
        self.telling = Telling()

    @contextmanager
    def books(self) -> Iterator[Books]:
        """Raising undoes everything, events included."""
        with self._database.write() as tx:
            books = Books(tx, self._clock.now())
            yield books
            self._write_events(books)

    def _write_events(self, books: Books) -> None:
        telling, number = self.telling, len(books.told)
        for index, (type, body) in enumerate(books.told):
            affected = not telling.types or type in telling.types
            copies = telling.copies if affected else 1
            due = books.at + (telling.late if affected else 0)
            if telling.reversed:
                due += APART * (number - index)
            told = bool(self._hook and copies)
            books.tx.execute(
                "INSERT INTO events (id, type, body, due, copies) VALUES (?, ?, ?, ?, ?)",
                (json.loads(body)["id"], type, body, due if told else None, copies),
            )

    def kept(self, key: str) -> tuple[str, int, str] | None:
        """What was asked under this key, and how that was answered."""
        with self._database.read() as tx:
            row = tx.execute("SELECT * FROM keys WHERE key = ?", (key,)).fetchone()
        return (row["asked"], row["status"], row["body"]) if row else None

    def keep(self, key: str, asked: str, status: int, body: str) -> None:
        with self._database.write() as tx:
            tx.execute("INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?)",
                       (key, asked, status, body))

    # --- events ------------------------------------------------------------------------------

    def due(self) -> list[tuple[str, str]]:
        """(id, body) of the events that are to be told now."""
        with self._database.read() as tx:
            rows = tx.execute(
                "SELECT id, body FROM events WHERE due <= ? ORDER BY due, number LIMIT 20",
                (self._clock.now(),),
            ).fetchall()
        return [(row["id"], row["body"]) for row in rows]

    def carried(self, id: str, taken: bool) -> None:
        """One try was made. A copy that was taken is done; one that was not is tried again."""
        with self._database.write() as tx:
            row = tx.execute("SELECT copies, tries FROM events WHERE id = ?", (id,)).fetchone()
            if row is None:
                return
            copies = row["copies"] - 1 if taken else row["copies"]
            tries = 0 if taken else row["tries"] + 1
            wait = 0 if taken else RETRY_AFTER[min(tries, len(RETRY_AFTER)) - 1]
            over = copies == 0 or tries > len(RETRY_AFTER)
            tx.execute(
                "UPDATE events SET copies = ?, tries = ?, due = ? WHERE id = ?",
                (copies, tries, None if over else self._clock.now() + wait, id),
            )

    def events(self) -> list[Thing]:
        """All, told or not, oldest first."""
        with self._database.read() as tx:
            rows = tx.execute("SELECT body FROM events ORDER BY number").fetchall()
        return [json.loads(row["body"]) for row in rows]

    def tell_again(self, id: str) -> bool:
        """As an operator does from Stripe's dashboard."""
        with self._database.write() as tx:
            done = tx.execute(
                "UPDATE events SET due = ?, copies = 1, tries = 0 WHERE id = ?",
                (self._clock.now(), id),
            )
        return done.rowcount == 1

    def empty(self) -> None:
        """Forgets everything."""
        self.telling = Telling()
        with self._database.write() as tx:
            for table in ("objects", "keys", "events"):
                tx.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names


def shown(thing: Any) -> Any:
    """Without what is ours only."""
    if isinstance(thing, Mapping):
        return {name: shown(value) for name, value in thing.items() if not name.startswith("_")}
    return [shown(one) for one in thing] if isinstance(thing, list) else thing
