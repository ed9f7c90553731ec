"""What tests and people use beside Stripe's own API, with `Authorization: Bearer <SANDBOX_KEY>`.

    POST /peer/faults     {mode, on, times, seconds, reads}; mode "ok" clears     GET /peer/faults
    POST /peer/telling    {copies, late, reversed, types}: how events are told; {} as usual
    POST /peer/tell/{event}    tell it (again) now
    POST /peer/refunds    {payment_intent, amount}        as from the dashboard
    POST /peer/disputes   {payment_intent, amount}        the payer's bank asks for the money
    POST /peer/disputes/{id}   {status: won | lost}
    POST /peer/debits/{payment_intent}   {works}          a bank debit arrives, or comes back
    POST /peer/reset      forget everything
    GET  /peer/objects/{kind}   oldest first    GET /peer/events
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, abort, current_app, jsonify, request

from sandbox import stripe_objects as objects
from sandbox.site import json_object, require_key
from sandbox.stripe_faults import Fault, Faults
from sandbox.stripe_objects import Refused, get
from sandbox.stripe_store import PREFIXES, Store, Telling, Thing


@dataclass(frozen=True)
class Peer:
    store: Store
    faults: Faults
    wake: Callable[[], None]
    key: str


def add_control(app: Flask, peer: Peer) -> None:
    app.extensions["stripe_peer"] = peer
    app.before_request(_known)
    app.register_error_handler(Refused, lambda why: (jsonify(why.error), why.status))
    for rule, act in (
        ("faults", put_fault), ("telling", put_telling), ("tell/<id>", tell), ("reset", reset),
        ("refunds", refund), ("disputes", dispute), ("disputes/<id>", end_dispute),
        ("debits/<id>", settle),
    ):
        app.add_url_rule(f"/peer/{rule}", f"peer_{act.__name__}", act, methods=["POST"])
    for rule, view in (("faults", faults), ("events", events), ("objects/<kind>", things)):
        app.add_url_rule(f"/peer/{rule}", f"peer_{view.__name__}", view)


def _known() -> None:
    if request.path.startswith("/peer/"):
        require_key(_peer().key)


def _peer() -> Peer:
    peer: Peer = current_app.extensions["stripe_peer"]
    return peer


def put_fault() -> Response:
    given = json_object()
    if given.get("mode") == "ok":
        _peer().faults.clear()
        return faults()
    try:
        _peer().faults.put(Fault.read(given))
    except ValueError as why:
        abort(422, str(why))
    return faults()


def faults() -> Response:
    return jsonify(faults=_peer().faults.shown())


def put_telling() -> Response:
    given = json_object()
    try:
        telling = Telling(
            copies=int(given.get("copies", 1)), late=float(given.get("late", 0)),
            reversed=bool(given.get("reversed")), types=tuple(given.get("types", ())),
        )
    except (TypeError, ValueError):
        abort(422, "copies and late are numbers, types a list of texts.")
    if not 0 <= telling.copies <= 10 or not 0 <= telling.late <= 600:
        abort(422, "copies is 0 to 10, late 0 to 600 seconds.")
    _peer().store.telling = telling
    return jsonify(ok=True)


def tell(id: str) -> Response:
    if not _peer().store.tell_again(id):
        abort(404, "There is no such event.")
    _peer().wake()
    return jsonify(ok=True)


def reset() -> Response:
    """As when it was started for the first time."""
    _peer().faults.clear()
    _peer().store.empty()
    return jsonify(ok=True)


def refund() -> Response:
    given = json_object()
    return _done(lambda books: objects.refund(
        books, get(books, "payment_intent", given.get("payment_intent")), given.get("amount"),
        str(given.get("status", "succeeded")),
    ))


def dispute() -> Response:
    given = json_object()
    return _done(lambda books: objects.dispute(
        books, get(books, "payment_intent", given.get("payment_intent")), given.get("amount")
    ))


def end_dispute(id: str) -> Response:
    status = json_object().get("status")
    if status not in ("won", "lost"):
        abort(422, "status is won or lost.")
    return _done(lambda books: objects.end_dispute(books, get(books, "dispute", id), status))


def settle(id: str) -> Response:
    works = bool(json_object().get("works", True))

    def act(books: Any) -> Thing:
        intent = get(books, "payment_intent", id)
        objects.settle(books, intent, works)
        return intent

    return _done(act)


def things(kind: str) -> Response:
    if kind not in PREFIXES:
        abort(404, f"There are {', '.join(PREFIXES)}.")
    with _peer().store.books() as books:
        return jsonify(objects=books.all(kind)[::-1])


def events() -> Response:
    return jsonify(events=_peer().store.events())


def _done(act: Callable[[Any], Thing]) -> Response:
    with _peer().store.books() as books:
        thing = act(books)
    _peer().wake()
    return jsonify(thing)
