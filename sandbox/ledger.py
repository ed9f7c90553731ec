"""The office's books: accounts with a balance, and the effects that were posted to them.

Opening balance less the payments that were posted is the balance, always: both change in one
transaction, and nothing else changes a balance.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    reference TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    opening_minor INTEGER,
    balance_minor INTEGER,
    currency TEXT,
    details TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS names (
    name TEXT PRIMARY KEY,
    reference TEXT NOT NULL REFERENCES accounts
);
CREATE TABLE IF NOT EXISTS effects (
    number INTEGER PRIMARY KEY,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    account TEXT NOT NULL,
    fields TEXT NOT NULL,
    amount_minor INTEGER,
    currency TEXT,
    lowered_minor INTEGER NOT NULL,
    balance_minor INTEGER,
    at REAL NOT NULL,
    visible_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS effects_by_key ON effects (operation, key);
CREATE INDEX IF NOT EXISTS effects_by_account ON effects (account);
CREATE TABLE IF NOT EXISTS keys (
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    reference TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (operation, key)
);
"""
# The fields that may name the account, in this order.
ACCOUNT_FIELDS = (
    "account", "customer", "customer_reference", "person", "reference", "invoice",
    "invoice_number", "number",
)
_PAYMENT = {"pay", "payment", "payments"}
_PROMISE = {"plan", "plans", "promise", "promises", "instalments", "schedule"}


class Refusal(Exception):
    """The books do not take it; the text says why."""


@dataclass(frozen=True)
class Taken:
    """`again`: this key was taken before, and nothing was posted now."""

    reference: str
    again: bool = False


class Ledger:
    def __init__(self, database: Database) -> None:
        self._database = database

    def open_account(self, given: Mapping[str, object]) -> None:
        """Add an account, or bring the name and details of a known one up to date. A known
        account keeps its balance and entries, unless `replace` is true. Raises Refusal."""
        reference, balance = str(given.get("reference") or ""), given.get("balance_minor")
        if not reference:
            raise Refusal("An account has a reference.")
        if balance is not None and (isinstance(balance, bool) or not isinstance(balance, int)):
            raise Refusal("balance_minor is a whole number of minor units.")
        known = ("reference", "name", "balance_minor", "currency", "replace")
        details = {name: value for name, value in given.items() if name not in known}
        with self._database.write() as tx:
            if given.get("replace"):
                _forget(tx, reference)
            tx.execute(
                "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (reference)"
                " DO UPDATE SET name = excluded.name, details = excluded.details",
                (reference, str(given.get("name") or reference), balance, balance,
                 given.get("currency"), json.dumps(details)),
            )
            for name in [reference, *_texts(given.get("invoices"))]:
                tx.execute("INSERT OR REPLACE INTO names VALUES (?, ?)", (name, reference))

    def charge(self, reference: str, invoice: str, minor: int, currency: str) -> None:
        """A new invoice for a known account: what is owed grows. An invoice that the account has
        changes nothing. Raises Refusal."""
        with self._database.write() as tx:
            account = _account(tx, reference)
            if account is None:
                raise Refusal("There is no such account.")
            if account["currency"] not in (None, currency):
                raise Refusal(f"The account is in {account['currency']}.")
            if tx.execute("SELECT 1 FROM names WHERE name = ?", (invoice,)).fetchone():
                return
            details = json.loads(account["details"])
            details["invoices"] = [*_texts(details.get("invoices")), invoice]
            tx.execute(
                "UPDATE accounts SET opening_minor = coalesce(opening_minor, 0) + ?,"
                " balance_minor = coalesce(balance_minor, 0) + ?, currency = ?, details = ?"
                " WHERE reference = ?",
                (minor, minor, currency, json.dumps(details), account["reference"]),
            )
            tx.execute("INSERT INTO names VALUES (?, ?)", (invoice, account["reference"]))

    def post(
        self, operation: str, key: str, fields: Mapping[str, object], *, now: float,
        visible_at: float, remembers: float,
    ) -> Taken:
        """Post one write. A key from the last `remembers` seconds posts nothing again; 0 keeps no
        keys. Raises Refusal: another body under a known key, another currency."""
        digest = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
        with self._database.write() as tx:
            seen = tx.execute(
                "SELECT * FROM keys WHERE operation = ? AND key = ? AND at > ?",
                (operation, key, now - remembers),
            ).fetchone() if remembers else None
            if seen is not None:
                if seen["digest"] != digest:
                    raise Refusal("This key was used with other fields.")
                return Taken(seen["reference"], again=True)
            reference = _post(tx, operation, key, fields, now, visible_at)
            tx.execute(
                "INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?, ?)",
                (operation, key, digest, reference, now),
            )
            return Taken(reference)

    def shown(self, operation: str, key: str, now: float) -> dict[str, object] | None:
        """The fields of the first effect posted under this key, once it shows."""
        with self._database.read() as tx:
            row = tx.execute(
                "SELECT fields FROM effects WHERE operation = ? AND key = ? AND visible_at <= ?"
                " ORDER BY number LIMIT 1",
                (operation, key, now),
            ).fetchone()
        return None if row is None else json.loads(row["fields"])

    def effects(self, account: str | None = None, latest: int | None = None) -> list[sqlite3.Row]:
        """Every effect, oldest first, shown yet or not."""
        where, values = ("", []) if account is None else (" WHERE account = ?", [account])
        limit = "" if latest is None else f" LIMIT {int(latest)}"
        with self._database.read() as tx:
            rows = tx.execute(
                f"SELECT * FROM effects{where} ORDER BY number DESC{limit}", values  # noqa: S608 - fixed texts
            ).fetchall()
        return rows[::-1]

    def accounts(self) -> list[sqlite3.Row]:
        with self._database.read() as tx:
            return tx.execute("SELECT * FROM accounts ORDER BY name, reference").fetchall()

    def account(self, name: str) -> sqlite3.Row | None:
        """The account with this reference, or the one that has this invoice."""
        with self._database.read() as tx:
            return _account(tx, name)


