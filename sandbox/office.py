"""The back office: any system of record that takes JSON over HTTP, with faults on demand.

    POST /{operation}         a write, signed, with an Idempotency-Key
    GET  /{operation}/{key}   what it shows for that write, or 404
    POST /accounts            seed: one account, or {"accounts": [...]}
    POST /charges             a new invoice: {reference, invoice, amount_minor, currency}
    GET  /accounts  /records/{reference}  /effects  /faults
    POST /faults              how the next calls go wrong     POST /memory   what it remembers
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, abort, current_app, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox import faults, ledger, memory
from sandbox.clock import Clock
from sandbox.database import Database
from sandbox.faults import Fault, Faults
from sandbox.ledger import Ledger, Refusal, Taken
from sandbox.memory import Memory
from sandbox.modes import MODES
from sandbox.parent import end_with_parent
from sandbox.records import entry, record, summary
from sandbox.settings import Settings
from sandbox.site import given_fields, json_object, require_signature, site, wants_page

INSIDE = "http://169.254.169.254/latest/meta-data/"


@dataclass(frozen=True)
class Office:
    """What the routes share. `secret`: empty takes unsigned requests."""

    ledger: Ledger
    faults: Faults
    memory: Memory
    secret: str
    clock: Clock


@dataclass(frozen=True)
class Write:
    operation: str
    key: str
    fields: dict[str, object]


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or Settings.read()
    schema = ledger.SCHEMA + faults.SCHEMA + memory.SCHEMA
    database = Database(settings.store / "office.db", schema)
    app = site("office")
    app.extensions["office"] = Office(
        Ledger(database), Faults(database),
        Memory(database, settings.remembers, settings.forgetful), settings.secret,
        settings.clock,
    )
    for rule, view in (
        ("/", home), ("/accounts", accounts), ("/records/<path:reference>", show_record),
        ("/effects", effects), ("/faults", show_faults), ("/<operation>/<key>", read_back),
    ):
        app.add_url_rule(rule, view.__name__, view)
    for rule, act in (
        ("/accounts", seed), ("/charges", charge), ("/faults", put_fault), ("/memory", put_memory),
        ("/<operation>", write),
    ):
        app.add_url_rule(rule, act.__name__, act, methods=["POST"])
    return app


def __getattr__(name: str) -> Flask:
    """`app`: made from the environment when a server asks for it."""
    if name == "app":
        end_with_parent()
        return create_app()
    raise AttributeError(name)


def office() -> Office:
    return current_app.extensions["office"]


# --- what a connector calls ------------------------------------------------------------------


def write(operation: str) -> Response:
    require_signature(office().secret, office().clock)
    fields = json_object()
    id = fields.pop("id", None)
    key = request.headers.get("Idempotency-Key") or id
    if not isinstance(key, str) or not key or (id is not None and id != key):
        abort(400, "Idempotency-Key and id are the same text, and there is one.")
    fault = office().faults.take("write", operation)
    return WRITES[fault.mode](Write(operation, key, fields), fault)


def read_back(operation: str, key: str) -> Response:
    require_signature(office().secret, office().clock)
    fault = office().faults.take("read", operation)
    if fault.mode in ("busy", "error", "timeout_before"):
        return WRITES[fault.mode](Write(operation, key, {}), fault)
    if fault.mode == "slow":
        time.sleep(fault.seconds)
    shown = office().ledger.shown(operation, key, office().clock.now())
    if shown is None:
        abort(404, "Nothing is shown for this key.")
    return jsonify(id=key, **shown)


def _take(write: Write, late: float = 0, fields: dict[str, object] | None = None) -> Response:
    """Post it. 201 the first time, 409 with the same reference for a key that was taken before,
    422 when the books refuse it."""
    now = office().clock.now()
    try:
        taken: Taken = office().ledger.post(
            write.operation, write.key, write.fields if fields is None else fields, now=now,
            visible_at=now + late, remembers=office().memory.honoured,
        )
    except Refusal as why:
        return _answer(422, detail=str(why))
    if taken.again:
        return _answer(409, reference=taken.reference, detail="This key was taken before.")
    return _answer(201, reference=taken.reference)


def _slow(write: Write, fault: Fault) -> Response:
    taken = _take(write)
    time.sleep(fault.seconds)
    return taken


def _busy(write: Write, fault: Fault) -> Response:
    answer = _answer(503, detail="Busy. Come back later.")
    answer.headers["Retry-After"] = str(round(fault.seconds))
    return answer


def _never(write: Write, fault: Fault) -> Response:
    """Hold the request until its caller has given up."""
    time.sleep(fault.seconds)
    return Response(status=504)


def _then_never(write: Write, fault: Fault) -> Response:
    _take(write)
    return _never(write, fault)


def _then_error(write: Write, fault: Fault) -> Response:
    _take(write)
    return _answer(500, detail="Something broke.")


def _redirect(write: Write, fault: Fault) -> Response:
    answer = _answer(302)
    answer.headers["Location"] = INSIDE
    return answer


def _answer(status: int, **said: object) -> Response:
    answer = jsonify(said)
    answer.status_code = status
    return answer


WRITES: dict[str, Callable[[Write, Fault], Response]] = {
    "ok": lambda write, fault: _take(write),
    "slow": _slow,
    "busy": _busy,
    "timeout_before": _never,
    "timeout_after": _then_never,
    "silent": lambda write, fault: _answer(200, reference="EF-000000"),
    "late": lambda write, fault: _take(write, late=fault.seconds),
    "refuse": lambda write, fault: _answer(422, detail=fault.reason),
    "wrong": lambda write, fault: _take(write, fields=ledger.wrong(write.fields)),
    "error": lambda write, fault: _answer(500, detail="Something broke."),
    "error_after": _then_error,
    "redirect": _redirect,
    "gone": lambda write, fault: _answer(410, detail="This address is switched off."),
}


# --- what the simulator, the tests and people use --------------------------------------------


def seed() -> Response:
    given = json_object()
    listed = given.get("accounts", [given])
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        abort(400, "accounts is a list of objects.")
    try:
        for each in listed:
            office().ledger.open_account(each)
    except Refusal as why:
        abort(422, str(why))
    return _answer(201, accounts=len(listed))


def charge() -> Response:
    given = json_object()
    minor, invoice = given.get("amount_minor"), str(given.get("invoice") or "")
    if not isinstance(minor, int) or minor <= 0 or not invoice:
        abort(422, "A charge has an invoice and an amount_minor above 0.")
    reference, currency = str(given.get("reference")), str(given.get("currency") or "USD")
    try:
        office().ledger.charge(reference, invoice, minor, currency)
    except Refusal as why:
        abort(422, str(why))
    return _answer(201, invoice=invoice)


def accounts() -> Response:
    return jsonify(accounts=[summary(row) for row in office().ledger.accounts()])


def show_record(reference: str) -> Response:
    return jsonify(_record(reference) or abort(404, "There is no such account."))


def _record(name: str) -> dict[str, object] | None:
    account = office().ledger.account(name)
    reference = account["reference"] if account else name
    posted = office().ledger.effects(reference)
    return record(reference, account, posted) if account or posted else None


def effects() -> Response:
    """All of them; `?account=` those of one account, `?key=` those of one write."""
    rows = office().ledger.effects(request.args.get("account"))
    key = request.args.get("key")
    return jsonify(effects=[entry(row) for row in rows if key in (None, row["key"])])


def show_faults() -> Response:
    forgetful, remembers = office().memory.read()
    return jsonify(
        faults=[fault.shown() for fault in office().faults.all()],
        memory={"forgetful": forgetful, "remembers": remembers},
    )


def put_fault() -> AnyResponse:
    try:
        office().faults.put(Fault.read(given_fields()))
    except ValueError as why:
        abort(422, str(why))
    return redirect("/", 303) if wants_page() else show_faults()


def put_memory() -> AnyResponse:
    given = given_fields()
    try:
        remembers = float(str(given.get("remembers", office().memory.read()[1])))
    except ValueError:
        abort(422, "remembers is a number of seconds.")
    office().memory.put(str(given.get("forgetful")).lower() in ("true", "1", "on"), remembers)
    return redirect("/", 303) if wants_page() else show_faults()


def home() -> str:
    listed = [summary(row) for row in office().ledger.accounts()]
    forgetful, remembers = office().memory.read()
    chosen = request.args.get("account", "")
    return render_template(
        "office.html", accounts=listed, record=_record(chosen) if chosen else None,
        latest=[entry(row) for row in office().ledger.effects(latest=12)][::-1],
        faults=office().faults.all(), forgetful=forgetful, remembers=remembers, modes=MODES,
    )
