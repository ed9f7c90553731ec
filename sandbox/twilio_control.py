"""What tests, the simulator and people use: faults, inbound messages, and what was accepted.

    POST /peer/faults    {mode, to, on, times, seconds, code}; mode "ok" clears    GET /peer/faults
    POST /peer/inbound   {channel, from, to, body, button, copies}: posts it to the customer
    POST /peer/contents  {sid, body, defaults, approved}: a content template
    POST /peer/rate      {per_second}: a ceiling, or null
    POST /peer/reset     forget everything
    POST /peer/calls/{sid}/digits  {digits, wait}: presses keys once the call waits for some
    GET  /peer/messages  ?to= from= direction=    GET /peer/calls  ?to=    GET /peer/counts

All with `Authorization: Bearer <SANDBOX_KEY>`.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from flask import Flask, Response, abort, current_app, jsonify, request

from sandbox import twilio_inbound
from sandbox.site import json_object, require_key, site
from sandbox.twilio_api import Api
from sandbox.twilio_calls import Calls
from sandbox.twilio_faults import Fault
from sandbox.twilio_line import Line
from sandbox.twilio_messages import CONTENT_SID, Desk
from sandbox.twilio_webhook import Webhook, on_this_machine

MOST_LISTED = 100_000
# Seconds until a call has to wait for keys.
WAIT, MOST_WAIT = 5.0, 30.0


@dataclass(frozen=True)
class Peer:
    """What the routes share."""

    desk: Desk
    calls: Calls
    line: Line
    api: Api
    webhook: Webhook
    key: str
    inbound: str


def control(peer: Peer) -> Flask:
    app = site("twilio")
    app.extensions["peer"] = peer
    app.before_request(_known)
    for act in (put_fault, inbound, put_content, put_rate, reset):
        rule = act.__name__.removeprefix("put_")
        rule = {"fault": "faults", "content": "contents"}.get(rule, rule)
        app.add_url_rule(f"/peer/{rule}", act.__name__, act, methods=["POST"])
    app.add_url_rule("/peer/calls/<sid>/digits", "digits", digits, methods=["POST"])
    for view in (faults, messages, calls, counts):
        app.add_url_rule(f"/peer/{view.__name__}", view.__name__, view)
    return app


def _known() -> None:
    if request.path.startswith("/peer/"):
        require_key(peer().key)


def peer() -> Peer:
    return current_app.extensions["peer"]


def put_fault() -> Response:
    given = json_object()
    if given.get("mode") == "ok":
        peer().desk.faults.clear()
        return faults()
    try:
        peer().desk.faults.put(Fault.read(given))
    except ValueError as why:
        abort(422, str(why))
    return faults()


def faults() -> Response:
    return jsonify(faults=peer().desk.faults.shown())


def inbound() -> Response:
    """A person writes. What the customer's webhook answered, once for each copy."""
    given = json_object()
    url = str(given.get("url") or peer().inbound)
    if not url:
        abort(409, "Set SANDBOX_INBOUND: there is nobody to tell.")
    if not on_this_machine(url):
        abort(422, "The webhook is not on this machine.")
    try:
        letter = twilio_inbound.Letter.read(given)
    except ValueError as why:
        abort(422, str(why))
    sid, answers = twilio_inbound.carry(peer().desk, peer().webhook, url, letter)
    last = answers[-1]
    return jsonify(sid=sid, status=last.status, body=last.body, kind=last.kind,
                   answers=[asdict(each) for each in answers])


def put_content() -> Response:
    given = json_object()
    sid, body = str(given.get("sid")), given.get("body")
    defaults, approved = given.get("defaults") or {}, given.get("approved", True)
    if not CONTENT_SID.fullmatch(sid) or not isinstance(body, str) or not body:
        abort(422, "A content has a sid (HX and 32 hexadecimal digits) and a body.")
    if not isinstance(defaults, dict):
        abort(422, "defaults is an object of texts.")
    said = {"body": body, "defaults": defaults, "approved": bool(approved)}
    peer().desk.store.put_content(sid, said)
    return jsonify(sid=sid, **said)


def put_rate() -> Response:
    given = json_object().get("per_second")
    if given is not None and (not isinstance(given, (int, float)) or given <= 0):
        abort(422, "per_second is a number above 0, or null.")
    peer().api.rate.set(given)
    return jsonify(per_second=given)


def reset() -> Response:
    """As when it was started for the first time."""
    peer().desk.faults.clear()
    peer().api.rate.set(None)
    peer().desk.store.empty()
    return jsonify(ok=True)


def messages() -> Response:
    """Oldest first."""
    where = {
        f"{column} =": request.args[name]
        for name, column in (("to", "recipient"), ("from", "sender"), ("direction", "direction"))
        if name in request.args
    }
    found = peer().desk.store.messages(where, most=MOST_LISTED, oldest=True)
    return jsonify(messages=[asdict(message) for message in found])


def calls() -> Response:
    """Oldest first, with what was heard."""
    return jsonify(calls=[asdict(call) for call in peer().calls.all(request.args.get("to"))])


def digits(sid: str) -> Response:
    """What the action answered, and all that was heard so far."""
    given = json_object()
    keys, wait = str(given.get("digits") or ""), given.get("wait", WAIT)
    if not re.fullmatch(r"[0-9*#]{1,32}", keys) or not isinstance(wait, (int, float)):
        abort(422, "digits are 0-9, * and #; wait is a number of seconds.")
    pressed = peer().line.press(sid, keys, min(wait, MOST_WAIT))
    if pressed is None:
        abort(409, "This call waits for no key.")
    return jsonify(**asdict(pressed.answer), call=pressed.call.status, heard=pressed.call.heard)


def counts() -> Response:
    return jsonify(**peer().desk.store.counts(), answers=peer().api.answers())
