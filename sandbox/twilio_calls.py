"""Calls: what the API demands and answers, and how they are kept.

    POST /2010-04-01/Accounts/{sid}/Calls.json         place a call; 201
    POST /2010-04-01/Accounts/{sid}/Calls/{sid}.json   Status=completed or canceled ends it
    GET  /2010-04-01/Accounts/{sid}/Calls/{sid}.json
    GET  /2010-04-01/Accounts/{sid}/Calls.json         ?To= From= StartTime>= StartTime<=
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from sandbox import twilio_resources as resources
from sandbox.clock import Clock
from sandbox.twilio_faults import Fault
from sandbox.twilio_messages import NUMBER, Desk, instant
from sandbox.twilio_resources import API, Refused
from sandbox.twilio_store import Store
from sandbox.twilio_webhook import on_this_machine

SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    number INTEGER PRIMARY KEY,
    sid TEXT NOT NULL UNIQUE,
    recipient TEXT NOT NULL,
    said TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS call_steps (
    number INTEGER PRIMARY KEY,
    sid TEXT NOT NULL,
    what TEXT NOT NULL,
    due REAL NOT NULL
);
"""
EVENTS = ("initiated", "ringing", "answered", "completed")
OVER = ("completed", "busy", "failed", "no-answer", "canceled")
MOST_TWIML = 4000


@dataclass(frozen=True)
class Call:
    """`ends`: how it ends instead of being answered. `gather`: the keys it waits for, as
    Gather's fields; `turn` tells one waiting from the next. `copies`: of each callback."""

    sid: str
    sender: str
    recipient: str
    at: float
    url: str = ""
    twiml: str = ""
    callback: str = ""
    events: tuple[str, ...] = ("completed",)
    detects: bool = False
    machine: bool = False
    ends: str = ""
    copies: int = 1
    status: str = "queued"
    heard: list[str] = field(default_factory=list)
    rest: str = ""
    gather: dict | None = None
    turn: int = 0
    changed: float = 0
    started: float | None = None
    ended: float | None = None
    sequence: int = 0

    @property
    def answered_by(self) -> str | None:
        """What the detection says, when one was asked for."""
        if not self.detects or self.started is None:
            return None
        return "machine_start" if self.machine else "human"

    @property
    def seconds(self) -> int:
        return round(self.ended - self.started) if self.started and self.ended else 0


class Calls:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def add(self, call: Call, step: str, due: float) -> None:
        with self._store.write() as tx:
            tx.execute(
                "INSERT INTO calls (sid, recipient, said) VALUES (?, ?, ?)",
                (call.sid, call.recipient, json.dumps(asdict(call))),
            )
            tx.execute(
                "INSERT INTO call_steps (sid, what, due) VALUES (?, ?, ?)", (call.sid, step, due)
            )

    def find(self, sid: str) -> Call | None:
        with self._store.read() as tx:
            row = tx.execute("SELECT said FROM calls WHERE sid = ?", (sid,)).fetchone()
        return _call(row["said"]) if row else None

    def all(self, recipient: str | None = None) -> list[Call]:
        """Oldest first."""
        with self._store.read() as tx:
            rows = tx.execute(
                "SELECT said FROM calls WHERE ? IS NULL OR recipient = ? ORDER BY number",
                (recipient, recipient),
            ).fetchall()
        return [_call(row["said"]) for row in rows]

    def save(self, call: Call, step: str = "", due: float = 0) -> Call:
        """Keeps it as it is now, and what comes next."""
        call = replace(call, changed=self._clock.now())
        with self._store.write() as tx:
            tx.execute(
                "UPDATE calls SET said = ? WHERE sid = ?", (json.dumps(asdict(call)), call.sid)
            )
            if step:
                tx.execute(
                    "INSERT INTO call_steps (sid, what, due) VALUES (?, ?, ?)",
                    (call.sid, step, due),
                )
        return call

    def due(self, at: float) -> list[tuple[str, str]]:
        """(sid, step) of those whose time has come; each is given once."""
        with self._store.read() as tx:
            if tx.execute("SELECT 1 FROM call_steps WHERE due <= ?", (at,)).fetchone() is None:
                return []
        with self._store.write() as tx:
            rows = tx.execute(
                "DELETE FROM call_steps WHERE due <= ? RETURNING sid, what", (at,)
            ).fetchall()
        return [(row["sid"], row["what"]) for row in rows]


