"""The REST API, as a WSGI callable of its own: it has to take thousands of messages a second.

    POST /2010-04-01/Accounts/{sid}/Messages.json      send; 201
    GET  /2010-04-01/Accounts/{sid}/Messages.json      ?To= From= DateSent= DateSent>= DateSent<=
    GET  /2010-04-01/Accounts/{sid}/Messages/{sid}.json
    and calls: see twilio_calls

HTTP basic authentication with the account's SID and token.
"""

from __future__ import annotations

import base64
import hmac
import json
import math
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from sandbox import twilio_calls, twilio_messages, twilio_resources
from sandbox.twilio_callbacks import Callbacks
from sandbox.twilio_calls import Call, Calls
from sandbox.twilio_faults import Fault, Rate
from sandbox.twilio_line import Line
from sandbox.twilio_messages import Desk
from sandbox.twilio_resources import API, Refused, Reply

ROOT = f"/{API}/"
MOST_BODY = 256 * 1024
HOSTS = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
_PATH = re.compile(
    rf"/{API}/Accounts/(?P<account>\w+)/(?P<kind>Messages|Calls)(/(?P<sid>\w+))?\.json"
)

Environ = dict[str, Any]


class Api:
    def __init__(
        self, desk: Desk, calls: Calls, callbacks: Callbacks, line: Line, token: str, rate: Rate
    ) -> None:
        self._desk, self._calls, self.rate = desk, calls, rate
        self._callbacks, self._line = callbacks, line
        given = base64.b64encode(f"{desk.account}:{token}".encode()).decode()
        self._authorization = f"Basic {given}".encode()
        self._answers: Counter[str] = Counter()
        self._counting = threading.Lock()

    def answers(self) -> dict[str, int]:
        """How many of each: `201`, `400 21610`, ..."""
        with self._counting:
            return dict(sorted(self._answers.items()))

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        try:
            reply, code = self._reply(environ, method, path), 0
        except Refused as why:
            reply, code = twilio_resources.refusal(why), why.code
        with self._counting:
            self._answers[f"{reply.status} {code}" if code else str(reply.status)] += 1
        headers = [
            ("Content-Type", "application/json;charset=utf-8"),
            ("Content-Length", str(len(reply.body))),
        ]
        if reply.retry_after:
            headers.append(("Retry-After", str(math.ceil(reply.retry_after))))
        start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
        return [reply.body]

    def _reply(self, environ: Environ, method: str, path: str) -> Reply:
        if not HOSTS.fullmatch(environ.get("HTTP_HOST", "")):
            raise Refused(400, 20001, "This is not a host of this machine.")
        found = _PATH.fullmatch(path)
        given = environ.get("HTTP_AUTHORIZATION", "").encode()
        if not hmac.compare_digest(given, self._authorization):
            raise Refused(401, 20003, "Authenticate")
        if found is None or found["account"] != self._desk.account:
            raise twilio_resources.missing(path)
        if method == "GET":
            return self._read(environ, path, found["kind"], found["sid"])
        if method == "POST" and found["sid"] and found["kind"] == "Calls":
            return self._hang_up(_form(environ), path, found["sid"])
        if method != "POST" or found["sid"]:
            raise Refused(405, 20004, "Method not allowed")
        return self._write(_form(environ), found["kind"])

    def _read(self, environ: Environ, path: str, kind: str, sid: str | None) -> Reply:
        query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        fault = self._desk.faults.take("read", "answer", query.get("To", ""))
        _before(fault)
        if kind == "Messages" and sid:
            said = twilio_messages.read(self._desk, sid, path)
        elif kind == "Messages":
            said = twilio_messages.listed(self._desk, path, query)
        elif sid:
            said = self._call(self._calls.find(sid), path)
        else:
            said = twilio_calls.listed(self._desk, self._calls, path, query)
        _after(fault)
        return Reply(200, json.dumps(said).encode())

    def _call(self, call: Call | None, path: str) -> dict[str, object]:
        if call is None:
            raise twilio_resources.missing(path)
        return twilio_calls.resource(self._desk.account, call)

    def _hang_up(self, form: dict[str, str], path: str, sid: str) -> Reply:
        if form.get("Status") not in ("completed", "canceled"):
            raise Refused(400, 20001, "Status is completed or canceled.")
        said = self._call(self._line.end(sid, form["Status"]), path)
        return Reply(200, json.dumps(said).encode())

    def _write(self, form: dict[str, str], kind: str) -> Reply:
        wait = self.rate.take()
        if wait:
            raise Refused(429, 20429, "Too Many Requests", wait)
        on = "message" if kind == "Messages" else "call"
        fault = self._desk.faults.take(on, "answer", form.get("To", ""))
        _before(fault)
        if on == "call":
            said = self._call(twilio_calls.place(self._desk, self._calls, form), "")
        else:
            kept = twilio_messages.send(self._desk, form)
            said = twilio_resources.message(self._desk.account, kept)
            self._callbacks.wake()
        _after(fault)
        return Reply(201, json.dumps(said).encode())


def _form(environ: Environ) -> dict[str, str]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MOST_BODY:
        raise Refused(413, 20413, "The request is too large.")
    raw = environ["wsgi.input"].read(length).decode("utf-8", "replace")
    pairs = parse_qsl(raw, keep_blank_values=True)
    events = " ".join(value for name, value in pairs if name == "StatusCallbackEvent")
    return {**dict(pairs), "StatusCallbackEvent": events} if events else dict(pairs)


def _before(fault: Fault | None) -> None:
    """What goes wrong before anything is accepted."""
    if fault is None:
        return
    if fault.mode == "throttle":
        raise Refused(429, fault.code, "Too Many Requests", fault.seconds)
    if fault.mode == "error":
        raise Refused(500, fault.code, "An internal server error has occurred")
    if fault.mode == "refuse":
        raise Refused(400, fault.code, "This request is refused on demand.")
    if fault.mode == "timeout_before":
        time.sleep(fault.seconds)
        raise Refused(504, 20504, "Gateway timeout")


def _after(fault: Fault | None) -> None:
    """What goes wrong although it was done."""
    if fault is None:
        return
    if fault.mode in ("slow", "timeout_after"):
        time.sleep(fault.seconds)
    if fault.mode == "timeout_after":
        raise Refused(504, 20504, "Gateway timeout")
    if fault.mode == "error_after":
        raise Refused(500, fault.code, "An internal server error has occurred")