def _post(
    tx: sqlite3.Connection, operation: str, key: str, fields: Mapping[str, object], now: float,
    visible_at: float,
) -> str:
    named = [str(fields[f]) for f in ACCOUNT_FIELDS if isinstance(fields.get(f), str)]
    account = next((a for name in named if (a := _account(tx, name))), None)
    minor, currency = amount_of(fields)
    lowers = received(operation, fields)
    balance = None
    if account is not None:
        if lowers and account["currency"] not in (None, currency):
            raise Refusal(f"The account is in {account['currency']}.")
        if account["balance_minor"] is not None:
            balance = account["balance_minor"] - lowers
            tx.execute(
                "UPDATE accounts SET balance_minor = ? WHERE reference = ?",
                (balance, account["reference"]),
            )
    where = account["reference"] if account is not None else next(iter(named), "")
    number = tx.execute(
        "INSERT INTO effects (operation, key, account, fields, amount_minor, currency,"
        " lowered_minor, balance_minor, at, visible_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (operation, key, where, json.dumps(fields), minor, currency, lowers, balance, now,
         visible_at),
    ).lastrowid
    return reference_of(number or 0)


def reference_of(number: int) -> str:
    return f"EF-{number:06d}"


def amount_of(fields: Mapping[str, object]) -> tuple[int | None, str | None]:
    """`{"amount": {"minor", "currency"}}`, or `amount_minor` beside `currency`."""
    amount, currency = fields.get("amount"), fields.get("currency")
    if isinstance(amount, Mapping):
        amount, currency = amount.get("minor"), amount.get("currency")
    else:
        amount = fields.get("amount_minor", amount)
    whole = isinstance(amount, int) and not isinstance(amount, bool)
    return (amount if whole else None), (str(currency) if currency else None)


def lowers_balance(operation: str) -> bool:
    """Whether writes of this operation are money received: `payments`, `post_payment`, not
    `payment_plans`."""
    words = set(re.split(r"[^a-z]+", operation.lower()))
    return bool(words & _PAYMENT) and not words & _PROMISE


def received(operation: str, fields: Mapping[str, object]) -> int:
    """The money this write says came in, in minor units: a payment, or what was paid down at once
    on a plan (`down_minor`)."""
    minor, _ = amount_of(fields)
    if lowers_balance(operation):
        return minor or 0
    down = fields.get("down_minor")
    return down if isinstance(down, int) and not isinstance(down, bool) else 0


def wrong(fields: Mapping[str, object]) -> dict[str, object]:
    """The same fields with other amounts, numbers and texts; the account stays."""
    kept = (*ACCOUNT_FIELDS, "case", "currency")
    return {n: value if n in kept else _other(value) for n, value in fields.items()}


def _other(value: object) -> object:
    if isinstance(value, Mapping):
        return {n: each if n == "currency" else _other(each) for n, each in value.items()}
    if isinstance(value, list):
        return [_other(each) for each in value]
    if isinstance(value, bool) or value is None:
        return not value
    return value + 100 if isinstance(value, int) else f"{value}?"


def _account(tx: sqlite3.Connection, name: str) -> sqlite3.Row | None:
    return tx.execute(
        "SELECT accounts.* FROM names JOIN accounts USING (reference) WHERE names.name = ?", (name,)
    ).fetchone()


def _forget(tx: sqlite3.Connection, reference: str) -> None:
    tx.execute(
        "DELETE FROM keys WHERE (operation, key) IN"
        " (SELECT operation, key FROM effects WHERE account = ?)",
        (reference,),
    )
    tx.execute("DELETE FROM names WHERE reference = ?", (reference,))
    tx.execute("DELETE FROM effects WHERE account = ?", (reference,))
    tx.execute("DELETE FROM accounts WHERE reference = ?", (reference,))


def _texts(value: object) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