def place(desk: Desk, calls: Calls, form: Mapping[str, str]) -> Call:
    """Accepts the call. Raises Refused."""
    sender, recipient = form.get("From", ""), form.get("To", "")
    _ends(desk, sender, recipient)
    url, twiml = form.get("Url", ""), form.get("Twiml", "")
    if not twiml and not on_this_machine(url):
        raise Refused(400, 21205, f"Url is not a valid URL: {url}")
    if len(twiml) > MOST_TWIML:
        raise Refused(400, 21240, "Twiml is longer than 4000 characters")
    callback = form.get("StatusCallback", "")
    if callback and not on_this_machine(callback):
        raise Refused(400, 21609, f"The 'StatusCallback' URL {callback} is not a valid URL.")
    events = tuple(form.get("StatusCallbackEvent", "").split())
    if set(events) - set(EVENTS):
        raise Refused(400, 21626, "A StatusCallbackEvent is not one of the known")
    fault = desk.faults.take("call", "journey", recipient)
    at = desk.clock.now()
    call = _met(fault, Call(
        f"CA{secrets.token_hex(16)}", sender, recipient, at, "" if twiml else url, twiml,
        callback, events or ("completed",), bool(form.get("MachineDetection")), changed=at,
    ))
    late = fault.seconds if fault and fault.mode == "late" else 0
    calls.add(call, "initiated", time.time() + late + desk.step)
    return call


def _ends(desk: Desk, sender: str, recipient: str) -> None:
    if not recipient:
        raise Refused(400, 21201, "No 'To' number is specified")
    if not NUMBER.fullmatch(recipient):
        raise Refused(400, 21211, f"Invalid 'To' Phone Number: {recipient}")
    if not sender:
        raise Refused(400, 21213, "No 'From' number is specified")
    if not NUMBER.fullmatch(sender):
        raise Refused(400, 21212, f"Invalid 'From' Phone Number: {sender}")
    if desk.numbers and sender not in desk.numbers:
        raise Refused(400, 21210, f"The source phone number {sender} is not verified")


def _met(fault: Fault | None, call: Call) -> Call:
    mode = fault.mode if fault else ""
    ends = {"busy": "busy", "no_answer": "no-answer", "failed": "failed"}.get(mode, "")
    copies = {"lost": 0, "twice": 2}.get(mode, 1)
    return replace(call, ends=ends, copies=copies, machine=mode == "machine")


def resource(account: str, call: Call) -> dict[str, object]:
    uri = f"/{API}/Accounts/{account}/Calls/{call.sid}"
    parts = ("Events", "Notifications", "Payments", "Recordings", "Siprec", "Streams",
             "Transcriptions", "UserDefinedMessageSubscriptions", "UserDefinedMessages")
    nothing = dict.fromkeys((
        "parent_call_sid", "phone_number_sid", "price", "forwarded_from", "group_sid",
        "caller_name", "trunk_sid",
    ))
    return {
        **nothing, "sid": call.sid, "date_created": resources.date(call.at),
        "date_updated": resources.date(call.changed), "account_sid": account,
        "to": call.recipient, "to_formatted": call.recipient, "from": call.sender,
        "from_formatted": call.sender, "status": call.status,
        "start_time": resources.date(call.started), "end_time": resources.date(call.ended),
        "duration": str(call.seconds) if call.ended else None, "price_unit": "USD",
        "direction": "outbound-api", "answered_by": call.answered_by, "api_version": API,
        "queue_time": "0", "uri": f"{uri}.json",
        "subresource_uris": {_snake(part): f"{uri}/{part}.json" for part in parts},
    }


def listed(
    desk: Desk, calls: Calls, path: str, query: Mapping[str, str]
) -> dict[str, object]:
    """The newest first. A call that is not answered yet counts by when it was placed."""
    try:
        number, size = resources.place(query)
        after, before = (
            instant(query[name]) if name in query else None for name in ("StartTime>", "StartTime<")
        )
    except ValueError:
        raise Refused(400, 20001, "A parameter of the list is not valid.") from None
    found = [
        call for call in reversed(calls.all(query.get("To")))
        if query.get("From") in (None, call.sender)
        and (after is None or (call.started or call.at) >= after)
        and (before is None or (call.started or call.at) <= before)
    ]
    start = number * size
    items = [resource(desk.account, call) for call in found[start:start + size]]
    return resources.page("calls", path, query, items, more=len(found) > start + size)


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _call(said: str) -> Call:
    given = json.loads(said)
    return Call(**{**given, "events": tuple(given["events"])})
