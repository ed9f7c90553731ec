"""The REST API, for the SDK: keys, versions, idempotency, faults; what is asked is in stripe_rest.

The same idempotency key with the same words is answered the same again, a 500 included, with
`Idempotent-Replayed: true`; with other words it is 400; while it is being worked on, 409. What was
refused before anything was done is not kept.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
import time
from urllib.parse import parse_qsl

from flask import Flask, Response, current_app, request

from sandbox.stripe_faults import Fault, Faults
from sandbox.stripe_form import nested
from sandbox.stripe_objects import Refused
from sandbox.stripe_rest import answer
from sandbox.stripe_store import API_VERSION, Store, shown

MOST_BODY = 256 * 1024
# Answers that stand: done, or a card that was declined.
STAND = (200, 402, 500)
_BROKEN = {"error": {"type": "api_error", "message": "Something went wrong."}}


class Api:
    def __init__(self, store: Store, faults: Faults, key: str, public: str) -> None:
        self._store, self._faults = store, faults
        self._key, self._public = key, public
        self._working: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, path: str) -> Response:
        """A request to /v1/<path>."""
        try:
            self._demand_known()
            status, body, replayed = self._answered(path)
        except Refused as why:
            status, body, replayed = why.status, json.dumps({"error": why.error}), False
        response = Response(body, status, content_type="application/json")
        response.headers["Request-Id"] = f"req_{secrets.token_hex(7)}"
        response.headers["Stripe-Version"] = API_VERSION
        if replayed:
            response.headers["Idempotent-Replayed"] = "true"
        if status == 429:
            response.headers["Retry-After"] = "1"
        return response

    def _demand_known(self) -> None:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self._key}".encode()):
            raise Refused(401, "Invalid API Key provided.")
        if request.headers.get("Stripe-Version", API_VERSION) != API_VERSION:
            raise Refused(400, f"This sandbox speaks {API_VERSION} only.")
        if (request.content_length or 0) > MOST_BODY:
            raise Refused(413, "The request is too large.")

    def _answered(self, path: str) -> tuple[int, str, bool]:
        fault = self._faults.take(request.method, path)
        _before(fault)
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key:
            status, body = self._done(path, fault)
            return (*_after(fault, status, body), False)
        if len(key) > 255:
            raise Refused(400, "Idempotency keys are at most 255 characters.",
                          type="idempotency_error")
        return self._once(key, path, fault)

    def _once(self, key: str, path: str, fault: Fault | None) -> tuple[int, str, bool]:
        asked = f"{path}?{request.get_data(as_text=True)}"
        with self._lock:
            if key in self._working:
                raise Refused(409, "There is currently another in-progress request using this"
                              " Idempotent Key.", type="idempotency_error",
                              code="idempotency_key_in_use")
            self._working.add(key)
        try:
            if (kept := self._store.kept(key)) is not None:
                if kept[0] != asked:
                    raise Refused(400, "Keys for idempotent requests can only be used with the same"
                                  " parameters they were first used with.",
                                  type="idempotency_error")
                return kept[1], kept[2], True
            status, body = self._done(path, fault)
            if fault and fault.mode == "error_after":
                status, body = 500, json.dumps(_BROKEN)
            if status in STAND:
                self._store.keep(key, asked, status, body)
        finally:
            with self._lock:
                self._working.discard(key)
        return (*_after(fault, status, body), False)

    def _done(self, path: str, fault: Fault | None) -> tuple[int, str]:
        raw = request.get_data(as_text=True) if request.method == "POST" else ""
        given = nested(parse_qsl(raw or request.query_string.decode(), keep_blank_values=True))
        less = 1 if fault and fault.mode == "part_capture" else 0
        with self._store.books() as books:
            try:
                said = answer(books, request.method, path, given, self._public, less)
            except Refused as why:
                if why.status != 402:  # nothing was done
                    raise
                return 402, json.dumps({"error": why.error})
        return 200, json.dumps(shown(said))


def _before(fault: Fault | None) -> None:
    """What goes wrong before anything is done."""
    if fault is None:
        return
    if fault.mode == "throttle":
        raise Refused(429, "Request rate limit exceeded.", code="rate_limit")
    if fault.mode == "conflict":
        raise Refused(409, "There is currently another in-progress request using this Idempotent"
                      " Key.", type="idempotency_error", code="idempotency_key_in_use")
    if fault.mode == "error":
        raise Refused(500, "Something went wrong.", type="api_error")
    if fault.mode == "timeout_before":
        time.sleep(fault.seconds)
        raise Refused(504, "Gateway timeout", type="api_error")


def _after(fault: Fault | None, status: int, body: str) -> tuple[int, str]:
    """What goes wrong although it was done."""
    if fault and fault.mode == "timeout_after":
        time.sleep(fault.seconds)
        return 504, json.dumps(_BROKEN)
    if fault and fault.mode == "error_after":
        return 500, json.dumps(_BROKEN)
    return status, body


def add_api(app: Flask, api: Api) -> None:
    app.extensions["stripe_api"] = api
    app.add_url_rule("/v1/<path:path>", "api", _answer, methods=["GET", "POST", "DELETE"])


def _answer(path: str) -> Response:
    api: Api = current_app.extensions["stripe_api"]
    return api(path)
