"""Posts signed forms to the customer's addresses, as Twilio does: a connection override in the
URL's fragment (`#rc=3&rp=all`) says how often and on what a try is made again; without one, once
and only when no connection came about."""

from __future__ import annotations

import http.client
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit, urlunsplit

from sandbox.twilio_signing import HEADER, signature

TIMEOUT = 15.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")
MOST_TRIES = 5
MOST_ANSWER = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """`status` 0: there was none, and `body` says why."""

    status: int
    body: str = ""
    kind: str = ""


def on_this_machine(url: str) -> bool:
    """Nothing here calls another machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


class Webhook:
    """Connections stay open, one a thread and address."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._own = threading.local()

    def post(self, url: str, form: Mapping[str, str]) -> Answer:
        parts = urlsplit(url)
        signed = urlunsplit(parts._replace(fragment=""))
        again, on, timeout = _overrides(parts.fragment)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1", "Accept": "*/*",
            "I-Twilio-Idempotency-Token": secrets.token_hex(16),
            HEADER: signature(self._token, signed, form),
        }
        body = urlencode(form).encode()
        while True:
            answer, why = self._once(parts, body, headers, timeout)
            if not why or again == 0 or not ("all" in on or why in on):
                return answer
            again -= 1

    def _once(
        self, parts: SplitResult, body: bytes, headers: Mapping[str, str], timeout: float
    ) -> tuple[Answer, str]:
        """The answer, and why it is none to be content with: ct, rt, 4xx, 5xx; empty: it is."""
        connection, reused = self._connection(parts.netloc, timeout)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, body, dict(headers))
            got = connection.getresponse()
            text = got.read(MOST_ANSWER).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as trouble:
            late = isinstance(trouble, TimeoutError) and connection.sock is not None
            self._drop(parts.netloc)
            if reused and not late:
                return self._once(parts, body, headers, timeout)  # it had gone stale meanwhile
            return Answer(0, f"{type(trouble).__name__}: {trouble}"), "rt" if late else "ct"
        kind = got.getheader("Content-Type", "")
        return Answer(got.status, text, kind), f"{got.status // 100}xx" * (got.status >= 400)

    def _connection(self, netloc: str, timeout: float) -> tuple[http.client.HTTPConnection, bool]:
        kept = self._kept().get(netloc)
        if kept is not None and kept.sock is not None:
            kept.sock.settimeout(timeout)
            return kept, True
        fresh = http.client.HTTPConnection(netloc, timeout=timeout)
        self._kept()[netloc] = fresh
        return fresh, False

    def _drop(self, netloc: str) -> None:
        dropped = self._kept().pop(netloc, None)
        if dropped is not None:
            dropped.close()

    def _kept(self) -> dict[str, http.client.HTTPConnection]:
        if not hasattr(self._own, "kept"):
            self._own.kept = {}
        return self._own.kept


def _overrides(fragment: str) -> tuple[int, list[str], float]:
    """How often to try again, on what, and the seconds to wait for an answer."""
    given = {name: values[0] for name, values in parse_qs(fragment).items()}
    count, wait = given.get("rc", "1"), given.get("rt", "")
    return (
        min(int(count), MOST_TRIES) if count.isdecimal() else 1,
        given.get("rp", "ct").split(","),
        int(wait) / 1000 if wait.isdecimal() else TIMEOUT,
    )
