"""Checkouts and their events, as the payment provider keeps them."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.database import Database
from sandbox.pay_cards import CARDS
from sandbox.site import iso

SCHEMA = """
CREATE TABLE IF NOT EXISTS checkouts (
    reference TEXT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    asked TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'paid', 'closed')),
    tries INTEGER NOT NULL DEFAULT 0,
    at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY,
    reference TEXT NOT NULL REFERENCES checkouts,
    body TEXT NOT NULL,
    at REAL NOT NULL,
    copies INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    due_at REAL
);
CREATE TABLE IF NOT EXISTS cards (
    token TEXT PRIMARY KEY,
    customer TEXT NOT NULL,
    kind TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS events_due ON events (due_at) WHERE due_at IS NOT NULL;
"""
# Seconds until an event that was not taken is sent again; after the last it is given up.
RETRY_AFTER = (1, 2, 4, 8, 15, 30, 60, 120, 300, 600)
# What may happen to an event -> how many copies of it are sent.
ARRIVALS = {"once": 1, "late": 1, "never": 1, "twice": 2, "wrong_amount": 1}
WRONG_BY = 100


KEEPS = ("keep", "card")


class OtherAmount(Exception):
    """This id was used for another amount."""


class NoCard(Exception):
    """This customer left no card under that token."""


@dataclass(frozen=True)
class Checkout:
    """`asked` is what the seller sent: id, mode, amount_minor, currency, brand, description, URLs,
    methods (between commas), and the customer, made up here when a card is to be kept for one."""

    reference: str
    state: str
    tries: int
    asked: Mapping[str, str | int]

    @property
    def amount(self) -> tuple[int, str]:
        return int(self.asked["amount_minor"]), str(self.asked["currency"])

    @property
    def mode(self) -> str:
        return str(self.asked.get("mode") or "pay")

    @property
    def customer(self) -> str:
        return str(self.asked.get("customer") or "")

    @property
    def methods(self) -> str:
        return str(self.asked.get("methods") or "card")


@dataclass(frozen=True)
class DueEvent:
    id: str
    reference: str
    body: str
    copies: int
    tries: int
    webhook_url: str


class Checkouts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, asked: Mapping[str, str | int], now: float) -> tuple[Checkout, bool]:
        """The checkout for this id, and whether it is new. Raises OtherAmount."""
        with self._database.write() as tx:
            row = tx.execute("SELECT * FROM checkouts WHERE id = ?", (asked["id"],)).fetchone()
            if row is not None:
                known = _checkout(row)
                if known.amount != (asked["amount_minor"], asked["currency"]):
                    raise OtherAmount
                return known, False
            if asked.get("mode") in KEEPS and not asked.get("customer"):
                asked = {**asked, "customer": f"cus_{secrets.token_urlsafe(9)}"}
            return _insert(tx, asked, "open", now), True

    def charge(
        self, asked: Mapping[str, str | int], method: str, now: float
    ) -> Checkout:
        """Take the money from a card that was kept, once for this id; a closed one stays closed.
        Raises NoCard, OtherAmount."""
        with self._database.write() as tx:
            row = tx.execute("SELECT * FROM checkouts WHERE id = ?", (asked["id"],)).fetchone()
            if row is not None:
                known = _checkout(row)
                if known.amount != (asked["amount_minor"], asked["currency"]):
                    raise OtherAmount
                return known
            card = tx.execute(
                "SELECT kind FROM cards WHERE token = ? AND customer = ?",
                (method, asked["customer"]),
            ).fetchone()
            if card is None:
                raise NoCard
            works = CARDS[card["kind"]].later
            made = _insert(tx, asked, "paid" if works else "closed", now)
            _tell(tx, made, "succeeded" if works else "declined", "once", now, now)
            return made

    def find(self, name: str) -> Checkout | None:
        """By reference or by the seller's id."""
        with self._database.read() as tx:
            row = tx.execute(
                "SELECT * FROM checkouts WHERE reference = ? OR id = ?", (name, name)
            ).fetchone()
        return _checkout(row) if row else None

    def decline(self, checkout: Checkout, now: float) -> None:
        """The card was turned down. The checkout stays open for another try."""
        with self._database.write() as tx:
            tried = tx.execute(
                "UPDATE checkouts SET tries = tries + 1 WHERE reference = ? AND state = 'open'",
                (checkout.reference,),
            )
            if tried.rowcount == 1:
                _tell(tx, checkout, "declined", "once", now, now)

    def pay(
        self, checkout: Checkout, arrival: str, *, now: float, late: float, card: str = "works"
    ) -> bool:
        """Take the money, once, and keep the card where that was asked for. False when it is not
        open any more: nothing happens then."""
        due = {"late": now + late, "never": None}.get(arrival, now)
        with self._database.write() as tx:
            if not _leave_open(tx, checkout.reference, "paid"):
                return False
            kept = _keep(tx, checkout, card) if checkout.mode in KEEPS else None
            _tell(tx, checkout, "succeeded", arrival, now, due, kept)
        return True

    def close(self, checkout: Checkout, now: float) -> bool:
        """Nobody pays here any more. False when it was paid or closed before."""
        with self._database.write() as tx:
            if not _leave_open(tx, checkout.reference, "closed"):
                return False
            _tell(tx, checkout, "closed", "once", now, now)
        return True

    def events(self, reference: str) -> list[dict[str, object]]:
        """All events of a checkout, sent or not, oldest first."""
        with self._database.read() as tx:
            rows = tx.execute(
                "SELECT body FROM events WHERE reference = ? ORDER BY at, rowid", (reference,)
            )
            return [json.loads(row["body"]) for row in rows]

    def due(self, now: float) -> list[DueEvent]:
        with self._database.read() as tx:
            rows = tx.execute(
                "SELECT events.*, checkouts.asked FROM events JOIN checkouts USING (reference)"
                " WHERE due_at <= ? ORDER BY due_at LIMIT 20",
                (now,),
            ).fetchall()
        return [
            DueEvent(row["id"], row["reference"], row["body"], row["copies"], row["tries"],
                     json.loads(row["asked"])["webhook_url"])
            for row in rows
        ]

    def carried(self, event: DueEvent, taken: bool, now: float) -> None:
        """One try was made. A copy that was taken is done; one that was not is tried again."""
        copies = event.copies - 1 if taken else event.copies
        tries = 0 if taken else event.tries + 1
        due = now if taken else now + RETRY_AFTER[min(event.tries, len(RETRY_AFTER) - 1)]
        over = copies == 0 or tries > len(RETRY_AFTER)
        with self._database.write() as tx:
            tx.execute(
                "UPDATE events SET copies = ?, tries = ?, due_at = ? WHERE id = ?",
                (copies, tries, None if over else due, event.id),
            )


def _insert(
    tx: sqlite3.Connection, asked: Mapping[str, str | int], state: str, now: float
) -> Checkout:
    reference = f"co_{secrets.token_urlsafe(15)}"
    tx.execute(
        "INSERT INTO checkouts (reference, id, asked, state, at) VALUES (?, ?, ?, ?, ?)",
        (reference, asked["id"], json.dumps(asked), state, now),
    )
    return Checkout(reference, state, 0, asked)


def _keep(tx: sqlite3.Connection, checkout: Checkout, kind: str) -> dict[str, str]:
    """The token that charges it later, and what a seller may show of it."""
    token, card = f"pm_{secrets.token_urlsafe(12)}", CARDS[kind]
    tx.execute(
        "INSERT INTO cards (token, customer, kind) VALUES (?, ?, ?)",
        (token, checkout.customer, kind),
    )
    return {"token": token, "brand": card.brand, "last_four": card.last_four,
            "expires": card.expires}


def _leave_open(tx: sqlite3.Connection, reference: str, state: str) -> bool:
    """Exactly one press leaves the open state, whatever arrives at once."""
    left = tx.execute(
        "UPDATE checkouts SET state = ?, tries = tries + 1 WHERE reference = ? AND state = 'open'",
        (state, reference),
    )
    return left.rowcount == 1


def _tell(
    tx: sqlite3.Connection, checkout: Checkout, kind: str, arrival: str, now: float,
    due: float | None, card: Mapping[str, str] | None = None,
) -> None:
    """Write the event down. It leaves at `due`, or never; a checkout made by closing has nobody
    to tell."""
    minor, currency = checkout.amount
    event = {
        "id": f"evt_{secrets.token_urlsafe(12)}", "type": f"payment.{kind}",
        "created_at": iso(now),
        "data": {
            "reference": checkout.reference, "payment_id": checkout.asked["id"],
            "amount_minor": minor + WRONG_BY if arrival == "wrong_amount" else minor,
            "currency": currency, **({"card": card} if card else {}),
        },
    }
    tx.execute(
        "INSERT INTO events (id, reference, body, at, copies, due_at) VALUES (?, ?, ?, ?, ?, ?)",
        (event["id"], checkout.reference, json.dumps(event), now, ARRIVALS[arrival],
         due if checkout.asked["webhook_url"] else None),
    )


def _checkout(row: sqlite3.Row) -> Checkout:
    return Checkout(row["reference"], row["state"], row["tries"], json.loads(row["asked"]))
